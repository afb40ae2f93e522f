"""Bringing some cameras' events to the endpoint, one request after another: cut to size, and cut down when they are refused."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from sightline.errors import Refusal
from sightline.sinks.wire.batches import batches

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sightline.events import Event, Message
    from sightline.sinks.event_grid.connection import Answer

_OK = 200
_BAD_REQUEST = 400
_TOO_LARGE = 413
# When an endpoint that never took anything refuses so many events one by one, it is not the events that are at fault.
_SUSPICIOUS = 20

_ADVICE = {
    401: "the key, signature or token is not valid: check it, and whether it was changed or has expired",
    403: 'it does not allow this: give the identity the role "EventGrid Data Sender", or allow this address in its network settings',
    404: "there is no such topic: check the endpoint, and the names of namespace, topic and domain",
    408: "it took too long",
    429: "it asks for fewer requests",
}


class Parcel(NamedTuple):
    """An event on its way.

    Attributes:
        number: Its place among those that were given.
        event: The event as it was given.
        camera_id: Its camera.
        body: The event as it is sent.
    """

    number: int
    event: Event | Message
    camera_id: str
    body: bytes


@dataclass
class Outcome:
    """What became of a lane.

    Attributes:
        taken: How many events the endpoint took.
        left: Those that may be tried again, in order.
        refused: Those that it will never take, with the reason.
        failure: Why something is left; empty when nothing is.
        retry_after_s: How long the endpoint asked to be left alone, seconds.
    """

    taken: int = 0
    left: list[Parcel] = field(default_factory=list[Parcel])
    refused: list[Refusal] = field(default_factory=list[Refusal])
    failure: str = ""
    retry_after_s: float | None = None


def deliver(
    parcels: Sequence[Parcel],
    post: Callable[[bytes], Answer],
    *,
    max_events: int,
    max_bytes: int,
    proven: bool,
) -> Outcome:
    """Post events in order until all are taken or refused, or until the endpoint cannot take any now.

    The answer is for a whole request, so one that is refused is cut in halves until what is at fault is alone.

    Args:
        parcels: The events.
        post: Posts one body, once.
        max_events: Events in a request.
        max_bytes: Bytes of a request.
        proven: Whether the endpoint has taken events before. If not, and it refuses all, that is not the events' fault.
    """
    outcome = Outcome()
    alone: list[Parcel] = []
    waiting = list(batches(parcels, max_events=max_events, max_bytes=max_bytes))[::-1]
    while waiting:
        batch = waiting.pop()
        answer = post(b"[" + b",".join(parcel.body for parcel in batch) + b"]")
        if answer.status == _OK:
            outcome.taken += len(batch)
        elif answer.status not in (_BAD_REQUEST, _TOO_LARGE):
            outcome.left = [*batch, *(parcel for later in reversed(waiting) for parcel in later)]
            outcome.failure, outcome.retry_after_s = words(answer), answer.retry_after_s
            break
        elif len(batch) > 1:
            middle = len(batch) // 2
            waiting += [batch[middle:], batch[:middle]]
        else:
            alone += batch
            outcome.refused.append(Refusal(batch[0].event, words(answer)))
            if len(alone) >= _SUSPICIOUS and not proven and outcome.taken == 0:
                return _nothing_fits(alone, waiting, answer)
    return outcome


def words(answer: Answer) -> str:
    """Say what an answer means and what to do."""
    if answer.status == 0:
        return answer.reason
    said = f" ({answer.reason})" if answer.reason else ""
    advice = _ADVICE.get(answer.status)
    return f"{answer.status}{': ' if advice else ''}{advice or ''}{said}"


def _nothing_fits(alone: list[Parcel], waiting: list[list[Parcel]], answer: Answer) -> Outcome:
    left = [*alone, *(parcel for later in reversed(waiting) for parcel in later)]
    return Outcome(
        left=left,
        failure=f"it refused the first {len(alone)} events one by one and never took any: check whether the topic was made for"
        f" this schema, and whether it is a domain that needs domain_topic. {words(answer)}",
    )
