import ast
import json
from collections.abc import Iterator
from pathlib import Path

from datakit.core.codes import CODES
from datakit.pipeline.components import families

ROOT = Path(__file__).resolve().parents[2]


def literal_codes() -> Iterator[str]:
    """Yield every code that our source gives a finding or a reject, or a shipped suite an expectation."""
    for path in (ROOT / "datakit").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.keyword) and node.arg == "code" and isinstance(node.value, ast.Constant):
                yield node.value.value
    for path in (ROOT / "expectations").glob("*.json"):
        for expectation in json.loads(path.read_text(encoding="utf-8"))["expectations"]:
            yield expectation["meta"]["code"]


def test_every_code_can_be_explained():
    """By the manual page of a component, or here."""
    named = {name for family in families() for name in family.names()}
    assert sorted(set(literal_codes()) - named - CODES.keys()) == []


def test_no_code_is_explained_twice():
    """What a component says of itself is enough."""
    assert [name for family in families() for name in family.names() if name in CODES] == []
