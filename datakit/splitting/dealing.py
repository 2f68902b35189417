"""How many groups of each kind go to which split."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

ALL = -1  #: in place of a label: all rows, whatever their labels

_ROUNDING = 1e-9  # 0.7 + 0.1 + 0.2 is a little less than 1


@dataclass(frozen=True, kw_only=True, slots=True)
class Kind:
    """Groups that carry the same labels equally often, and so are interchangeable."""

    groups: int  #: how many there are
    labels: Ints  #: numbers of their labels, the rarest first, `ALL` at the end
    rows: Ints  #: rows of one group that carry each of these


def deal(kinds: Sequence[Kind], fractions: Floats, there: Ints) -> Ints:
    """Return how many groups of each kind go to each split, [kinds, splits].

    Each kind is dealt out when the rarest of its labels has its turn, rarest label first, and of a label the
    large and mixed groups first: what they leave uneven the single rows after them level out.

    Args:
        kinds: what there is to deal out.
        fractions: the share of each split, [splits].
        there: rows of each label that stand in each split already, [labels + 1, splits]; the last line counts
            all rows.
    """
    rows, groups = there.copy(), (there > 0).astype(np.int64)
    dealt = np.zeros((len(kinds), len(fractions)), np.int64)
    of_label = np.zeros(len(there), np.int64)
    for kind in kinds:
        of_label[kind.labels] += kind.groups
    few = (of_label < len(fractions)) & ~there.any(axis=1)

    def lack(label: int) -> Floats:
        return np.asarray(fractions * rows[label].sum() - rows[label])

    def give(number: int, counts: Ints) -> None:
        kind = kinds[number]
        dealt[number] += counts
        groups[kind.labels] += counts
        rows[kind.labels] += np.outer(kind.rows, counts)

    def turn(number: int) -> tuple[int, int, int]:
        kind = kinds[number]
        return int(kind.labels[0]), -int(kind.rows[-1]), -len(kind.labels)

    for label, numbers in groupby(sorted(range(len(kinds)), key=turn), key=lambda number: turn(number)[0]):
        stratum = list(numbers)
        # A label that cannot stand in every split stands in the largest, which is train.
        first = fractions if few[label] else np.zeros(len(fractions))
        # Lest roundings add up: without this, 100 labels of 14 rows gave test twice the rows of validation.
        urge = lack(ALL)
        for number in stratum:
            kind = kinds[number]
            wanted = fractions * kind.groups + lack(label) / kind.rows[0]
            give(number, apportioned(kind.groups, wanted, first, urge / kind.rows[-1]))
        for split in np.flatnonzero(rows[label] == 0) if not few[label] else ():
            for number in reversed(stratum):
                spare = np.where(groups[label] > 1, dealt[number], 0)
                if spare.any():
                    moved = np.zeros(len(fractions), np.int64)
                    moved[[np.argmax(spare), split]] = -1, 1
                    give(number, moved)
                    break
    return dealt


def apportioned(groups: int, wanted: Floats, first: Floats, urge: Floats) -> Ints:
    """Return whole numbers that sum to `groups`, each `wanted` rounded up or down, [splits].

    A split that wants less than nothing gets nothing, at the cost of the others.

    Args:
        groups: how many there are.
        wanted: the sum is `groups`, [splits].
        first: who is rounded up first, the highest number first, [splits].
        urge: added to the remainders, which decide among equals, [splits].

    Source: the method of largest remainders (Hamilton).
    """
    exact = np.maximum(wanted, 0)
    exact *= groups / exact.sum()
    whole = np.floor(exact + _ROUNDING).astype(np.int64)
    remainder = exact - whole
    upwards = np.lexsort((-(remainder + urge), -first, remainder < _ROUNDING))
    whole[upwards[: groups - whole.sum()]] += 1
    return whole
