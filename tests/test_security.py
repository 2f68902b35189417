"""What a data set, a model, a recipe or a workspace of somebody else must not be able to do."""

import ast
import json
import shutil
from pathlib import Path

import pytest
from support import sms, write_jsonl

import datakit
from datakit.cli.main import run
from datakit.core.corpus import Corpus
from datakit.core.errors import UsageError
from datakit.pipeline.lock import locked
from datakit.pipeline.recipe import parse
from datakit.pipeline.runner import bring_up_to
from datakit.pipeline.store import Record, Store
from datakit.pipeline.workspace import Workspace

PACKAGE = Path(datakit.__file__).parent
SOURCES = sorted(PACKAGE.rglob("*.py"))


def calls():
    """Yield every call in the source: where, its name with dots, its keywords."""
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_bytes())):
            if isinstance(node, ast.Call):
                place = f"{path.relative_to(PACKAGE)}:{node.lineno}"
                yield place, ast.unparse(node.func), {k.arg: ast.unparse(k.value) for k in node.keywords}


def test_models_are_loaded_without_their_own_code_and_from_safetensors():
    """Wherever one is loaded: left out, `trust_remote_code` would ask whoever sits at the terminal."""
    loads = [call for call in calls() if call[1].startswith("Auto") and call[1].endswith(".from_pretrained")]
    assert len(loads) > 8
    assert [place for place, _, how in loads if how.get("trust_remote_code") != "False"] == []
    weights = [call for call in loads if call[1].startswith("AutoModel")]
    assert len(weights) > 4
    assert [place for place, _, how in weights if how.get("use_safetensors") != "True"] == []


def test_nothing_that_was_read_is_run():
    """No pickles but those that our own processes send each other, no `eval`, no shell, no YAML with tags."""
    never = {
        *("eval", "exec", "os.system", "os.popen", "torch.load", "pickle.load", "marshal.loads", "joblib.load"),
        *("yaml.load", "yaml.unsafe_load", "yaml.full_load", "np.load", "pd.read_pickle", "pickle.loads"),
    }
    # It only sees whether an error can be sent to another process.
    allowed = {("pipeline/limited.py", "pickle.loads")}
    found = {(place.partition(":")[0], name) for place, name, _ in calls() if name in never}
    assert found <= allowed
    assert [place for place, _, how in calls() if how.get("shell", "False") != "False"] == []


def test_a_model_with_code_of_its_own_is_loaded_without_it(tmp_path, tiny_encoder):
    """It may name a module that stands beside it; that is not imported, and nobody is asked about it."""
    from datakit.training.outset import Outset
    from datakit.training.settings import Settings
    from datakit.training.task import Task

    model = shutil.copytree(tiny_encoder, tmp_path / "model")
    ran = tmp_path / "ran"
    (model / "evil.py").write_text(f"open({str(ran)!r}, 'w')\nclass Evil: ...\n")
    for name, entry in (
        ("config.json", "AutoModelForSequenceClassification"),
        ("tokenizer_config.json", "AutoTokenizer"),
    ):
        told = json.loads((model / name).read_text())
        told["auto_map"] = {entry: ["evil.Evil", "evil.Evil"] if entry == "AutoTokenizer" else "evil.Evil"}
        (model / name).write_text(json.dumps(told))
    rows = Corpus.from_columns(["one", "two"], ["a", "b"])
    Outset.of(model, Task.of(rows), Settings(), 13)
    assert not ran.exists()


LINKS = [".datakit/runs", ".datakit/unfinished", ".datakit/objects", ".datakit/refs/runs", ".datakit/lock"]


@pytest.mark.parametrize("link", LINKS)
def test_a_link_that_leads_out_of_the_workspace_is_refused(project, tmp_path_factory, link):
    """Else what is cleared away would be somebody's folders, and what is written their file."""
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (elsewhere / "letters").mkdir()
    (elsewhere / "letters" / "file").write_text("dear")
    (project / link).parent.mkdir(parents=True)
    (project / link).symlink_to(elsewhere / "letters" / "file" if link.endswith("lock") else elsewhere)
    with pytest.raises(UsageError, match="is a symbolic link"):
        bring_up_to(Workspace(project), parse({"source": "raw.jsonl"}, where="test"), "validate", command="test")
    assert [(p.name, p.read_text()) for p in elsewhere.rglob("*") if p.is_file()] == [("file", "dear")]


def test_the_workspace_itself_may_be_a_link(project, tmp_path_factory):
    """To a larger disk."""
    (project / ".datakit").symlink_to(tmp_path_factory.mktemp("large"))
    with locked(Workspace(project).lock, "test"):
        pass


@pytest.mark.parametrize(
    "outputs",
    [
        {"../../evil": {"": "a" * 64}},
        {"model": {"../../../evil": "a" * 64}},
        {"model": {"": "../" * 20 + "etc/passwd"}},
    ],
)
def test_a_record_that_leads_out_of_the_run_is_none(tmp_path, outputs):
    """Whoever can write a record could else have any file written, or any file shown in a run."""
    store = Store(tmp_path)
    path = tmp_path / "cache" / "ab" / "abcd.json"
    path.parent.mkdir(parents=True)
    record = {"stage": "s", "key": "abcd", "parts": {}, "outputs": outputs, "seconds": 1.0}
    path.write_text(json.dumps({**record, "sizes": {}}))
    assert store.recall("abcd") is None
    harmless = {"model": {"a/..b": "a" * 64}}
    assert Record(stage="s", key="k", parts={}, outputs=harmless, seconds=1.0).outputs == harmless


def test_a_label_does_not_command_the_terminal(project, monkeypatch, capsys):
    """Neither in what is shown of the data, nor in an error that quotes them."""
    monkeypatch.setenv("FORCE_COLOR", "1")
    rows = [
        {"text": f"text {i} \x1b]2;title\x07", "label": "a\x1b[2Jb" if i % 2 else "c\x9b2Jd"} for i in range(40)
    ]
    write_jsonl(project / "raw.jsonl", rows)
    run(["validate", "raw.jsonl"])
    (project / "odd.csv").write_bytes(b"a\x1b[2J,b\none,two\n")
    assert run(["validate", "odd.csv"]) == 2
    said = "".join(capsys.readouterr())
    assert "a\u241b[2Jb" in said
    assert [sign for sign in ("\x1b[2J", "\x1b]2", "\x9b", "\x07") if sign in said] == []


WORD = "zyzzyva"

ROWS = "".join(json.dumps(row) + "\n" for row in sms()).encode()

#: Sources that are told of, by their names and bytes: what a gate finds, and what cannot be read at all.
TOLD = {
    "labels of two kinds": ("raw.jsonl", ROWS + f'{{"text": "one {WORD}", "label": 3}}'.encode()),
    "a line that is no JSON": ("raw.jsonl", ROWS + f'{{"text": "one {WORD}", "label": '.encode()),
    "labels that contradict": (
        "raw.jsonl",
        ROWS
        + b"".join(b'{"text": "one %s", "label": "%s"}\n' % (WORD.encode(), x) for x in (b"ham", b"spam") * 9),
    ),
    "no readable line": ("raw.jsonl", f"one {WORD}\n".encode() * 3),
    "no column of texts": ("raw.jsonl", f'{{"body of mine": "one {WORD}", "label": "ham"}}\n'.encode() * 3),
    "another encoding than was said": ("raw.csv", f"text,label\none {WORD} ".encode() + b"\xe9t\xe9,ham\n"),
    "texts that spill over": ("raw.csv", f"text,label,,\none,ham,{WORD},\ntwo,spam,,{WORD}\n".encode()),
}


@pytest.mark.parametrize("name", TOLD)
def test_logs_and_news_hold_no_text_of_a_row(project, tiny_encoder, name):
    """Events, manifests, records of jobs, metrics and notifications: they are sent and kept elsewhere."""
    source, content = TOLD[name]
    (project / source).write_bytes(content)
    news = project / "news.json"
    (project / "nightly.yaml").write_text(
        f"source: {{path: {source}, encoding: utf-8}}\n"
        f"job: {{notify: [sh, -c, 'cat >> {news}'], metrics: job.prom}}\n"
        f"finetune: {{model: {tiny_encoder}, epochs: 1, max_length: 16}}\n"
        "evaluate: {probe: false}\n"
        "retries: 0\n"
        "workers: 1\n"
    )
    run(["job", "run", "nightly.yaml", "--quiet"])
    told = [*project.glob("*.prom"), *project.glob(".datakit/jobs/*.json"), *project.glob("news.json")]
    told += [
        path
        for name in ("events.jsonl", "manifest.json", "job.json")
        for path in project.glob(f".datakit/runs/*/{name}")
    ]
    assert news in told
    assert [path for path in told if WORD in path.read_text()] == []
