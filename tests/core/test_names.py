from datakit.core.names import nearest, suggest


def test_the_nearest_name_comes_before_all_that_are_known():
    """A slip of the fingers is answered at once."""
    assert suggest("spilt", ["validate", "split"]) == "did you mean 'split'? known: split, validate"


def test_many_names_are_not_told_where_one_is_near():
    """Five lines of names would hide it."""
    known = [f"name-{i}" for i in range(100)]
    assert suggest("nam-7", known) == "did you mean 'name-7'?"
    assert suggest("zzz", known).startswith("known: name-0, name-1, ")


def test_nothing_is_guessed_where_nothing_is_near():
    """All that is known is told, sorted; `none` where there is nothing."""
    assert suggest("zzz", ["b", "a"]) == "known: a, b"
    assert suggest("zzz", []) == "known: none"


def test_among_many_names_those_around_the_place_are_compared():
    """What begins alike for longest, then what is spelt alike."""
    known = [f"row-{i:06}" for i in range(100_000)]
    assert all(name.startswith("row-01234") for name in nearest("row-01234x", known, 5))
    assert nearest("row-012345 ", known, 1) == ["row-012345"]
    assert nearest("rov-000007", known[:20], 1) == ["row-000007"]
    assert len(nearest("zzz", known, 2)) == 2
    assert nearest("x", [], 3) == []
