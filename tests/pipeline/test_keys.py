"""What a stage's key is made of."""

from datakit.pipeline import keys


def test_a_key_does_not_depend_on_the_order_of_options():
    """Mappings are hashed with sorted names."""
    assert keys.key_of({"a": 1, "b": {"x": 1, "y": 2}}) == keys.key_of({"b": {"y": 2, "x": 1}, "a": 1})
    assert keys.key_of({"a": 1}) != keys.key_of({"a": 2})


def test_what_differs_is_named_with_dots():
    """`plan` shows the option, not a hash."""
    new = {"options": {"target": "balanced", "seed": 1}, "code": "x", "inputs": {"a": "1"}}
    old = {"options": {"target": "none", "seed": 1}, "code": "x", "inputs": {}}
    assert keys.differing(new, old) == ["inputs.a", "options.target"]


def test_code_of_another_room_is_no_reason_to_run_again(tmp_path, monkeypatch):
    """A stage's digest sees its own rooms, every file of them, and nothing else."""
    package = tmp_path / "datakit"
    for room in ("core", "reports"):
        (package / room).mkdir(parents=True)
        (package / room / "a.py").write_text("x = 1")
    (package / "stage.py").write_text("y = 1")
    monkeypatch.setattr(keys.datakit, "__file__", str(package / "__init__.py"))
    digest = keys.code_digest.__wrapped__
    before = digest(("core", "stage"))
    (package / "reports" / "a.py").write_text("x = 2")
    assert digest(("core", "stage")) == before
    (package / "core" / "b.py").write_text("")
    after = digest(("core", "stage"))
    assert after != before
    (package / "stage.py").write_text("y = 2")
    assert digest(("core", "stage")) not in {before, after}
