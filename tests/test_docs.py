"""The documentation is true."""

import re
import runpy
import shlex
import tomllib
from dataclasses import fields
from pathlib import Path

import click
import pytest

from datakit.cli.main import COMMANDS, cli, run
from datakit.pipeline.components import families
from datakit.pipeline.recipe import Recipe, parse

ROOT = Path(__file__).resolve().parents[1]
PAGES = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]

TRAINS = "<!-- trains -->\n"  # before a block that takes minutes


@pytest.fixture(scope="module")
def site() -> dict:
    """Give what docs/hooks.py adds to the site."""
    return runpy.run_path(str(ROOT / "docs" / "hooks.py"))


def blocks(page: Path, language: str, *, before: str = "") -> list[str]:
    """Return the fenced code blocks of a language, those behind `before` only if that is given."""
    text = page.read_text(encoding="utf-8")
    return re.findall(rf"^{before}```{language}\n(.*?)^```", text, re.DOTALL | re.MULTILINE)


def commands(page: Path) -> list[str]:
    """Return the calls of datakit in a page: in shell blocks, and whole ones inside a sentence."""
    text = page.read_text(encoding="utf-8")
    lines = "\n".join(blocks(page, "bash")).replace("\\\n", " ").splitlines()
    inside = re.findall(
        r"(?<!`)`(datakit [^`]+)`(?!`)", re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE)
    )
    return [line for line in [*lines, *inside] if line.startswith("datakit ")]


@pytest.mark.usefixtures("project")
def test_the_readmes_commands_run_one_after_the_other():
    """In a folder with nothing but raw.jsonl, as written."""
    commands = [line for block in blocks(ROOT / "README.md", "bash") for line in block.splitlines()]
    assert len(commands) == 4
    for command in commands:
        program, *arguments = re.findall(r'"[^"]*"|\S+', command)
        assert program == "datakit"
        assert run([argument.strip('"') for argument in arguments]) == 0, command


@pytest.mark.parametrize("page", [page for page in PAGES if blocks(page, "python")], ids=lambda page: page.name)
@pytest.mark.usefixtures("project")
def test_python_examples_run(page):
    """Every block runs by itself, in a folder with raw.jsonl; those that train elsewhere."""
    training = blocks(page, "python", before=TRAINS)
    for block in blocks(page, "python"):
        code = compile(block, page.name, "exec")
        if block not in training:
            exec(code, {"__name__": "example"})  # noqa: S102  (our own pages)


@pytest.mark.slow
@pytest.mark.parametrize(
    "page", [page for page in PAGES if blocks(page, "python", before=TRAINS)], ids=lambda page: page.name
)
@pytest.mark.usefixtures("project")
def test_python_examples_train(page):
    """The blocks that the test above only compiles."""
    for block in blocks(page, "python", before=TRAINS):
        exec(compile(block, page.name, "exec"), {"__name__": "example"})  # noqa: S102


@pytest.mark.parametrize("page", [page for page in PAGES if commands(page)], ids=lambda page: page.name)
def test_commands_and_options_exist(page):
    """Whatever is to be typed is known to the command line."""
    wrong = [line for line in commands(page) if unknown_in(line)]
    assert wrong == []


def unknown_in(line: str) -> list[str]:
    """Return the verbs and options of a call that do not exist."""
    command, words = cli, iter(shlex.split(line, comments=True)[1:])
    while isinstance(command, click.Group) and (name := next(words, "")) and not name.startswith("-"):
        if (found := command.get_command(click.Context(command), name)) is None:
            return [name]
        command = found
    known = {name for option in command.params for name in (*option.opts, *option.secondary_opts)} | {"--help"}
    return [word for word in words if re.match("--?[a-z]", word) and word.partition("=")[0] not in known]


def test_an_unknown_option_would_be_seen():
    """The test above can fail."""
    assert unknown_in("datakit valdate raw.jsonl") == ["valdate"]
    assert unknown_in("datakit job run nightly --fast --json  # soon") == ["--fast"]


@pytest.mark.parametrize("page", [page for page in PAGES if blocks(page, "toml")], ids=lambda page: page.name)
def test_entry_points_are_those_of_families(page):
    """A component of another package is found where the pages say."""
    for block in blocks(page, "toml"):
        groups = tomllib.loads(block)["project"]["entry-points"]
        assert set(groups) <= {f"datakit.{family.family}" for family in families()}


def test_every_page_stands_in_the_menu(site):
    """Those in docs/, the generated ones, and the project's own; results of benchmarks have a page for that."""
    import yaml

    settings = yaml.safe_load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"))
    menu = re.findall(r"[\w/-]+\.md", str(settings["nav"]))
    written = [path.relative_to(ROOT / "docs").as_posix() for path in (ROOT / "docs").rglob("*.md")]
    copied = [page for page in site["ELSEWHERE"].values() if not page.startswith("benchmarks/")]
    assert sorted(menu) == sorted([*written, *site["reference"](), *copied])


def test_the_reference_knows_every_component_and_command(site):
    """From the registries: a new one appears by itself."""
    pages = site["reference"]()
    for family in families():
        headings = re.findall("^## (.+)$", pages[f"reference/{family.family}.md"], re.MULTILINE)
        assert headings == list(family.names())
    assert re.findall("^## (.+)$", pages["reference/commands.md"], re.MULTILINE) == list(COMMANDS)


def test_links_between_files_become_links_between_pages(site):
    """Also from and to files outside docs/; what is no page is left for the strict build to refuse."""
    links = "[a](../CONTRIBUTING.md) [b](runner.md#old-runs) [c](../datakit/core.py) [d](https://example.org/x.md)"
    told = site["relinked"](links, "jobs.md")
    assert told == links.replace("../CONTRIBUTING.md", "contributing.md")
    assert site["relinked"]("[a](docs/checks.md)", "changelog.md") == "[a](checks.md)"
    assert site["relinked"]("[a](../faults_training/README.md)", "benchmarks/faults_training.md") == (
        "[a](faults_training-method.md)"
    )


@pytest.mark.parametrize(
    "results", sorted((ROOT / "benchmarks" / "results").glob("*.md")), ids=lambda path: path.stem
)
def test_every_benchmark_is_linked_and_says_how_it_was_made(results):
    """The command stands with the figures."""
    assert f"(../benchmarks/results/{results.name})" in (ROOT / "docs" / "benchmarks.md").read_text(
        encoding="utf-8"
    )
    assert "python benchmarks/" in results.read_text(encoding="utf-8")


@pytest.mark.slow
def test_the_site_is_built_without_a_warning_and_fetches_nothing(tmp_path, monkeypatch):
    """Strict: links and anchors lead somewhere. No script, style, font or image comes from elsewhere."""
    pytest.importorskip("mkdocs")
    from mkdocs.commands.build import build
    from mkdocs.config import load_config

    monkeypatch.chdir(ROOT)
    config = load_config(str(ROOT / "mkdocs.yml"), site_dir=str(tmp_path))
    config.plugins.on_startup(command="build", dirty=False)
    build(config)
    pages = [path.read_text(encoding="utf-8") for path in tmp_path.rglob("*.html")]
    assert len(pages) > len(PAGES)
    assert [
        found for page in pages for found in re.findall(r"<(?:script|link|img|iframe)[^>]*//[^>]*>", page)
    ] == []


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
        for name, option in field.annotation.model_fields.items()
        if f"`{field.alias or section}.{option.alias or name}`" not in page
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


def test_the_demos_file_has_its_faults_and_the_tutorial_shows_what_is_said(project, capsys):
    """The example file is messy in the ways its docstring says, and passes the gate.

    What the tutorial prints of `validate` and `split` is what they print, but for the breaks of lines.
    """
    lines = runpy.run_path(str(ROOT / "examples" / "write_raw.py"))["lines"](2400)
    (project / "demo.jsonl").write_text("\n".join(lines), encoding="utf-8")
    assert run(["validate", "demo.jsonl"]) == 0
    assert run(["split"]) == 0
    said = squeezed(capsys.readouterr().out)
    shown = [
        block for block in blocks(ROOT / "docs" / "tutorial.md", "text") if block.startswith(("validate", "split"))
    ]
    assert len(shown) == 2
    assert [line for block in shown for line in block.splitlines() if squeezed(line) not in said] == []
    latest = min((project / ".datakit" / "runs").iterdir())
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


def squeezed(text: str) -> str:
    """Return the words of a text, one space between them."""
    return " ".join(text.split())
