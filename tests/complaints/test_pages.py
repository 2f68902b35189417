"""The pages of docs/complaints say what is so."""

import re
import shlex
from pathlib import Path

import pytest

from datakit.cli._shared import parse_settings, patch_of
from datakit.cli.main import COMMANDS, cli
from datakit.diagnosis.lint import lint
from datakit.pipeline.recipe import parse
from datakit.training.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "docs" / "complaints"
COMPLAINTS = ROOT.parent / "shared" / "complaints"

#: In the order of the complaints, 1 to 5.
PAGES = (
    "stalled-then-useless.md",
    "not-converging.md",
    "long-reviews.md",
    "loss-not-decreasing.md",
    "most-frequent-label.md",
)


def text_of(page: str) -> str:
    """Return what a page says."""
    return (FOLDER / page).read_text(encoding="utf-8")


def commands_of(page: str) -> list[list[str]]:
    """Return the commands that a page has the reader type."""
    blocks = re.findall(r"^```bash\n(.*?)^```", text_of(page), re.DOTALL | re.MULTILINE)
    lines = [line for block in blocks for line in block.replace("\\\n", " ").splitlines()]
    return [shlex.split(line, comments=True) for line in lines if line.strip()]


def test_the_index_names_every_page():
    """And there are no others."""
    assert sorted(path.name for path in FOLDER.glob("*.md")) == sorted([*PAGES, "README.md"])
    assert re.findall(r"\]\(([\w-]+\.md)\)", text_of("README.md")) == list(PAGES)


@pytest.mark.parametrize(("number", "page"), list(enumerate(PAGES, 1)))
def test_what_lint_says_of_the_code_is_what_the_page_tells(number, page):
    """Script, line and idiom, all of them and no others."""
    if not COMPLAINTS.is_dir():
        pytest.skip("no ../shared/complaints beside the checkout")
    (complaint,) = COMPLAINTS.glob(f"{number}_*.txt")
    scripts = re.findall(r"^```python\n(.*?)^```", complaint.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    found = [(at, flaw.line, flaw.code) for at, script in enumerate(scripts, 1) for flaw in lint([script])]
    rows = re.findall(r"^\| (\d) \| (\d+) \| `([a-z-]+)` \|", text_of(page), re.MULTILINE)
    assert sorted((int(script), int(line), code) for script, line, code in rows) == sorted(found)
    assert found


@pytest.mark.parametrize("page", PAGES)
def test_the_commands_can_be_followed(page):
    """Every verb, option and setting exists."""
    commands = commands_of(page)
    assert len(commands) > 1
    for program, verb, *arguments in commands:
        assert (program, verb in COMMANDS) == ("datakit", True)
        with cli.get_command(None, verb).make_context(verb, arguments) as context:
            options = context.params
        named = {name: value for name, value in options.items() if name in Settings.model_fields}
        recipe = parse({"source": "own.jsonl"}, where=page).patched(patch_of("finetune", named))
        recipe.patched(parse_settings(options.get("settings", ())))


@pytest.mark.parametrize("page", PAGES)
def test_a_page_begins_with_the_answer(page):
    """A question for a title, and below it, in four lines, what is to be done."""
    title, answer, *_ = text_of(page).split("\n\n")
    assert title.startswith("# ")
    assert title.endswith("?")
    assert answer.count("\n") < 4
    assert "`" in answer or "**" in answer
