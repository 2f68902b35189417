"""A stream of distinct edits out of random draws; it always ends."""

from collections.abc import Iterable, Iterator, Sequence

from datakit.augmentation.operators._base import Edit, Span, edit

#: Draws in a row without a new text after which a text counts as exhausted. EDA draws for ever where nothing
#: can be drawn (TextAttack pull request 477: `hey derek`).
PATIENCE = 50


def distinct(text: str, draws: Iterable[Sequence[Span]]) -> Iterator[Edit]:
    """Yield the edits that are drawn, each text once and never `text` itself.

    Args:
        text: what is edited.
        draws: the replacements of each draw, in order; may go on for ever.
    """
    seen, misses = {text}, 0
    for spans in draws:
        child = edit(text, spans)
        if child.text not in seen:
            seen.add(child.text)
            misses = 0
            yield child
        elif (misses := misses + 1) == PATIENCE:
            return
