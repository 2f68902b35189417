"""Batches of texts of like length: what is padded is computed for nothing."""

from collections.abc import Iterator, Sequence


def by_length(lengths: Sequence[int], most: int) -> Iterator[list[int]]:
    """Yield the indices of texts, the longest first, as many at a time as fit when all are padded to the longest.

    Args:
        lengths: of each text, in tokens.
        most: tokens of a batch, padding included; a text that is longer alone is a batch of its own.
    """
    batch: list[int] = []
    for i in sorted(range(len(lengths)), key=lambda i: (-lengths[i], i)):
        if batch and (len(batch) + 1) * lengths[batch[0]] > most:
            yield batch
            batch = []
        batch.append(i)
    if batch:
        yield batch
