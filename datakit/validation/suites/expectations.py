"""Expectations on labelled text, for Great Expectations. Importing this module makes them known to it.

Each is a limit on one figure. On a table of figures, which is what our gate gives it, it reads the figure; on a
table of labelled text it measures it, by the same code.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import pyarrow as pa
from great_expectations.compatibility.pydantic import Field
from great_expectations.core.metric_domain_types import MetricDomainTypes
from great_expectations.execution_engine import PandasExecutionEngine
from great_expectations.expectations.expectation import BatchExpectation
from great_expectations.expectations.metrics.metric_provider import metric_value
from great_expectations.expectations.metrics.table_metric_provider import TableMetricProvider

from datakit.core.corpus import Corpus, Splits
from datakit.validation.profile import profile
from datakit.validation.split_profile import profile_of_splits
from datakit.validation.validate import Validation

if TYPE_CHECKING:
    import pandas as pd

_FIGURES = "datakit.figures"
_COLUMNS = ("text_column", "label_column", "split_column")


class LabelledTextFigures(TableMetricProvider):  # type: ignore[misc]  # GX ships no types
    """The figures of a table: read if it is one of figures, else measured."""

    metric_name = _FIGURES
    value_keys = _COLUMNS

    @metric_value(engine=PandasExecutionEngine)  # type: ignore[untyped-decorator]  # GX ships no types
    def _pandas(
        cls,  # noqa: N805  (GX makes it a class method)
        execution_engine: PandasExecutionEngine,
        metric_domain_kwargs: dict[str, Any],
        metric_value_kwargs: dict[str, Any],
        **_: object,
    ) -> Mapping[str, Any]:
        frame, _, _ = execution_engine.get_compute_domain(
            metric_domain_kwargs, domain_type=MetricDomainTypes.TABLE
        )
        return _figures_of(frame, *(metric_value_kwargs[column] for column in _COLUMNS))


class LabelledTextExpectation(BatchExpectation, ABC):  # type: ignore[misc]  # GX ships no types
    """A limit on a figure. Limits have no default: GX does not save those, and old suites would change with them.

    Labelled text has the columns `text_column` and `label_column`, one label a row. Where it has `split_column`
    too, which tells `train`, `validation` and `test` apart, the figures are those that docs/gate.md lists for
    splits; else all rows count as training rows. Rows without text or label are left out.
    """

    metric_dependencies: ClassVar[tuple[str, ...]] = (_FIGURES,)

    text_column: str = "text"
    label_column: str = "label"
    split_column: str = "split"

    @property
    @abstractmethod
    def figure(self) -> str:
        """The name of the figure that is limited."""

    @abstractmethod
    def _is_met_by(self, observed: float) -> bool: ...

    def _validate(
        self,
        metrics: Mapping[str, Mapping[str, Any]],
        runtime_configuration: object = None,  # noqa: ARG002  (GX passes it)
        execution_engine: object = None,  # noqa: ARG002  (GX passes it)
    ) -> dict[str, Any]:
        figures = metrics[_FIGURES]
        if self.figure not in figures:
            raise ValueError(f"no figure {self.figure!r}; those of splits need a column {self.split_column!r}")
        observed = figures[self.figure]
        return {"success": self._is_met_by(observed), "result": {"observed_value": observed}}


class AtMost(LabelledTextExpectation, ABC):
    """The figure is at most `max_value`."""

    success_keys: ClassVar[tuple[str, ...]] = ("max_value", *_COLUMNS)

    max_value: float

    def _is_met_by(self, observed: float) -> bool:
        return observed <= self.max_value


class AtLeast(LabelledTextExpectation, ABC):
    """The figure is at least `min_value`."""

    success_keys: ClassVar[tuple[str, ...]] = ("min_value", *_COLUMNS)

    min_value: float

    def _is_met_by(self, observed: float) -> bool:
        return observed >= self.min_value


class ExpectMinorityClassShareToBeAtLeast(AtLeast):
    """Rows of the rarest label / rows."""

    figure: ClassVar[str] = "minority_share"
    min_value: float = Field(ge=0, le=1)


class ExpectImbalanceRatioToBeAtMost(AtMost):
    """Rows of the most frequent label / rows of the rarest."""

    figure: ClassVar[str] = "imbalance_ratio"
    max_value: float = Field(ge=1)


class ExpectConflictingShareToBeAtMost(AtMost):
    """Rows whose text also occurs with another label / rows."""

    figure: ClassVar[str] = "conflicting_share"
    max_value: float = Field(ge=0, le=1)


class ExpectDuplicateShareToBeAtMost(AtMost):
    """Rows that repeat an earlier text / rows."""

    figure: ClassVar[str] = "duplicate_share"
    max_value: float = Field(ge=0, le=1)


class ExpectLeakedRowsToBeAtMost(AtMost):
    """Held-out rows whose text also stands in a split before theirs."""

    figure: ClassVar[str] = "leaked_rows"
    max_value: float = Field(ge=0)


def _figures_of(frame: "pd.DataFrame", text: str, label: str, split: str) -> Mapping[str, Any]:
    if text not in frame.columns and len(frame) == 1:
        (figures,) = frame.to_dict("records")
        return {str(name): figure for name, figure in figures.items()}
    if missing := [name for name in (text, label) if name not in frame.columns]:
        raise ValueError(f"not labelled text, for want of {missing}, and no table of figures, which has one row")
    corpus = Corpus.from_columns(*(_strings(frame[name]) for name in (text, label)))
    unusable = [check for check in Validation.of().checks if getattr(check, "unusable", False)]
    survey = Validation(checks=unusable, deep=True).look_at(_splits(corpus, frame.get(split)))
    if split in frame.columns and survey.corpora is not None:
        return profile_of_splits(survey.corpora)
    return profile(survey.train, quarantined=len(survey.quarantined["train"]))


def _strings(column: "pd.Series[Any]") -> list[str | None]:
    strings: list[str | None] = pa.array(column, from_pandas=True).cast(pa.string()).to_pylist()
    return strings


def _splits(corpus: Corpus, names: "pd.Series[Any] | None") -> Splits:
    if names is None:
        return Splits({"train": corpus})
    return Splits({name: corpus.take(np.flatnonzero(names == name).tolist()) for name in names.unique()})
