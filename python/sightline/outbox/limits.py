"""How much an outbox may hold, and what gives way when it would be more."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

Policy = Literal["drop_oldest", "block", "sample"]


class Limits(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How much an outbox may hold, and what gives way when it would be more.

    Attributes:
        max_bytes: Most of the disk that its file takes, bytes; its write-ahead log may take some megabytes more.
        max_age_s: Messages that are older are dropped, delivered or not, seconds.
        policy: What happens when messages that are not delivered yet fill it: `drop_oldest` makes room for what is new,
            `block` lets the cameras wait until there is room, `sample` takes only every tenth event of each camera from
            nine tenths full until a fifth is free again, and drops the oldest if that is not enough. Each message that is
            lost is counted.
        keep_delivered_s: How long what every sink took is kept, for `sightline events replay`, seconds; it gives way to
            what is not delivered.
    """

    max_bytes: Annotated[int, Meta(ge=1 << 20)] = 1 << 30
    max_age_s: Annotated[float, Meta(gt=0)] = 7 * 86_400.0
    policy: Policy = "drop_oldest"
    keep_delivered_s: Annotated[float, Meta(ge=0)] = 3600.0
