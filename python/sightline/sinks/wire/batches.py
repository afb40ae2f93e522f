"""Events in requests of a limited size."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


class _Sent(Protocol):
    @property
    def body(self) -> bytes: ...


_T = TypeVar("_T", bound=_Sent)


def batches(items: Sequence[_T], *, max_events: int, max_bytes: int) -> Iterator[list[_T]]:
    """Yield items in their order, as many at once as fit into a JSON array; one that is larger is alone.

    Args:
        items: What is sent; the `body` of each is JSON.
        max_events: Items in a request, at least 1.
        max_bytes: Bytes of a request, with brackets and commas.
    """
    batch: list[_T] = []
    size = 2
    for item in items:
        length = len(item.body) + 1
        if batch and (len(batch) >= max_events or size + length > max_bytes):
            yield batch
            batch, size = [], 2
        batch.append(item)
        size += length
    if batch:
        yield batch
