"""What a comparison says: tables, and sentences made from them and from nothing else."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Self

from datakit.core.wording import counted
from datakit.evaluation.comparison import Difference, compare, macro_f1, mcnemar, recall_of
from datakit.evaluation.truth import Bools, Truth

#: Seeds from which on the false-win rate was measured to hold, see docs/comparing.md.
ENOUGH = 5


@dataclass(frozen=True, kw_only=True, slots=True)
class Table:
    """All arms against the baseline in one figure."""

    figure: str  #: `macro-F1`, or `recall of 'spam'`
    rows: int  #: test rows that it is computed from
    differences: tuple[Difference, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Comparison:
    """What came of a comparison; the verdict is made from the tables, and from nothing else."""

    baseline: str
    arms: tuple[str, ...]  #: the baseline first
    seeds: int  #: models an arm
    rows: int  #: test rows
    tables: tuple[Table, ...]
    learnt_from: Mapping[str, int]  #: rows by arm, on average over the seeds; empty where it is not known
    against_remedies: Table | None  #: new texts against the best of the arms without, by macro-F1
    mcnemar: Mapping[str, float]  #: p by arm, where there is one model an arm
    verdict: tuple[str, ...]  #: sentences
    schema_version: int = 1

    @classmethod
    def of(
        cls,
        truth: Truth,
        answers: Mapping[str, Bools],
        rarest: str,
        *,
        augmenting: Sequence[str] = (),
        learnt_from: Mapping[str, int] | None = None,
        seed: int = 13,
    ) -> Self:
        """Compare arms.

        Args:
            truth: of n test rows, k labels.
            answers: (seeds, n, k) by arm, the baseline first.
            rarest: the label whose recall is compared too.
            augmenting: the arms that learn from new texts.
            learnt_from: rows by arm.
            seed: of the bootstrap.
        """
        baseline, *others = answers
        seeds = len(answers[baseline])
        tables = [Table(figure="macro-F1", rows=len(truth.carried), differences=_macro_f1(truth, answers, seed))]
        place = truth.labels.index(rarest)
        carrying = truth.carried[:, place]
        if carrying.any():
            # Rows without the label do not count for its recall.
            of_rarest = {name: models[:, carrying] for name, models in answers.items()}
            found = compare(truth.carried[carrying], of_rarest, recall_of(place), seed=seed)
            tables.append(
                Table(
                    figure=f"recall of {rarest!r}",
                    rows=int(carrying.sum()),
                    differences=_gated(found, tables[0].differences),
                )
            )
        remedy = _against_remedies(truth, answers, augmenting, tables[0], seed)
        exact = {name: round(mcnemar(truth.carried, answers[baseline][0], answers[name][0]), 6) for name in others}
        return cls(
            baseline=baseline,
            arms=tuple(answers),
            seeds=seeds,
            rows=len(truth.carried),
            tables=tuple(tables),
            learnt_from=learnt_from or {},
            against_remedies=remedy,
            mcnemar=exact if seeds == 1 else {},
            verdict=tuple(_verdict(tables, remedy, seeds)),
        )


def _macro_f1(truth: Truth, answers: Mapping[str, Bools], seed: int) -> tuple[Difference, ...]:
    return compare(truth.carried, answers, macro_f1, seed=seed)


def _gated(found: Sequence[Difference], decisive: Sequence[Difference]) -> tuple[Difference, ...]:
    """Let a second figure show a difference only where the first one does: two figures are no second chance.

    Source: serial gatekeeping, Dmitrienko & Tamhane 2007, Gatekeeping procedures with clinical trial
    applications.
    """
    return tuple(
        replace(one, p_holm=max(one.p_holm, first.p_holm)) for one, first in zip(found, decisive, strict=True)
    )


def _against_remedies(
    truth: Truth, answers: Mapping[str, Bools], augmenting: Sequence[str], table: Table, seed: int
) -> Table | None:
    """Compare arms with new texts with the best arm that needs none, chosen in hindsight: they must beat it."""
    means = {table.differences[0].baseline: table.differences[0].baseline_mean}
    means |= {one.arm: one.arm_mean for one in table.differences}
    remedies = [name for name in means if name not in augmenting]
    if not augmenting or len(remedies) < 2 or len(remedies) == len(means):  # noqa: PLR2004
        return None
    best = max(remedies, key=means.__getitem__)
    chosen = {name: answers[name] for name in (best, *augmenting)}
    return Table(figure=table.figure, rows=table.rows, differences=_macro_f1(truth, chosen, seed))


def _verdict(tables: Sequence[Table], remedies: Table | None, seeds: int) -> Iterator[str]:
    """Yield what the tables say, a sentence each."""
    for table in tables:
        for one in table.differences:
            yield sentence(one, table, seeds)
    if remedies is not None:
        for one in remedies.differences:
            yield f"new texts or none: {sentence(one, remedies, seeds)}"
    if seeds == 1:
        yield "with one model an arm the luck of its seed is not in the intervals: another seed may say otherwise"
    elif seeds < ENOUGH:
        yield f"{seeds} seeds are few: their luck is hard to tell from so few models; {ENOUGH} or more say more"


def sentence(one: Difference, table: Table, seeds: int) -> str:
    """Say what one line of a table says."""
    pair = f"{one.arm} against {one.baseline}, {table.figure}"
    interval = f"({_points(one.low)} to {_points(one.high)})"
    if one.outcome != "no difference":
        return f"{pair}: {one.outcome} by {_unsigned(one.difference)} points {interval}"
    if one.error == 0:
        return f"{pair}: no difference, they are right and wrong equally often on every draw of the rows"
    because = f"{counted(table.rows, 'row')} and {counted(seeds, 'seed')}"
    unseen = (
        f"less than {_unsigned(one.detectable)} points would not be seen"
        if one.detectable < 1
        else "so few show none"
    )
    text = f"{pair}: no difference that {because} could show: {unseen}"
    if one.low > 0 or one.high < 0:
        text += f"; by itself {interval}, but not beyond doubt among all that is compared here"
    return text


def _points(value: float) -> str:
    """Return a fraction in percentage points, with its sign."""
    return f"{100 * value:+.1f}".replace("-", "\N{MINUS SIGN}")


def _unsigned(value: float) -> str:
    return f"{abs(100 * value):.1f}"
