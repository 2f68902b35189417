"""What `import datakit` gives."""

import subprocess
import sys

import datakit

PUBLIC = {
    "Corpus",
    "DatakitError",
    "Finding",
    "Report",
    "Severity",
    "Splits",
    "augment",
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
