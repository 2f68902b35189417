"""Great Expectations as the gate: a suite, editable by hand, judges the figures of a profile.

The suite sees one row: the numbers of `validation.profile`. So it costs the same for a hundred rows and for a
million, and a gate can be put on any figure that we measure.
"""

import json
import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from datakit.core.errors import InputError, Problem
from datakit.core.findings import Finding, Severity

# GX's words for how much an expectation matters, in ours.
_SEVERITY = {"critical": Severity.ERROR, "warning": Severity.WARNING, "info": Severity.INFO}


def judge(figures: Mapping[str, Any], suite: Path) -> Iterator[Finding]:
    """Yield a finding for each expectation of `suite` that the figures do not meet.

    Fails closed: an expectation that cannot be loaded (its class is unknown, its arguments are wrong) or
    cannot be evaluated is an error finding of its own, never passed over. Great Expectations itself drops
    unknown ones when it loads a suite and may then report success (great_expectations#10756, #3494).

    Args:
        figures: `validation.profile`'s or `split_profile`'s; those that are single numbers can be judged.
        suite: a suite in Great Expectations' own JSON. `meta.code` of an expectation is the finding's code
            and `meta.fix` its fix.

    Raises:
        InputError: the file is no such suite.
    """
    declared = _read(suite)
    loaded: dict[int, Any] = {}
    for number, config in enumerate(declared):
        expectation = _load(config, number)
        if isinstance(expectation, str):
            yield _unusable(suite, config, number, expectation)
        else:
            loaded[number] = expectation
    numbers = {
        name: value for name, value in figures.items() if isinstance(value, int | float) and math.isfinite(value)
    }
    for number, result in sorted(_validate(numbers, list(loaded.values())).items()):
        if result.exception_info.get("raised_exception") is not False:
            why = _first_exception(result.exception_info)
            yield _unusable(suite, declared[number], number, f"{why} (figures: {', '.join(numbers)})")
        elif not result.success:
            yield _unmet(declared[number], numbers, _figure_of(loaded[number]))


def _read(suite: Path) -> list[dict[str, Any]]:
    try:
        text = suite.read_text(encoding="utf-8")
        declared = json.loads(text, object_pairs_hook=_told_once)["expectations"]
        return [{**config, "type": str(config["type"])} for config in declared]
    except json.JSONDecodeError as error:
        raise InputError(
            Problem(where=f"{suite}:{error.lineno}:{error.colno}", got=error.msg, fix="mend the JSON")
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(Problem(where=str(suite), got=str(error), fix="give a readable suite")) from error
    except ValueError as error:
        raise InputError(Problem(where=str(suite), got=str(error), fix="keep one of them")) from error
    except (KeyError, TypeError) as error:
        raise InputError(
            Problem(
                where=str(suite),
                got="not a suite of Great Expectations",
                fix='write {"name": …, "expectations": [{"type": …, "kwargs": {…}}]}',
            )
        ) from error


def _told_once(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    """Refuse what `json` takes without a word: of two lists of expectations it would forget the first."""
    twice = [name for name, times in Counter(name for name, _ in pairs).items() if times > 1]
    if twice:
        raise ValueError(f"{', '.join(map(repr, twice))} twice in one object")
    return dict(pairs)


def _load(config: Mapping[str, Any], number: int) -> Any:  # noqa: ANN401  (GX ships no types)
    """Return the expectation, or in words why it cannot be loaded."""
    from great_expectations.exceptions import GreatExpectationsError
    from great_expectations.expectations.expectation_configuration import ExpectationConfiguration
    from great_expectations.expectations.registry import list_registered_expectation_implementations

    import datakit.validation.suites.expectations  # noqa: F401  (makes them known to Great Expectations)

    kind = config["type"]
    known = list_registered_expectation_implementations()
    if kind not in known:
        near = get_close_matches(kind, known, n=1)
        return f"unknown expectation {kind!r}" + (f"; did you mean {near[0]!r}?" if near else "")
    meta = config.get("meta") or {}
    if not isinstance(meta, dict) or not all(isinstance(meta.get(word, ""), str) for word in ("code", "fix")):
        return f"{kind}: meta must be an object whose code and fix, if any, are strings, not {meta!r}"
    try:
        configuration = ExpectationConfiguration(
            type=kind,
            kwargs=config.get("kwargs", {}),
            severity=config.get("severity", "critical"),
            meta={"number": number},
        )
        configuration.process_suite_parameters({})  # one without a value would break off the whole suite later
        return configuration.to_domain_obj()
    except (GreatExpectationsError, ValueError, TypeError) as error:
        return f"{kind}: {error}"


def _validate(numbers: Mapping[str, float], expectations: list[Any]) -> dict[int, Any]:
    """Return the result of each expectation by its number."""
    import great_expectations as gx
    import pandas as pd
    from great_expectations.data_context.types import base

    # All in memory, no documents: GX's default context writes a temporary folder for them.
    stores = base.InMemoryStoreBackendDefaults(init_temp_docs_sites=False)
    config = base.DataContextConfig(
        store_backend_defaults=stores,
        progress_bars=base.ProgressBarsConfig(globally=False),
        analytics_enabled=False,
    )
    context = gx.get_context(project_config=config, mode="ephemeral")
    source = context.data_sources.add_pandas("datakit").add_dataframe_asset("figures")
    batch = source.add_batch_definition_whole_dataframe("all").get_batch(
        batch_parameters={"dataframe": pd.DataFrame([numbers])}
    )
    results = batch.validate(gx.ExpectationSuite(name="gate", expectations=expectations)).results
    judged = {int(result.expectation_config.meta["number"]): result for result in results}
    if not len(judged) == len(results) == len(expectations):
        raise AssertionError(f"of {len(expectations)} expectations Great Expectations judged {len(results)}")
    return judged


def _first_exception(info: Mapping[str, Any]) -> str:
    """Return the message of the first exception; GX nests them by metric, or does not."""
    nested = [value for value in info.values() if isinstance(value, dict)]
    return str((nested[0] if nested else info).get("exception_message", "failed")).strip()


def _figure_of(expectation: Any) -> str:  # noqa: ANN401  (GX ships no types)
    """Return the name of the figure that an expectation is about, of the table itself the empty one."""
    return str(getattr(expectation, "figure", getattr(expectation, "column", "")))


_LIMITS = {"min_value": "at least ", "max_value": "at most "}


def _unmet(config: Mapping[str, Any], numbers: Mapping[str, float], figure: str) -> Finding:
    meta, kwargs = config.get("meta") or {}, config.get("kwargs", {})
    limits = ", ".join(
        _LIMITS.get(name, f"{name}=") + f"{value}" for name, value in kwargs.items() if name != "column"
    )
    observed = numbers.get(figure)
    return Finding(
        code=meta.get("code", "unmet-expectation"),
        severity=_SEVERITY[config.get("severity", "critical")],
        message=f"{figure.replace('_', ' ')}: {observed:g}, the gate asks for {limits}"
        if observed is not None
        else f"{config['type']} is not met ({limits})",
        fix=meta.get("fix", "mend the data, or edit the suite"),
        evidence={"expectation": config["type"], "observed": observed, **kwargs},
    )


def _unusable(suite: Path, config: Mapping[str, Any], number: int, why: str) -> Finding:
    return Finding(
        code="unusable-expectation",
        severity=Severity.ERROR,
        message=f"{suite.name}, expectation {number + 1}: {why}",
        fix="mend the suite; a gate with an expectation that cannot be judged is never passed",
        evidence={"expectation": dict(config)},
    )
