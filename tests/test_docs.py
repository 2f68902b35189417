"""The documentation is true."""

import re
from dataclasses import fields
from pathlib import Path

import pytest

from datakit.cli.main import COMMANDS, run
from datakit.pipeline.recipe import Recipe, parse

ROOT = Path(__file__).resolve().parents[1]
PAGES = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]


def blocks(page: Path, language: str) -> list[str]:
    """Return the fenced code blocks of a language."""
    return re.findall(rf"^```{language}\n(.*?)^```", page.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)


@pytest.mark.usefixtures("project")
def test_the_readmes_commands_run_one_after_the_other():
    """In a folder with nothing but raw.jsonl, as written."""
    commands = [line for block in blocks(ROOT / "README.md", "bash") for line in block.splitlines()]
    assert len(commands) == 5
    for command in commands:
        program, *arguments = re.findall(r'"[^"]*"|\S+', command)
        assert program == "datakit"
        assert run([argument.strip('"') for argument in arguments]) == 0, command


@pytest.mark.parametrize("page", [page for page in PAGES if blocks(page, "python")], ids=lambda page: page.name)
@pytest.mark.usefixtures("project")
def test_python_examples_run(page):
    """Every block runs by itself."""
    for block in blocks(page, "python"):
        exec(compile(block, page.name, "exec"), {"__name__": "example"})  # noqa: S102  (our own pages)


@pytest.mark.parametrize("page", [page for page in PAGES if blocks(page, "yaml")], ids=lambda page: page.name)
def test_yaml_examples_are_recipes(page):
    """Every block can be followed."""
    import yaml

    for block in blocks(page, "yaml"):
        parse(yaml.safe_load(block), where=page.name)


def test_every_command_is_in_the_readme():
    """A verb that nobody can find does not exist."""
    table = (ROOT / "README.md").read_text(encoding="utf-8")
    assert [name for name in COMMANDS if f"`{name}" not in table] == []


def test_every_option_of_a_recipe_is_described():
    """docs/recipes.md names each with its default."""
    page = (ROOT / "docs" / "recipes.md").read_text(encoding="utf-8")
    missing = [
        f"{section}.{name}"
        for section, field in Recipe.model_fields.items()
        if hasattr(field.annotation, "model_fields")
        for name in field.annotation.model_fields
        if f"`{field.alias or section}.{name}`" not in page
    ]
    assert missing == []


def test_every_figure_that_a_gate_can_judge_is_described():
    """docs/gate.md names the columns that a suite sees, and no others."""
    from datakit.core.corpus import Corpus
    from datakit.validation import digest
    from datakit.validation.profile import profile

    figures = profile(digest(Corpus.from_columns(["a", "b"], ["x", "y"])))
    page = (ROOT / "docs" / "gate.md").read_text(encoding="utf-8")
    judged = [name for name, value in figures.items() if isinstance(value, int | float)]
    assert re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE) == judged


def test_every_check_and_its_options_are_described():
    """docs/checks.md names them all, with their defaults, and no others."""
    from datakit.validation import checks

    lines = (ROOT / "docs" / "checks.md").read_text(encoding="utf-8").splitlines()
    rows = [line for line in lines if re.match(r"\| `[a-z-]+`", line)]
    described = {code: row for row in rows for code in re.findall(r"`([a-z-]+)`", row.split("|")[1])}
    assert sorted(described) == checks.names()
    for check in checks.all():
        for option in fields(check):
            told = getattr(check, option.name)
            number = f" {told:g}" if isinstance(told, int | float) else ""
            assert f"`{option.name}`{number}" in described[check.code], check.code


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_between_pages_lead_somewhere(page):
    """Relative links name files that exist."""
    links = re.findall(r"\]\(([^)#]+)\)", page.read_text(encoding="utf-8"))
    relative = [link for link in links if "://" not in link]
    assert [link for link in relative if not (page.parent / link).exists()] == []


def test_make_targets_named_in_the_readme_exist():
    """`make demo` and `make test` are what a newcomer types."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    named = re.findall(r"^make (\S+)", "\n".join(blocks(ROOT / "README.md", "")), re.MULTILINE)
    assert {"demo", "test"} <= set(named)
    assert all(f"\n{target}: " in makefile for target in named)


def test_the_demos_file_has_the_faults_it_promises(project):
    """The example file is messy in the ways its docstring says, and passes the gate."""
    import runpy

    lines = runpy.run_path(str(ROOT / "examples" / "write_raw.py"))["lines"](2400)
    (project / "demo.jsonl").write_text("\n".join(lines), encoding="utf-8")
    assert run(["validate", "demo.jsonl", "--quiet"]) == 0
    (latest,) = (project / ".datakit" / "runs").iterdir()
    report = (latest / "validate.json").read_text()
    for code in (
        "class-imbalance",
        "duplicate-text",
        "conflicting-labels",
        "unreadable-line",
        "empty-text",
        "missing-label",
    ):
        assert f'"{code}"' in report, code
