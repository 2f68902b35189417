"""What is to be learnt: the labels, how often each occurs, and how rows become targets."""

from dataclasses import dataclass
from typing import Self

from datakit.core.corpus import Corpus
from datakit.core.errors import GateError, Problem


@dataclass(frozen=True, kw_only=True, slots=True)
class Task:
    """A classification task, as the rows to learn from pose it."""

    labels: tuple[str, ...]  #: k of them, sorted; the order of the model's outputs
    counts: tuple[int, ...]  #: rows to learn from that carry each
    rows: int  #: rows to learn from
    multi_label: bool  #: whether a row may carry several labels, or none

    @classmethod
    def of(cls, train: Corpus) -> Self:
        """Return the task that a train split poses."""
        counts = dict(sorted(train.label_counts.items()))
        return cls(
            labels=tuple(counts),
            counts=tuple(counts.values()),
            rows=len(train),
            multi_label=train.multi_label,
        )

    @property
    def problem_type(self) -> str:
        """What transformers calls it."""
        return "multi_label_classification" if self.multi_label else "single_label_classification"

    def learnable(self, corpus: Corpus) -> Corpus:
        """Return the rows whose labels can be learnt; of several labels a row's others do not count.

        Raises:
            GateError: there is none.
        """
        if self.multi_label:
            return corpus
        known = set(self.labels)
        rows = [i for i, label in enumerate(corpus.labels) if label in known]
        if not rows:
            raise GateError(
                Problem(
                    where="validation",
                    got=f"none of its {len(corpus):,} rows has a label that the {self.rows:,} rows of train have",
                    fix="give splits of the same labels; datakit split makes them",
                )
            )
        return corpus if len(rows) == len(corpus) else corpus.take(rows)

    def targets(self, corpus: Corpus) -> list[int] | list[list[float]]:
        """Return one target a row: its label's place; or k numbers, 1.0 for each label that it carries."""
        place = {label: i for i, label in enumerate(self.labels)}
        if not self.multi_label:
            return [place[label] for label in corpus.labels]
        return [[float(label in labels) for label in self.labels] for labels in map(set, corpus.label_sets)]
