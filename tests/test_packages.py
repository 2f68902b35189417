"""The seven packages that datakit is built on all do real work."""

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[1] / "datakit"

USED_IN = {
    "nlpaug": "augmentation/operators/nlpaug.py",  # tests/augmentation/operators/test_nlpaug.py
    "nltk": "augmentation/lexicon/wordnet.py",  # tests/augmentation/lexicon/test_wordnet.py
    "pandas": "validation/suites/gate.py",  # tests/validation/suites/test_gate.py
    "datasets": "training/batches.py",  # tests/training/test_finetune.py
    "transformers": "training/finetune.py",  # tests/training/test_finetune.py
    "torch": "training/criterion.py",  # tests/training/test_criterion.py
    "great_expectations": "validation/suites/gate.py",  # tests/validation/suites/test_gate.py
}


@pytest.mark.parametrize("package", USED_IN)
def test_the_package_is_used_where_it_is_said_to_be(package):
    """The named module imports it, or loads it by name, and is itself covered by the named test."""
    tree = ast.parse((PACKAGE / USED_IN[package]).read_text(encoding="utf-8"))
    imported = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            imported.add((node.module or "").split(".")[0])
        elif isinstance(node, ast.Import):
            imported |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "import_module":
            imported |= {str(n.value).split(".")[0] for n in ast.walk(node.args[0]) if isinstance(n, ast.Constant)}
    assert package in imported
