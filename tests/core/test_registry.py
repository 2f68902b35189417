import sys
from importlib.metadata import EntryPoint

import pytest

from datakit.core.errors import UsageError
from datakit.core.registry import Registry

COMPONENT = '''
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class {name}:
    """Do one thing.

    What:
        One thing.
    """

    max_ratio: float = 3.0
    words: tuple[str, ...] = ()
'''


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Give the folder of a family with two components; its package is called `fruit`."""
    package = tmp_path / "fruit"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "_base.py").write_text("raise AssertionError('private modules are no components')\n")
    (package / "red_apple.py").write_text(COMPONENT.format(name="RedApple"))
    (package / "plum.py").write_text(COMPONENT.format(name="Plum"))
    monkeypatch.syspath_prepend(tmp_path)
    yield package
    for name in [name for name in sys.modules if name.split(".")[0] in {"fruit", "elsewhere"}]:
        del sys.modules[name]


@pytest.fixture
def fruits(folder):
    """Give the registry of that family."""
    return Registry("fruits", folder.name)


def test_a_file_in_the_folder_is_a_component(fruits):
    """Its name is the file's, with hyphens."""
    assert fruits.names() == ["plum", "red-apple"]
    assert fruits.get("red-apple").__name__ == "RedApple"
    assert [type(fruit).__name__ for fruit in fruits.all()] == ["Plum", "RedApple"]


def test_names_are_listed_without_importing_a_component(folder, fruits):
    """One broken component does not break the others."""
    (folder / "broken.py").write_text("raise RuntimeError\n")
    assert fruits.names() == ["broken", "plum", "red-apple"]
    assert fruits.build("plum").max_ratio == 3.0


def test_options_are_the_fields(fruits):
    """A whole number does for a fraction, a list for a tuple."""
    plum = fruits.build("plum", {"max_ratio": 5, "words": ["a"]})
    assert (plum.max_ratio, plum.words) == (5.0, ("a",))


def test_an_unknown_name_lists_the_known_and_the_nearest(fruits):
    """The user need not look it up."""
    with pytest.raises(UsageError) as error:
        fruits.build("red-aple")
    (problem,) = error.value.problems
    assert (problem.where, problem.got) == ("fruits", "no 'red-aple' among them")
    assert problem.fix == "did you mean 'red-apple'? known: plum, red-apple"


def test_unknown_options_are_told_all_at_once(fruits):
    """Each with the nearest that is known."""
    with pytest.raises(UsageError) as error:
        fruits.build("plum", {"max_ration": 1, "word": []})
    assert [(p.where, p.got, p.fix) for p in error.value.problems] == [
        ("fruits.plum", "no option 'max_ration'", "did you mean 'max_ratio'? known: max_ratio, words"),
        ("fruits.plum", "no option 'word'", "did you mean 'words'? known: max_ratio, words"),
    ]


@pytest.mark.parametrize("value", ["3", None, [3]])
def test_an_option_of_the_wrong_type_is_refused(fruits, value):
    """Nothing is guessed from a string; the message says which option, and what types there are."""
    with pytest.raises(UsageError) as error:
        fruits.build("plum", {"max_ratio": value})
    (problem,) = error.value.problems
    assert "Expected `float`" in problem.got
    assert "$.max_ratio" in problem.got
    assert problem.fix.startswith("options: max_ratio: float, words: ")


def test_the_docstring_is_the_manual(fruits):
    """Without its indentation."""
    assert fruits.manual("plum") == "Do one thing.\n\nWhat:\n    One thing."


def test_third_parties_add_components_by_entry_points(folder, fruits, monkeypatch):
    """With options like ours; they cannot take the place of one of ours."""
    (folder.parent / "elsewhere.py").write_text(COMPONENT.format(name="Pear") + "    stars: int = 1\n")
    points = {
        "datakit.fruits": [
            EntryPoint("pear", "elsewhere:Pear", "datakit.fruits"),
            EntryPoint("plum", "elsewhere:Pear", "datakit.fruits"),
        ]
    }
    monkeypatch.setattr("datakit.core.registry.entry_points", lambda group: points[group])
    assert fruits.names() == ["pear", "plum", "red-apple"]
    assert fruits.build("pear", {"stars": 5}).stars == 5
    assert type(fruits.build("plum")).__name__ == "Plum"


def test_a_component_need_not_be_a_dataclass(folder, fruits):
    """One without options may be a plain class."""
    (folder / "kiwi.py").write_text('class Kiwi:\n    """Be green."""\n')
    assert type(fruits.build("kiwi")).__name__ == "Kiwi"
    with pytest.raises(UsageError, match="no option 'ripe'"):
        fruits.build("kiwi", {"ripe": True})
