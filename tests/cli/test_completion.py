"""What the shell offers."""

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.shell_completion import BashComplete

from datakit.cli.main import COMMANDS, cli

BIN = Path(sys.executable).parent


def offered(line) -> list[str]:
    """Return the types and names that are offered at the end of a line."""
    words = shlex.split(line)[1:]
    begun = "" if line.endswith(" ") else words.pop()
    items = BashComplete(cli, {}, "datakit", "_DATAKIT_COMPLETE").get_completions(words, begun)
    return [f"{item.type} {item.value}" for item in items]


def shell(script, folder) -> list[str]:
    """Return the lines that a bash prints that finds the installed `datakit`."""
    path = {"PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(  # noqa: S603  (our own script)
        ["bash", "-c", script],  # noqa: S607  (where bash is, it is on the path)
        cwd=folder,
        env=os.environ | path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert not done.stderr
    return done.stdout.splitlines()


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("datakit finetune --class", ["plain --class-weights"]),
        ("datakit finetune --class-weights b", ["plain balanced"]),
        ("datakit finetune --loss f", ["plain focal"]),
        ("datakit finetune --model ", ["dir "]),
        ("datakit validate raw", ["file raw"]),
        ("datakit validate --suite trai", ["plain training_ready.json"]),
        ("datakit explain class-i", ["plain class-imbalance"]),
        ("datakit split --accept single", ["plain single-class", "plain single-row-batches"]),
        ("datakit clean --fix moji", ["plain mojibake"]),
        ("datakit augment --operator syn", ["plain synonym"]),
        ("datakit augment --set augment.max", ["plain augment.max_per_row="]),
        ("datakit augment --set seed", ["plain seed="]),
        ("datakit plan --why fine", ["plain finetune"]),
        ("datakit job run nig", ["plain nightly"]),
        ("datakit job run ./own", ["file ./own"]),
    ],
)
@pytest.mark.usefixtures("project")
def test_what_can_stand_there_is_offered(line, wanted):
    """Options, their choices, codes, components, settings, stages, recipes; else the shell completes files."""
    assert offered(line) == wanted


def test_runs_are_offered_the_newest_first(project):
    """Where there are none, nothing is; what names a model without an id stands before them."""
    assert offered("datakit report ") == []
    for run in ("20260101T000000000Z-aaaaaa", "20260201T000000000Z-bbbbbb"):
        folder = project / ".datakit" / "runs" / run
        folder.mkdir(parents=True)
        (folder / "manifest.json").write_text("{}", encoding="utf-8")
    newest, oldest = "plain 20260201T000000000Z-bbbbbb", "plain 20260101T000000000Z-aaaaaa"
    assert offered("datakit report ") == [newest, oldest]
    assert offered("datakit report 202601") == [oldest]
    assert offered("datakit predict --run ") == ["plain champion", "plain latest", newest, oldest]


needs_bash = pytest.mark.skipif(shutil.which("bash") is None, reason="no bash")


@needs_bash
def test_zsh_is_told_the_verbs_in_the_order_of_their_use_with_their_help(tmp_path):
    """By the protocol of the installed command: type, name and help, a line each."""
    told = shell("COMP_WORDS='datakit ' COMP_CWORD=1 _DATAKIT_COMPLETE=zsh_complete datakit", tmp_path)
    assert list(zip(told[::3], told[1::3], told[2::3], strict=True)) == [
        ("plain", name, line) for name, line in COMMANDS.items()
    ]


@needs_bash
def test_bash_completes_by_the_line_that_the_readme_names(tmp_path):
    """Evaluated by a bash, which then asks for the words behind `datakit expl`."""
    readme = (Path(__file__).resolve().parents[2] / "README.md").read_text(encoding="utf-8")
    (line,) = (line for line in readme.splitlines() if "bash_source" in line)
    asked = 'COMP_WORDS=(datakit expl); COMP_CWORD=1; _datakit_completion datakit; echo "${COMPREPLY[@]}"'
    assert shell(f"{line.partition('#')[0]}\n{asked}", tmp_path) == ["explain"]
