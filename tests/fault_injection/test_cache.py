"""What is run again after a change, and what is not: each change by its name.

A stage that must run and is not is a stale result; one that is run in vain costs hours. `plan` says of every stage
whether it would run. What runs after the first one that must is decided when that has run: where it gives the same
bytes, nothing more does.

Where the truth may be argued:

- A comment in the code of a stage counts: to tell comments from code is not worth a mistake.
- So does a file that is packed, renamed to another format or begins with a byte order mark, though the rows are
  the same: the bytes are compared, for to unpack and read a file is most of the work of `validate`.
- A column that is named counts even where the same one would have been guessed: what was guessed is in the report.
- All of a room's code counts for its stages, also a fix or a writer that none of them calls: to find what is
  called is not worth a mistake either. `pipeline`, `cli` and `reports` hand over; they decide no artefact.
- The name of a model counts for the stages that report it, even where the model is the same.
- A number of threads does not count, though sums of floating-point numbers may differ in their last bit by it.
"""

import gzip
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml
from support import sms, write_jsonl

import datakit
from datakit.augmentation.lexicon.wordnet import DEBIAN
from datakit.pipeline import components, keys
from datakit.pipeline.recipe import load, parse
from datakit.pipeline.runner import bring_up_to, plan
from datakit.pipeline.workspace import Workspace

NOTHING = None
ROOT = Path(datakit.__file__).parents[1]


@dataclass
class Scene:
    """A finished project that is about to be changed."""

    folder: Path
    options: dict[str, Any]
    patch: pytest.MonkeyPatch

    def path(self, name: str) -> Path:
        """Return a file of the project."""
        return self.folder / name

    @property
    def package(self) -> Path:
        """A copy of datakit's own code, which stands in for it when digests are made."""
        copy = self.folder.parent / "package" / "datakit"
        if not copy.exists():
            shutil.copytree(ROOT / "datakit", copy, ignore=shutil.ignore_patterns("__pycache__"))
            shutil.copytree(ROOT / "expectations", copy.parent / "expectations")
            self.patch.setattr(keys.datakit, "__file__", str(copy / "__init__.py"))
        return copy

    def first(self) -> str | None:
        """Return the first stage that would run."""
        planned = list(plan(Workspace(self.folder), parse(self.options, where="test")))
        runs = [one.runs for one in planned]
        assert runs == sorted(runs), "what comes after a stage that runs is not known"
        return next((one.stage for one in planned if one.runs), None)


@pytest.fixture(scope="module")
def finished(tmp_path_factory, tiny_encoder):
    """Give a project in which everything has run."""
    folder = tmp_path_factory.mktemp("cache") / "project"
    folder.mkdir()
    rows = sms(160)
    write_jsonl(folder / "raw.jsonl", rows)
    write_jsonl(folder / "old.jsonl", rows[:50])
    shutil.copytree(tiny_encoder, folder / "model")
    recipe = folder / "recipe.yaml"
    recipe.write_text(
        """
source: raw.jsonl
workers: 1
accept: [learning-rate-too-high]
validate: {reference: old.jsonl}
augment: {target: balanced, operators: [{name: synonym}, {name: nlpaug, options: {aug_p: 0.3}}]}
finetune: {model: ./model, epochs: 1, batch_size: 16, max_length: 32, learning_rate: 5.0e-3}
evaluate: {probe: false}
"""
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        outcome = bring_up_to(Workspace(folder), load(recipe), "diagnose", command="test")
    assert outcome.manifest.outcome == "done"
    return folder


#: What the key's makers keep in memory: in real life each command is a new process.
KEPT = (keys.code_digest, keys.device_class, keys._version, components._points)


@pytest.fixture
def scene(finished, tmp_path, monkeypatch):
    """Give a copy of it; in another folder, as after a move."""
    folder = shutil.copytree(finished, tmp_path / "moved", ignore=shutil.ignore_patterns("tensorboard"))
    mask = os.umask(0o022)
    monkeypatch.chdir(folder)
    for kept in KEPT:
        kept.cache_clear()
    yield Scene(folder, yaml.safe_load((folder / "recipe.yaml").read_text()), monkeypatch)
    os.umask(mask)
    for kept in KEPT:
        kept.cache_clear()


Change = Callable[[Scene], object]


class Version(NamedTuple):
    """What stands in for `sys.version_info`."""

    major: int
    minor: int
    micro: int = 0
    releaselevel: str = "final"
    serial: int = 0


def option(dotted: str, value: Any) -> Change:
    """Set an option."""

    def change(scene: Scene) -> None:
        *sections, name = dotted.split(".")
        options = scene.options
        for section in sections:
            options = options.setdefault(section, {})
        options[name] = value

    return change


def source(change: Callable[[bytes], bytes], name: str = "raw.jsonl") -> Change:
    """Change the bytes of a file."""

    def changed(scene: Scene) -> None:
        path = scene.path(name)
        path.write_bytes(change(path.read_bytes()))

    return changed


def rows(change: Callable[[list[dict[str, Any]]], list[Any]], name: str = "raw.jsonl") -> Change:
    """Change the rows of a file."""

    def changed(scene: Scene) -> None:
        path = scene.path(name)
        write_jsonl(path, change([json.loads(line) for line in path.read_text().splitlines()]))

    return changed


def code(name: str, line: str = "# a comment") -> Change:
    """Append a line to a file of datakit's code, or make the file."""

    def change(scene: Scene) -> None:
        with (scene.package / name).open("a") as file:
            file.write(f"\n{line}\n")

    return change


def renamed(name: str) -> Change:
    """Give the source another name."""

    def change(scene: Scene) -> None:
        scene.path(name).parent.mkdir(exist_ok=True)
        scene.path("raw.jsonl").rename(scene.path(name))
        scene.options["source"] = name

    return change


def package(name: str) -> Change:
    """Have another version of a distribution installed."""

    def change(scene: Scene) -> None:
        def version(asked: str) -> str:
            return "99.9" if asked == name else metadata.version(asked)

        scene.patch.setattr(keys, "version", version)

    return change


def environment(**variables: str) -> Change:
    """Set environment variables."""

    def change(scene: Scene) -> None:
        for name, value in variables.items():
            scene.patch.setenv(name, value)

    return change


def packed(scene: Scene) -> None:
    """Pack the source."""
    scene.path("raw.jsonl.gz").write_bytes(gzip.compress(scene.path("raw.jsonl").read_bytes()))
    scene.options["source"] = "raw.jsonl.gz"


def own_suite(name: str, change: Callable[[str], str]) -> Change:
    """Lay a suite into the project, as `datakit init` does, and edit it."""

    def laid(scene: Scene) -> None:
        scene.path("expectations").mkdir(exist_ok=True)
        shipped = (ROOT / "expectations" / name).read_text()
        scene.path(f"expectations/{name}").write_text(change(shipped))

    return laid


def model_file(name: str, change: Callable[[bytes], bytes]) -> Change:
    """Change a file of the pretrained model."""
    return source(change, f"model/{name}")


def moved_model(scene: Scene) -> None:
    """Give the model another name."""
    scene.path("model").rename(scene.path("encoder"))
    scene.options["finetune"]["model"] = "./encoder"


def wordnet(change: Callable[[bytes], bytes]) -> Change:
    """Have NLTK's data hold a WordNet, which goes before Debian's."""

    def laid(scene: Scene) -> None:
        folder = scene.folder.parent / "nltk_data" / "corpora" / "wordnet"
        folder.mkdir(parents=True)
        for path in DEBIAN.iterdir():
            (folder / path.name).symlink_to(path)
        (folder / "noun.exc").unlink()
        (folder / "noun.exc").write_bytes(change((DEBIAN / "noun.exc").read_bytes()))
        scene.patch.setenv("NLTK_DATA", str(folder.parents[1]))

    return laid


def tagger(change: Callable[[bytes], bytes]) -> Change:
    """Have NLTK's data hold a tagger, with something for its three files."""

    def laid(scene: Scene) -> None:
        folder = scene.path("nltk/taggers/averaged_perceptron_tagger_eng")
        folder.mkdir(parents=True)
        for part in ("weights", "tagdict", "classes"):
            (folder / f"{folder.name}.{part}.json").write_bytes(change(b"{}"))
        scene.patch.setenv("NLTK_DATA", str(folder.parents[1]))

    return laid


def lost(kind: str, change: Callable[[Path], object], of: str) -> Change:
    """Damage what the store holds of a stage: its record, or the first of its objects."""

    def damage(scene: Scene) -> None:
        manifest = Workspace(scene.folder).latest()
        standing = next(one for one in manifest.stages if one.stage == of)
        artefact = next(iter(standing.outputs.values()))
        digest = next(iter(artefact.values()))
        root = scene.path(".datakit")
        path = {
            "record": root / "cache" / standing.key[:2] / f"{standing.key}.json",
            "object": root / "objects" / digest[:2] / digest,
        }[kind]
        path.chmod(0o644)
        change(path)

    return damage


def cut(path: Path) -> None:
    """Keep the first half of a file."""
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def both(*changes: Change) -> Change:
    """Change several things."""

    def change(scene: Scene) -> None:
        for one in changes:
            one(scene)

    return change


def relabelled(rows_: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Give the first row the other label."""
    return [{**rows_[0], "label": "ham"}, *rows_[1:]]


#: What is changed, by name; how; and the first stage that must run again.
CHANGES: dict[str, tuple[Change, str | None]] = {
    # the source
    "nothing but the place of the project": (lambda _: None, NOTHING),
    "the source is touched": (lambda scene: scene.path("raw.jsonl").touch(), NOTHING),
    "the source is as old as the hills": (lambda scene: os.utime(scene.path("raw.jsonl"), (0, 0)), NOTHING),
    "the source is written anew with the same bytes": (source(lambda data: data), NOTHING),
    "the source has another name": (renamed("messages.jsonl"), NOTHING),
    "the source lies in another folder": (renamed("data/raw.jsonl"), NOTHING),
    "the source is named by its whole path": (
        lambda scene: scene.options.update(source=str(scene.path("raw.jsonl"))),
        NOTHING,
    ),
    "the source is a symbolic link": (
        both(
            renamed("real.jsonl"),
            lambda scene: scene.path("raw.jsonl").symlink_to("real.jsonl"),
            option("source", "raw.jsonl"),
        ),
        NOTHING,
    ),
    "the source cannot be written to": (lambda scene: scene.path("raw.jsonl").chmod(0o444), NOTHING),
    "another file beside the source": (lambda scene: scene.path("notes.txt").write_text("x"), NOTHING),
    "a row is appended": (rows(lambda all_: [*all_, {**all_[0], "id": "new", "text": "see you"}]), "validate"),
    "a row is gone": (rows(lambda all_: all_[:-1]), "validate"),
    "a label is changed": (rows(relabelled), "validate"),
    "a letter is changed": (source(lambda data: data.replace(b"around 7 ", b"around 8 ")), "validate"),
    "two rows change places": (rows(lambda all_: [all_[1], all_[0], *all_[2:]]), "validate"),
    "a line goes to quarantine": (source(lambda data: data + b"{\n"), "validate"),
    "the source is packed": (packed, "validate"),
    "the source has another format's name": (renamed("raw.ndjson"), "validate"),
    "the source begins with a byte order mark": (source(lambda data: b"\xef\xbb\xbf" + data), "validate"),
    "a test file is given": (
        both(
            lambda scene: shutil.copy(scene.path("old.jsonl"), scene.path("test.jsonl")),
            option("source", {"path": "raw.jsonl", "test": "test.jsonl"}),
        ),
        "validate",
    ),
    # how it is read and checked
    "the column that was guessed is named": (
        option("source", {"path": "raw.jsonl", "text_column": "text"}),
        "validate",
    ),
    "longer lines are refused": (option("source", {"path": "raw.jsonl", "max_line_bytes": 500}), "validate"),
    "a check has another option": (option("validate.checks", {"class-imbalance": {"max_ratio": 2}}), "validate"),
    "the rows of old are others": (rows(lambda all_: all_[1:], "old.jsonl"), "validate"),
    "there are no rows of old": (option("validate.reference", None), "validate"),
    "the suite is laid into the project as it is": (own_suite("raw.json", lambda text: text), NOTHING),
    "the suite is edited": (own_suite("raw.json", lambda text: text.replace("{", "{ ", 1)), "validate"),
    "another suite is named": (
        both(
            own_suite("raw.json", lambda text: text.replace("{", "{ ", 1)),
            lambda scene: scene.path("expectations/raw.json").rename(scene.path("expectations/mine.json")),
            option("validate.suite", "mine.json"),
        ),
        "validate",
    ),
    "the suite of the splits is edited": (own_suite("training_ready.json", lambda text: text + " "), "split"),
    "the suite of the augmented rows is edited": (own_suite("augmented.json", lambda text: text + " "), "augment"),
    # options of the later stages
    "more rows are held out": (option("split.test", 0.2), "split"),
    "near-duplicates may stand on both sides": (option("split.near", False), "split"),
    "the seed is another": (option("seed", 14), "split"),
    "the target is another": (option("augment.target", "none"), "augment"),
    "an operator has another option": (
        option("augment.operators", [{"name": "synonym"}, {"name": "nlpaug", "options": {"aug_p": 0.4}}]),
        "augment",
    ),
    "an operator has another weight": (
        option(
            "augment.operators", [{"name": "synonym", "weight": 2}, {"name": "nlpaug", "options": {"aug_p": 0.3}}]
        ),
        "augment",
    ),
    "the operators change places": (
        option("augment.operators", [{"name": "nlpaug", "options": {"aug_p": 0.3}}, {"name": "synonym"}]),
        "augment",
    ),
    "a filter is left out": (option("augment.filters", [{"name": "identical"}]), "augment"),
    "fewer texts of a row": (option("augment.max_per_row", 3), "augment"),
    "the language is said": (option("augment.language", "en"), "augment"),
    "a model reads less of a text": (option("finetune.max_length", 16), "validate"),
    "the rate is another": (option("finetune.learning_rate", 4e-3), "preflight"),
    "the loss is another": (option("finetune.loss", "focal"), "preflight"),
    "more errors are kept": (option("evaluate.worst", 60), "evaluate"),
    "probabilities are calibrated": (option("evaluate.calibration", "temperature"), "evaluate"),
    # options that decide nothing in an artefact
    "an option is given that is the default": (option("split.test", 0.1), NOTHING),
    "the options stand in another order": (
        lambda scene: setattr(scene, "options", dict(reversed(scene.options.items()))),
        NOTHING,
    ),
    "the options of a section stand in another order": (
        lambda scene: scene.options.update(finetune=dict(reversed(scene.options["finetune"].items()))),
        NOTHING,
    ),
    "a whole number where a fraction may stand": (
        both(
            option("augment.operators", [{"name": "synonym", "weight": 2.0}]),
            option("augment.operators", [{"name": "synonym"}, {"name": "nlpaug", "options": {"aug_p": 0.3}}]),
        ),
        NOTHING,
    ),
    "more workers": (option("workers", 2), NOTHING),
    "more retries": (option("retries", 9), NOTHING),
    "a stage may take an hour": (option("timeouts.finetune", 3600), NOTHING),
    "another finding is accepted": (option("accept", ["learning-rate-too-high", "class-imbalance"]), NOTHING),
    "a schedule, and who is told": (
        option("job", {"schedule": "0 3 * * *", "notify": ["true"], "metrics": "a.prom", "keep": 3}),
        NOTHING,
    ),
    "a search is described": (option("tune.trials", 5), NOTHING),
    # the pretrained model
    "a weight of the model is another": (
        model_file("model.safetensors", lambda data: data[:-1] + bytes([data[-1] ^ 1])),
        "preflight",
    ),
    "the tokenizer is another": (model_file("tokenizer.json", lambda data: data + b" "), "validate"),
    "the model's files are touched": (lambda scene: scene.path("model/model.safetensors").touch(), NOTHING),
    "the model has another name": (moved_model, "preflight"),
    # the code
    "a comment in a check": (code("validation/checks/empty_text.py"), "validate"),
    "a new check": (code("validation/checks/all_caps.py", "x = 1"), "validate"),
    "a comment in a reader": (code("io/jsonl.py"), "validate"),
    "a comment in the core": (code("core/text.py"), "validate"),
    "a comment in the stage itself": (code("pipeline/stages/validate.py"), "validate"),
    "a comment in a splitter": (code("splitting/splitters/stratified.py"), "split"),
    "a comment in an operator": (code("augmentation/operators/synonym.py"), "augment"),
    "a comment in a loss": (code("training/losses/focal.py"), "preflight"),
    "a comment in a rule": (code("diagnosis/rules/overfitting.py"), "preflight"),
    "a comment in a metric": (code("evaluation/metrics.py"), "preflight"),
    "a comment in the stage evaluate": (code("pipeline/stages/evaluate.py"), "evaluate"),
    "a comment in the stage diagnose": (code("pipeline/stages/diagnose.py"), "diagnose"),
    "a comment in the reports": (code("reports/html.py"), NOTHING),
    "a comment in a command": (code("cli/run.py"), NOTHING),
    "a comment in the jobs": (code("pipeline/jobs/job.py"), NOTHING),
    "a comment in the runner": (code("pipeline/runner.py"), NOTHING),
    "a file of the code is touched": (lambda scene: (scene.package / "core/text.py").touch(), NOTHING),
    "a manual beside the code": (code("core/README.md"), NOTHING),
    # the machine
    "another scikit-learn": (package("scikit-learn"), "validate"),
    "another xxhash": (package("xxhash"), "validate"),
    "another rapidfuzz": (package("rapidfuzz"), "validate"),
    "another torch": (package("torch"), "augment"),
    "another accelerate": (package("accelerate"), "preflight"),
    "another rich": (package("rich"), NOTHING),
    "another ray": (package("ray"), NOTHING),
    "another Python": (
        lambda scene: scene.patch.setattr(sys, "version_info", Version(3, 99)),
        "validate",
    ),
    "another WordNet": (wordnet(lambda data: data + b"geeses goose\n"), "augment"),
    "a tagger where none was": (tagger(lambda data: data), "augment"),
    "the same WordNet elsewhere": (wordnet(lambda data: data), NOTHING),
    "another place for caches": (environment(XDG_CACHE_HOME="/nowhere"), NOTHING),
    "another time zone": (environment(TZ="Asia/Tokyo"), NOTHING),
    "another locale": (environment(LC_ALL="C", LANG="de_DE.UTF-8"), NOTHING),
    "another number of threads": (environment(OMP_NUM_THREADS="3"), NOTHING),
    "another umask": (lambda _: os.umask(0o077), NOTHING),
    # the store
    "a record is gone": (lost("record", Path.unlink, "augment"), "augment"),
    "a record is cut short": (lost("record", cut, "augment"), "augment"),
    "a record is emptied": (lost("record", lambda path: path.write_bytes(b""), "split"), "split"),
    "an object is gone": (lost("object", Path.unlink, "split"), "split"),
    "an object is cut short": (lost("object", cut, "split"), "split"),
    "an object is emptied": (lost("object", lambda path: path.write_bytes(b""), "augment"), "augment"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_only_what_depends_on_a_change_is_run_again(scene, name):
    """Neither a stale result nor a run in vain."""
    change, expected = CHANGES[name]
    change(scene)
    assert scene.first() == expected


def test_an_unchanged_project_is_so_for_a_new_process_elsewhere(finished, tmp_path):
    """Under another hash seed, time zone and locale, with another number of threads, in another place."""
    folder = shutil.copytree(finished, tmp_path / "moved")
    others = {"PYTHONHASHSEED": "99", "TZ": "Asia/Tokyo", "LC_ALL": "C", "OMP_NUM_THREADS": "2"}
    assert planned_by_process(folder, **others) == []


def test_code_counts_as_python_finds_it(finished, tmp_path):
    """In a copy of the package that PYTHONPATH puts before the installed one."""
    for name in ("datakit", "expectations"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    folder = shutil.copytree(finished, tmp_path / "moved")
    assert planned_by_process(folder, PYTHONPATH=str(tmp_path)) == []
    with (tmp_path / "datakit" / "evaluation" / "slices.py").open("a") as file:
        file.write("# a comment\n")
    assert planned_by_process(folder, PYTHONPATH=str(tmp_path))[0] == "preflight"


def planned_by_process(folder: Path, **environment: str) -> list[str]:
    """Return the stages that `datakit plan` says would run, as a process of its own."""
    said = subprocess.run(
        [sys.executable, "-m", "datakit", "plan", "recipe.yaml", "--json"],
        cwd=folder,
        env={**os.environ, **environment},
        capture_output=True,
        check=True,
    )
    return [one["stage"] for one in json.loads(said.stdout)["stages"] if one["runs"]]


def test_components_that_others_add_count_with_all_the_code_that_they_come_with(scene, tmp_path):
    """A new one, and a change in a module that only the component imports."""
    site = tmp_path / "site"
    (site / "shouting-1.0.dist-info").mkdir(parents=True)
    (site / "shouting-1.0.dist-info" / "METADATA").write_text("Name: shouting\nVersion: 1.0\n")
    (site / "shouting-1.0.dist-info" / "entry_points.txt").write_text(
        "[datakit.operators]\nshout = shouting:Shout\n"
    )
    (site / "shouting").mkdir()
    (site / "shouting" / "__init__.py").write_text("from shouting.loud import Shout\n")
    (site / "shouting" / "loud.py").write_text("class Shout: ...\n")
    scene.patch.syspath_prepend(site)
    assert scene.first() == "augment"
    before = components.added_components(["augmentation"])
    assert before.keys() == {"operators.shout"}
    assert components.added_components(["validation"]) == {}
    (site / "shouting" / "loud.py").write_text("class Shout: volume = 11\n")
    assert components.added_components(["augmentation"]) != before
