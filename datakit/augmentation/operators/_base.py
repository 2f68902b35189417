"""What an operator is, and what it yields."""

from collections.abc import Iterator, Mapping, Sequence
from random import Random
from typing import Protocol, runtime_checkable

from msgspec import Struct


# There are millions of these, and none is part of a cycle: without `gc=False` the garbage collector takes a third
# of the time of a large augmentation.
class Span(Struct, frozen=True, array_like=True, gc=False):
    """One replacement: `parent[start:stop]` became `text`."""

    start: int
    stop: int
    text: str


class Edit(Struct, frozen=True, kw_only=True, array_like=True, gc=False):
    """A new text and how it differs from its parent; outside the spans both are the same to the byte."""

    text: str
    spans: tuple[Span, ...]  #: in order, not overlapping


class Operator(Protocol):
    """Makes new texts out of one."""

    def augment(self, text: str, rng: Random, n: int) -> Iterator[Edit]:
        """Yield at most `n` distinct edits, never the text itself.

        The first m are the same for every n >= m, given generators in the same state: an edit is known by its
        place in this stream.
        """
        ...


@runtime_checkable
class BatchOperator(Operator, Protocol):
    """An operator that is quicker over many texts at once."""

    def augment_many(
        self, texts: Sequence[str], rngs: Sequence[Random], n: Sequence[int]
    ) -> Iterator[Iterator[Edit]]:
        """Yield for each text what `augment` would."""
        ...


@runtime_checkable
class Using(Protocol):
    """A component that depends on more than its options."""

    def uses(self) -> Mapping[str, str]:
        """Name the models and engines that its texts or verdicts depend on, by role."""
        ...


def streams(
    operator: Operator, texts: Sequence[str], rngs: Sequence[Random], n: Sequence[int]
) -> Iterator[Iterator[Edit]]:
    """Yield each text's stream of edits, made in a batch where the operator can."""
    if isinstance(operator, BatchOperator):
        return operator.augment_many(texts, rngs, n)
    return (operator.augment(*arguments) for arguments in zip(texts, rngs, n, strict=True))


def edit(text: str, spans: Sequence[Span]) -> Edit:
    """Return the edit that makes these replacements, given in order, in `text`."""
    pieces, end = [], 0
    for span in spans:
        pieces += [text[end : span.start], span.text]
        end = span.stop
    return Edit(text="".join([*pieces, text[end:]]), spans=tuple(spans))
