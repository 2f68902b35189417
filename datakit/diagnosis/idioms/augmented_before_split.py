"""Copies of training rows in the test rows."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from datakit.core.findings import Severity
from datakit.diagnosis.idioms._base import Idiom, Spot
from datakit.diagnosis.idioms._queries import keyword_of, last_name
from datakit.diagnosis.idioms._script import Script, names_in

_MULTIPLIES = ("fit_resample", "fit_sample", "resample", "augment", "augment_many")


@dataclass(frozen=True, kw_only=True, slots=True)
class AugmentedBeforeSplit(Idiom):
    """Rows are multiplied before they are split.

    What:
        Oversampling (`fit_resample`, `resample`, `RandomOverSampler`, SMOTE) or augmentation (nlpaug, TextAttack:
        `.augment(…)`) stands above `train_test_split`, and what it makes flows into the split.
    Why:
        Copies and variants of a text get onto both sides. The test figures then tell how well the model knows its
        training rows.
    Example:
        `X, y = RandomOverSampler().fit_resample(X, y)`, then `train_test_split(X, y)`
    Fix:
        Split first, and multiply the training rows only: `datakit augment` does it in this order.
    Source:
        validation rows leaked into training: macro-F1 .995 there, .89 on rows that were not
    """

    severity: ClassVar[Severity] = Severity.ERROR

    def find(self, script: Script) -> Iterator[Spot]:
        """Follow what is split back to where it was made."""
        splits = list(script.calls("train_test_split"))
        made = [
            (call, _results(script, call))
            for call in script.nodes(ast.Call)
            if last_name(call.func) in _MULTIPLIES and not _only_takes_away(script, call)
        ]
        for call, results in made:
            for split in splits:
                into = script.sources(split, before=split.lineno)
                if call.lineno < split.lineno and results & into and not _is_after(script, splits, call):
                    yield Spot(
                        node=call,
                        message="rows are multiplied before the split: copies get onto both sides, and the test "
                        "figures mean nothing",
                        fix="split first, then multiply the training rows only; or datakit augment",
                    )
                    break


def _results(script: Script, call: ast.Call) -> frozenset[str]:
    """Return the names that the new rows are put into."""
    statement = script.around(call, ast.stmt)
    if isinstance(statement, ast.Assign):
        return names_in(*statement.targets)
    if isinstance(statement, ast.AugAssign):
        return names_in(statement.target)
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
        function = statement.value.func
        return names_in(function.value) if isinstance(function, ast.Attribute) else frozenset()
    return frozenset()


def _only_takes_away(script: Script, call: ast.Call) -> bool:
    """Tell whether rows are only left out: that leaks nothing."""
    if last_name(call.func) == "resample":
        replace = keyword_of(call, "replace")
        frames = not script.name(call.func).startswith("sklearn.")  # pandas' resample is about time
        return frames or (replace is not None and script.constant(replace.value) is False)
    owner = call.func.value if isinstance(call.func, ast.Attribute) else None
    made = script.value(owner) or owner
    return made is not None and "Under" in ast.unparse(made)


def _is_after(script: Script, splits: list[ast.Call], call: ast.Call) -> bool:
    """Tell whether what is multiplied came out of a split already: the second one sets validation rows apart."""
    into = script.sources(script.around(call, ast.stmt) or call, before=call.lineno)
    return any(
        split.lineno < call.lineno and names_in(*statement.targets) & into
        for split in splits
        if isinstance(statement := script.around(split, ast.Assign), ast.Assign)
    )
