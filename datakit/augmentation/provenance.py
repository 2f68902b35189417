"""Where a new row comes from: enough to make it again, to the byte."""

from collections.abc import Sequence
from dataclasses import dataclass

from datakit.augmentation.augment import protecting
from datakit.augmentation.filling import Panel, Request, expand
from datakit.augmentation.registries import Component, parts
from datakit.core.corpus import Corpus, edits_of
from datakit.core.errors import Problem, UsageError


@dataclass(frozen=True, kw_only=True, slots=True)
class Replay:
    """A new row as it was kept, and as it is made again."""

    id: str
    labels: tuple[str, ...]
    parent: str  #: id of the row it was made from
    source: str  #: the parent's text
    text: str  #: as it was kept
    edits: tuple[tuple[int, int, str], ...]  #: as they were kept: source[start:stop] was replaced by a text
    again: str | None  #: as it is made now; None where the operator's stream ends before it
    operator: Component  #: with all options that it was built from
    seed: int
    k: int  #: its place in the operator's stream

    @property
    def same(self) -> bool:
        """Tell whether both texts are the same to the byte."""
        return self.again == self.text


def replay(train: Corpus, id_: str, *, operators: Sequence[Component], seed: int) -> Replay:
    """Make a row of an augmented split again.

    Args:
        train: what `augment` gave.
        id_: of the row.
        operators: as `augment` was given them.
        seed: the same.

    Raises:
        UsageError: no such row, or none that was made; its parent or its operator is not among those given.
    """
    place = {row: i for i, row in enumerate(train.ids)}
    if id_ not in place:
        raise _cannot(id_, "no row of this id in the augmented train", "take one from datakit augment --sample 5")
    row = next(train.take([place[id_]]).rows())
    if row["parent"] is None:
        made = next((other for other, parent in zip(train.ids, train.parents, strict=True) if parent), None)
        fix = f"name one that was made, such as {made}" if made else "nothing was made in this run"
        raise _cannot(id_, "a row of the source, that nothing made", fix)
    component = next((one for one in operators if parts(one)[0] == row["op"]), None)
    if row["parent"] not in place or component is None:
        raise _cannot(
            id_,
            f"its parent {row['parent']} or its operator {row['op']!r} is not in this run",
            "replay it in the run that made it, with --run",
        )
    source = train.texts[place[row["parent"]]]
    operator = protecting(component, train.label_counts)
    request = Request(row["parent"], source, row["k"], row["k"] + 1)
    ((*found,),) = expand([request], operator=operator, panel=Panel(), seed=seed)
    return Replay(
        id=id_,
        labels=train.label_sets[place[id_]],
        parent=row["parent"],
        source=source,
        text=row["text"],
        edits=edits_of(row),
        again=found[0].edit.text if found else None,
        operator=operator,
        seed=seed,
        k=row["k"],
    )


def _cannot(id_: str, got: str, fix: str) -> UsageError:
    return UsageError(Problem(where=id_, got=got, fix=fix))
