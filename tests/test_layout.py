"""The shape of the source tree."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[1] / "datakit"
TESTS = PACKAGE.parent / "tests"

FAMILIES = {"validation", "splitting", "augmentation", "evaluation", "diagnosis", "io"}

# Who may import whom, beside itself and third parties.
MAY_IMPORT = {
    "core": set(),
    **{family: {"core"} for family in FAMILIES},
    "training": {"core"},
    "pipeline": FAMILIES | {"training", "core"},
    "reports": {"core"},
    "cli": {"pipeline", "reports", "core", "io"},
}

COMPONENTS = {
    "validation/checks": ("What:", "Why:", "Example:", "Fix:", "Source:"),
    "validation/fixes": ("What:", "Why:", "Example:", "Fix:", "Source:"),
    "splitting/splitters": ("What:", "Why:", "Example:", "Fix:", "Source:"),
    "augmentation/operators": ("What:", "Why:", "Example:", "Fix:", "Source:"),
    "augmentation/translators": ("What:", "Why:", "Example:", "Fix:", "Source:"),
    "augmentation/filters": ("What:", "Why:", "Example:", "Fix:", "Source:"),
    "training/losses": ("What:", "Why:", "Example:", "Fix:", "Source:"),
    "diagnosis/rules": ("What:", "Why:", "Example:", "Fix:", "Source:"),
    "diagnosis/idioms": ("What:", "Why:", "Example:", "Fix:", "Source:"),
}


def imports_of(path: Path) -> Iterator[str]:
    """Yield the rooms of datakit that a module imports, anywhere in it."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names = []
        if isinstance(node, ast.ImportFrom):
            names = [node.module or ""]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        for name in names:
            if name.startswith("datakit."):
                yield name.split(".")[1]


def components() -> list[Path]:
    """Return every component's file."""
    return [path for family in COMPONENTS for path in sorted((PACKAGE / family).glob("[a-z]*.py"))]


@pytest.mark.parametrize("room", sorted(MAY_IMPORT))
def test_rooms_import_only_what_they_may(room):
    """Data flows one way: families never import each other, reports know nothing of the pipeline."""
    allowed = MAY_IMPORT[room] | {room}
    wrong = [
        f"{path.relative_to(PACKAGE)} imports {name}"
        for path in (PACKAGE / room).rglob("*.py")
        for name in imports_of(path)
        if name not in allowed
    ]
    assert wrong == []


def test_every_room_is_known():
    """A new room needs a line in MAY_IMPORT."""
    assert {path.parent.name for path in PACKAGE.glob("*/__init__.py")} == set(MAY_IMPORT)


HEAVY = (
    "torch",
    "transformers",
    "great_expectations",
    "datasets",
    "nlpaug",
    "altair",
    "datakit.validation.suites.expectations",
)

# Classes of Great Expectations' kind; the module is itself one of the heavy ones.
SUBCLASSING = "validation/suites/expectations.py"


def test_only_training_imports_torch_at_the_top_of_a_module():
    """Importing torch takes seconds; elsewhere it is imported where it is used."""
    wrong = [
        str(path.relative_to(PACKAGE))
        for path in PACKAGE.rglob("*.py")
        if path.relative_to(PACKAGE).parts[0] != "training" and path != PACKAGE / SUBCLASSING
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in ([node.module or ""] if isinstance(node, ast.ImportFrom) else [a.name for a in node.names])
        if f"{name}.".startswith(tuple(f"{heavy}." for heavy in HEAVY))
    ]
    assert wrong == []


@pytest.mark.parametrize("path", components(), ids=lambda path: path.stem)
def test_one_component_one_class_one_test(path):
    """`split_leakage.py` holds `SplitLeakage`, whose docstring is a manual page, and has a test of its name."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    name = "".join(word.capitalize() for word in path.stem.split("_"))
    (component,) = [node for node in tree.body if isinstance(node, ast.ClassDef) and node.name == name]
    manual = ast.get_docstring(component) or ""
    headings = [line.strip() for line in manual.splitlines() if line.strip().endswith(":")]
    wanted = COMPONENTS[path.parent.relative_to(PACKAGE).as_posix()]
    assert [heading for heading in headings if heading in wanted] == list(wanted)
    test = TESTS / path.parent.relative_to(PACKAGE) / f"test_{path.name}"
    assert test.exists(), f"write {test.relative_to(TESTS.parent)}"


def test_only_the_commands_print():
    """Every other room returns what it has to say."""
    printing = [
        f"{path.relative_to(PACKAGE)}:{node.lineno}"
        for path in PACKAGE.rglob("*.py")
        if path.relative_to(PACKAGE).parts[0] != "cli"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
    ]
    assert printing == []
