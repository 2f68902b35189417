"""A recipe: the source, the options of every stage, the seed. Written in YAML, checked before anything runs."""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic.fields import FieldInfo

from datakit.core.errors import Problem, RecipeError, UsageError
from datakit.core.names import suggest
from datakit.core.registry import Registry
from datakit.pipeline.jobs.due import require_schedule, require_zone
from datakit.training.search import Choices, Pruner, Range, Searcher
from datakit.training.settings import Settings, conflict

MAX_BYTES = 1_000_000  # nobody writes a longer recipe; a hostile one could

_INTERPOLATED = re.compile(r"\$\{(\w+)\}")

Fraction = Annotated[float, Field(gt=0, lt=1)]
Seconds = Annotated[float, Field(gt=0, allow_inf_nan=False)]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


def _require(family: Registry[Any], chosen: Mapping[str, tuple[str, Mapping[str, Any]]]) -> None:
    """Refuse components that do not exist, or that do not take their options; all of them at once.

    Args:
        family: theirs.
        chosen: by the place in the section, a name and the options for it.
    """
    problems = []
    for where, (name, options) in chosen.items():
        try:
            family.build(name, options)
        except UsageError as error:
            problems += [Problem(where=where, got=problem.got, fix=problem.fix) for problem in error.problems]
    if problems:
        raise conflict(problems)


class SourceOptions(_Section):
    """The files to read, and how."""

    path: str = Field(
        description="labelled text: .jsonl .json .csv .tsv (each also .gz), .parquet, or a datasets folder"
    )
    validation: str | None = Field(None, description="a validation split of your own")
    test: str | None = Field(None, description="a test split of your own; it stays as it is")
    text_column: str | None = Field(None, description="guessed when obvious")
    label_column: str | None = Field(None, description="guessed when obvious")
    id_column: str | None = Field(None, description="guessed when obvious; else rows are known by their content")
    encoding: str = Field(
        "auto",
        description="of JSON, CSV and TSV files, read strictly; auto: UTF-8; CSV and TSV else as their bytes say",
    )
    columns: tuple[str, ...] | None = Field(None, description="names for a CSV or TSV file without a header")
    max_bytes: int = Field(20_000_000_000, gt=0, description="a larger file is refused")
    max_line_bytes: int = Field(1_000_000, gt=0, description="longer lines go to quarantine")


class ValidateOptions(_Section):
    """Checks and the gate."""

    suite: str = Field("raw.json", description="Great Expectations suite, in ./expectations or shipped")
    deep: bool | None = Field(
        None,
        description="whether the checks that read all texts at once are run; "
        "null: on up to 20,000 rows and 67 million characters",
    )
    reference: str | None = Field(
        None, description="file of old rows, or a former run; what has drifted away from them is told"
    )
    checks: dict[str, dict[str, Any]] = Field(
        {}, description="options by check, e.g. class-imbalance: {max_ratio: 5}"
    )

    @model_validator(mode="after")
    def _exist(self) -> Self:
        if self.checks:
            from datakit.validation import checks

            _require(checks, {f"checks.{name}": (name, options) for name, options in self.checks.items()})
        return self


class SplitOptions(_Section):
    """Train, validation and test."""

    validation: Fraction = Field(0.1, description="fraction of the rows, where no validation file is given")
    test: Fraction = Field(0.1, description="fraction of the rows, where no test file is given")
    splitter: str = Field("stratified", description="who deals the rows out")
    options: dict[str, Any] = Field({}, description="of the splitter")
    suite: str = Field(
        "training_ready.json", description="suite that judges the splits, in ./expectations or shipped"
    )
    near: bool = Field(True, description="near-duplicates stand on one side too, not only copies")
    assignment: str | None = Field(
        None, description="a file that keeps the split of each text: it stays there when the data grow"
    )

    @model_validator(mode="after")
    def _exists(self) -> Self:
        if self.model_fields_set & {"splitter", "options"}:
            from datakit.splitting import splitters

            _require(splitters, {"splitter": (self.splitter, self.options)})
        return self


class FilterOptions(_Section):
    """A filter, and its own options."""

    model_config = ConfigDict(extra="allow")

    name: str

    @model_validator(mode="after")
    def _exists(self) -> Self:
        from datakit.augmentation.registries import filters

        _require(filters, {"": (self.name, self.model_extra or {})})
        return self


class OperatorOptions(FilterOptions):
    """An operator, its own options, and its part of the new rows."""

    weight: float | None = Field(None, gt=0, allow_inf_nan=False)

    @model_validator(mode="after")
    def _exists(self) -> Self:
        from datakit.augmentation.registries import operators

        _require(operators, {"": (self.name, self.model_extra or {})})
        return self


class AugmentOptions(_Section):
    """New texts for rare classes of the train split."""

    target: str | dict[str, int] = Field(
        "none", description="balanced, none, ratio=R, count=N, majority-share=S, or {label: rows}"
    )
    operators: tuple[OperatorOptions, ...] | None = Field(
        None,
        description="a list of {name: synonym, weight: 3}, with options: those with a weight above 0 divide the "
        "new rows, then each in this order fills up; default: synonym, then insert-punctuation",
    )
    filters: tuple[FilterOptions, ...] | None = Field(
        None,
        description="default: identical, protected-token-lost, negation-flipped, repetition, length-ratio, "
        "near-held-out",
    )
    suite: str = Field(
        "augmented.json", description="suite that judges the augmented rows, in ./expectations or shipped"
    )
    max_per_row: int = Field(20, gt=0, description="most new texts made from one row")
    language: str = Field("auto", description="of the texts, by ISO 639-1, such as de; auto: told from the rows")


class FinetuneOptions(Settings):
    """The pretrained encoder and how it is trained."""

    model: str = Field("minilm", description="minilm (embedded), a local folder, or a hub id[@revision]")


class EvaluateOptions(_Section):
    """Figures on the test split."""

    worst: int = Field(50, ge=0, description="wrong answers to keep, the surest first")
    calibration: Literal["none", "temperature"] = Field(
        "none", description="temperature: logits are divided by one that is fitted on validation"
    )
    thresholds: Literal["none", "tuned"] = Field(
        "none", description="tuned: the line between labels is moved for the best macro-F1 on validation"
    )
    probe: bool = Field(True, description="whether a frozen encoder with a logistic regression is a baseline too")


class TuneOptions(_Section):
    """The search for better settings of `finetune`; see `datakit tune`."""

    space: dict[str, Range | Choices] = Field(
        {},
        description="by option of finetune: [choices], or {low: 1e-5, high: 1e-3, log: true}; default: learning "
        "rate, batch size, weight decay and warm-up",
    )
    trials: int = Field(20, gt=0, description="how many, with those of former calls")
    searcher: Searcher = Field("tpe", description="tpe, random, or grid (of choices only)")
    pruner: Pruner = Field("hyperband", description="ends hopeless trials early: hyperband, asha or none")
    top: int = Field(3, gt=0, description="how many of the best are run again, beside the present settings")
    seeds: int = Field(3, gt=1, description="with how many seeds each")
    storage: str | None = Field(
        None, description="a database for many machines, postgresql+psycopg://…; default: a journal file here"
    )


class JobOptions(_Section):
    """The job around the pipeline: when it runs, what is promoted, who is told; see docs/jobs.md."""

    schedule: Annotated[str, AfterValidator(require_schedule)] | None = Field(
        None, description="when it runs, as a cron expression in quotes, e.g. '0 3 * * *': at three every night"
    )
    timezone: Annotated[str, AfterValidator(require_zone)] = Field(
        "UTC", description="of the schedule, e.g. Europe/Berlin"
    )
    overlap: Literal["skip", "queue-one"] = Field(
        "skip", description="what becomes of a time that comes while the job still runs"
    )
    missed: Literal["skip", "run-once"] = Field(
        "run-once", description="what becomes of times at which nothing was there to start it"
    )
    timeout: int = Field(21_600, gt=0, description="seconds after which it is killed with all its processes")
    retries: int = Field(
        3, ge=0, description="of a run that ended with 75, try again later: after 1, 2, 4, … minutes"
    )
    margin: Annotated[float, Field(ge=0, lt=1)] = Field(
        0.05, description="macro-F1, 0..1, that a new model may be worse by, at the lower end of the 95% interval"
    )
    tolerance: Annotated[float, Field(ge=0, lt=1)] = Field(
        0.05, description="recall, 0..1, that no label may lose, unless it may be luck"
    )
    drift: Annotated[float, Field(ge=0, lt=1)] | None = Field(
        0.1,
        description="share of new labels, 0..1, that the champion may contradict beyond its share of errors; "
        "null: any",
    )
    webhook_env: str | None = Field(
        None,
        pattern="^[A-Za-z_][A-Za-z0-9_]*$",
        description="environment variable that holds the URL to which outcomes are posted; its name, not the URL",
    )
    notify: tuple[str, ...] | None = Field(
        None, min_length=1, description="a command, as a list, that gets each outcome as JSON on standard input"
    )
    metrics: str | None = Field(
        None,
        pattern=r"\.prom$",
        description="a text file for Prometheus, e.g. /var/lib/node_exporter/datakit.prom",
    )
    keep: int | None = Field(None, ge=1, description="how many of the job's runs are kept; null: all")


class Timeouts(_Section):
    """Seconds that a stage may take; it is ended then, with all its processes. By default there is no limit."""

    validation: Seconds | None = Field(None, alias="validate", description="seconds; null: no limit")
    split: Seconds | None = Field(None, description="seconds; null: no limit")
    augment: Seconds | None = Field(None, description="seconds; null: no limit")
    preflight: Seconds | None = Field(None, description="seconds; null: no limit")
    finetune: Seconds | None = Field(None, description="seconds; null: no limit")
    evaluate: Seconds | None = Field(None, description="seconds; null: no limit")
    diagnose: Seconds | None = Field(None, description="seconds; null: no limit")

    def of(self, stage: str) -> float | None:
        """Return the seconds that a stage may take, by its name; None for any number."""
        seconds: float | None = self.model_dump(by_alias=True)[stage]
        return seconds


class Recipe(_Section):
    """All that a run depends on, but for the code and the machine."""

    source: SourceOptions
    seed: int = Field(13, description="of everything random")
    accept: tuple[str, ...] = Field((), description="codes of error findings that do not stop the run")
    trackers: tuple[str, ...] = Field(
        (), description="experiment trackers told of the training, by transformers: mlflow, wandb, …"
    )
    workers: int | None = Field(None, gt=0, description="processes for augmentation; default: one a core")
    engine: Literal["local", "ray"] = Field(
        "local", description="where augmentation is done: processes of this machine, or a Ray cluster"
    )
    ray_address: str | None = Field(
        None, description="of the cluster to join; default: RAY_ADDRESS, else one of this machine's own is started"
    )
    ray_unauthenticated: bool = Field(
        False, description="whether a cluster may be used that takes work from everybody who reaches it"
    )
    retries: int = Field(
        2, ge=0, description="of a stage that something outside made fail for now: after 2, 4, 8, … seconds"
    )
    timeouts: Timeouts = Timeouts()
    validation: ValidateOptions = Field(ValidateOptions(), alias="validate")
    split: SplitOptions = SplitOptions()
    augment: AugmentOptions = AugmentOptions()
    finetune: FinetuneOptions = FinetuneOptions()
    evaluate: EvaluateOptions = EvaluateOptions()
    tune: TuneOptions = TuneOptions()
    job: JobOptions = JobOptions()

    def patched(self, patch: Mapping[str, Mapping[str, Any] | Any]) -> "Recipe":
        """Return this recipe with the options in `patch`, a mapping of sections, put over it.

        Raises:
            RecipeError: an option that does not exist or has the wrong type.
        """
        return parse(merged(self.as_dict(), patch), where="options")

    def as_dict(self) -> dict[str, Any]:
        """Return what `parse` takes; options that have their default are left out."""
        return self.model_dump(mode="json", by_alias=True, exclude_defaults=True)


def parse(data: Mapping[str, Any], where: str, lines: Mapping[tuple[str, ...], str] | None = None) -> Recipe:
    """Return the recipe that `data` describes. A bare string for `source` is its path.

    Args:
        data: what the YAML holds.
        where: what to call it in messages.
        lines: `path:line:column` of each key, for messages.

    Raises:
        RecipeError: unknown or missing options, or wrong types; all of them at once.
    """
    return _parsed(data, where, lines or {}, [])


def _parsed(
    data: Mapping[str, Any], where: str, places: Mapping[tuple[str, ...], str], problems: Sequence[Problem]
) -> Recipe:
    """Do the same, and tell the problems that are known already with those that are found."""
    found = [*problems, *_interpolations(data, (), where, places)]
    if isinstance(data.get("source"), str):
        data = {**data, "source": {"path": data["source"]}}
    try:
        recipe = Recipe.model_validate(data)
    except ValidationError as error:
        found += [problem for e in error.errors(include_url=False) for problem in _problems(e, where, places)]
        raise RecipeError(*dict.fromkeys(found)) from error
    if found:
        raise RecipeError(*found)
    return recipe


def load(path: Path) -> Recipe:
    """Read a recipe from YAML. Tags and aliases are refused: a recipe needs neither, and both can be abused.

    So are keys that stand twice in a mapping, of which YAML would silently take the last.

    Raises:
        RecipeError: unreadable, not YAML, or not a recipe; with path, line and column.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise RecipeError(
            Problem(where=str(path), got=str(error), fix="give a readable recipe in YAML")
        ) from error
    if len(text) > MAX_BYTES:
        raise RecipeError(Problem(where=str(path), got=f"{len(text):,} characters", fix="a recipe is short"))
    try:
        _refuse_aliases(text)
        node, data = yaml.compose(text, yaml.SafeLoader), yaml.safe_load(text)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        place = f"{path}:{mark.line + 1}:{mark.column + 1}" if mark else str(path)
        raise RecipeError(Problem(where=place, got=error.problem or str(error), fix="mend the YAML")) from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:  # a control character, 2026-13-45, [[[[…
        got = "too deeply nested" if isinstance(error, RecursionError) else str(error)
        raise RecipeError(Problem(where=str(path), got=got, fix="mend the YAML")) from error
    if not isinstance(data, dict):
        raise RecipeError(Problem(where=str(path), got="no mapping", fix="begin with `source: raw.jsonl`"))
    places: dict[tuple[str, ...], str] = {}
    repeated: dict[tuple[str, ...], Problem] = {}
    for keys, line, column in _places(node, ()):
        place = f"{path}:{line}:{column}"
        if keys in places and not any(keys[:n] in repeated for n in range(len(keys))):
            got = f"{'.'.join(keys)} is there already, at {places[keys]}"
            repeated[keys] = Problem(where=place, got=got, fix="leave one of the two out")
        places[keys] = place
    return _parsed(data, str(path), places, list(repeated.values()))


def _interpolations(
    value: Any,  # noqa: ANN401  (whatever the YAML holds)
    keys: tuple[str, ...],
    where: str,
    places: Mapping[tuple[str, ...], str],
) -> Iterator[Problem]:
    """Yield the values that expect a variable's value in their place: it would be in every manifest and log."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _interpolations(inner, (*keys, str(key)), where, places)
    elif isinstance(value, list | tuple):
        for i, inner in enumerate(value):
            yield from _interpolations(inner, (*keys, str(i)), where, places)
    elif isinstance(value, str) and (named := _INTERPOLATED.search(value)):
        yield Problem(
            where=_place(keys, where, places),
            got=f"{'.'.join(keys)}: {named[0]} stands for itself here: variables are not put into recipes",
            fix=f'write the value, or give it in the call: --set {".".join(keys[:2])}="${named[1]}"; options '
            "that end in _env take the name of a variable",
        )


def _refuse_aliases(text: str) -> None:
    """A few hundred bytes of nested aliases expand to millions of nodes."""
    for token in yaml.scan(text, yaml.SafeLoader):
        if isinstance(token, yaml.AliasToken):
            raise yaml.MarkedYAMLError(problem="aliases are refused", problem_mark=token.start_mark)


def merged(base: Mapping[str, Any], patch: Mapping[str, Any]) -> dict[str, Any]:
    """Put sections over sections; within a section an option replaces the former one."""
    whole = dict(base)
    for name, value in patch.items():
        section = whole.get(name)
        if isinstance(value, Mapping) and isinstance(section, Mapping):
            whole[name] = {**section, **value}
        else:
            whole[name] = value
    return whole


def _problems(error: Any, where: str, places: Mapping[tuple[str, ...], str]) -> list[Problem]:  # noqa: ANN401
    """Return what one error of pydantic's says: one problem, or all conflicts between the options of a section."""
    keys = tuple(str(part) for part in error["loc"])
    if error["type"] != "conflict":
        return [_problem(error, keys, _place(keys, where, places))]
    told = [((*keys, *filter(None, one.where.split("."))), one) for one in error["ctx"]["problems"]]
    return [
        Problem(where=_place(at, where, places), got=f"{'.'.join(at)}: {one.got}", fix=one.fix) for at, one in told
    ]


def _place(keys: tuple[str, ...], where: str, places: Mapping[tuple[str, ...], str]) -> str:
    """Return the place of the option, or of the nearest section around it where it is missing."""
    return next((places[keys[:n]] for n in range(len(keys), 0, -1) if keys[:n] in places), where)


def _problem(error: Any, keys: tuple[str, ...], place: str) -> Problem:  # noqa: ANN401
    dotted = ".".join(
        part for part in keys if not part.startswith(("function-", "tagged-", "literal[", "dict[", "constrained-"))
    )
    if error["type"] == "extra_forbidden":
        return Problem(where=place, got=f"no option {dotted!r}", fix=suggest(keys[-1], _known(keys[:-1])))
    got = f"{dotted}: {error['msg']}"
    if error["type"] != "missing":
        got += f" (got {error['input']!r})"
    return Problem(where=place, got=got, fix=_description(keys) or "see docs/recipes.md")


def _known(section: Sequence[str]) -> list[str]:
    """Return the names of the options of a section; none where there is no such section."""
    fields = _fields_along(section)
    model = _section_of(fields[-1]) if fields else Recipe
    if len(fields) < len(section) or model is None:
        return []
    return [field.alias or name for name, field in model.model_fields.items()]


def _description(keys: Sequence[str]) -> str:
    """Return what the innermost known option on the way to `keys` means."""
    fields = _fields_along(keys)
    return (fields[-1].description or "") if fields else ""


def _fields_along(keys: Sequence[str]) -> list[FieldInfo]:
    """Return the fields that lead from the recipe along `keys`, as far as they are known."""
    model: type[BaseModel] | None = Recipe
    found: list[FieldInfo] = []
    for key in keys:
        known = model.model_fields.items() if model else ()
        field = next((f for name, f in known if key in (name, f.alias)), None)
        if field is None:
            break
        found.append(field)
        model = _section_of(field)
    return found


def _section_of(field: FieldInfo) -> type[BaseModel] | None:
    kind = field.annotation
    return kind if isinstance(kind, type) and issubclass(kind, BaseModel) else None


def _places(node: yaml.Node | None, keys: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], int, int]]:
    """Yield the path of each key of a YAML document with its line and column, from 1."""
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            path = (*keys, str(key.value))
            yield path, key.start_mark.line + 1, key.start_mark.column + 1
            yield from _places(value, path)
    elif isinstance(node, yaml.SequenceNode):
        for i, value in enumerate(node.value):
            yield (*keys, str(i)), value.start_mark.line + 1, value.start_mark.column + 1
            yield from _places(value, (*keys, str(i)))
