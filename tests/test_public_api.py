"""What `import datakit` gives."""

import resource
import subprocess
import sys

import datakit

PUBLIC = {
    "Corpus",
    "DatakitError",
    "DivergedError",
    "Finding",
    "History",
    "Report",
    "Run",
    "Severity",
    "Splits",
    "augment",
    "diagnose",
    "finetune",
    "load",
    "split",
    "validate",
}


def test_the_public_names_are_these():
    """A name is added or removed on purpose, here and in the changelog."""
    assert set(datakit.__all__) == PUBLIC
    assert all(getattr(datakit, name) is not None for name in PUBLIC)
    assert set(dir(datakit)) >= PUBLIC


def test_an_unknown_name_is_an_attribute_error():
    """`hasattr` works as for any module."""
    assert not hasattr(datakit, "no_such_name")


def test_importing_datakit_loads_nothing_heavy():
    """The names are loaded on first use."""
    assert loaded_by("import datakit") == set()


def test_importing_datakit_takes_less_than_a_tenth_of_a_second():
    """Of CPU, Python's own start included: a notebook does not notice it."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-c", "import datakit"], check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 0.1


def test_the_verbs_before_training_load_no_model_library():
    """Tables are needed to load, to split and to augment; torch is not."""
    code = (
        "import datakit as dk\n"
        "rows = [{'text': f'{word} {i}', 'label': word} for word in ('win', 'meet') for i in range(20)]\n"
        "dk.augment(dk.split(dk.load(rows)), target='none')"
    )
    assert loaded_by(code) & {"torch", "transformers", "great_expectations"} == set()


def test_help_loads_nothing_heavy():
    """`datakit --help` answers without tables, models or report libraries."""
    assert loaded_by("from datakit.cli.main import run; run(['--help'])") == set()


def loaded_by(code: str) -> set[str]:
    """Return which of the heavy libraries a fresh interpreter has loaded after some code."""
    heavy = (
        "numpy",
        "pandas",
        "pyarrow",
        "torch",
        "transformers",
        "great_expectations",
        "rich",
        "pydantic",
        "yaml",
    )
    script = f"{code}\nimport sys\nprint('loaded:', *[name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)  # noqa: S603
    return set(done.stdout.splitlines()[-1].removeprefix("loaded:").split())


def test_the_verbs_work_in_memory_from_a_data_frame():
    """A DataFrame goes through load, validate, split and augment without a workspace."""
    import pandas as pd

    spam = [f"win {n} pounds" for n in range(20)]
    ham = [f"see you at {n}" for n in range(60)]
    frame = pd.DataFrame({"text": spam + ham, "label": ["spam"] * 20 + ["ham"] * 60})
    corpus = datakit.load(frame)
    assert "class-imbalance" not in {finding.code for finding in datakit.validate(corpus).findings}
    splits = datakit.split(corpus)
    augmented = datakit.augment(splits, target="balanced")
    assert set(augmented.train.label_counts.values()) == {48}
    assert {name: len(rows) for name, rows in splits.items()} == {"train": 64, "validation": 8, "test": 8}


def test_what_a_type_checker_sees_is_what_is_loaded():
    """The names under TYPE_CHECKING come from where they are fetched on first use."""
    import ast
    from pathlib import Path

    tree = ast.parse(Path(datakit.__file__).read_text(encoding="utf-8"))
    seen = {
        alias.name: node.module
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("datakit.")
        for alias in node.names
    }
    assert seen == datakit._HOMES
