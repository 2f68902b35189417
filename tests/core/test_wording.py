"""Words for what is counted."""

from datakit.core.wording import counted


def test_one_is_told_from_many():
    """Thousands are parted; a plural that is not made by an s is given."""
    assert [counted(n, "row") for n in (0, 1, 1000)] == ["0 rows", "1 row", "1,000 rows"]
    assert [counted(n, "row has", "rows have") for n in (1, 2)] == ["1 row has", "2 rows have"]
