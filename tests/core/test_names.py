from datakit.core.names import suggest


def test_the_nearest_name_comes_before_all_that_are_known():
    """A slip of the fingers is answered at once."""
    assert suggest("spilt", ["validate", "split"]) == "did you mean 'split'? known: split, validate"


def test_nothing_is_guessed_where_nothing_is_near():
    """All that is known is told, sorted; `none` where there is nothing."""
    assert suggest("zzz", ["b", "a"]) == "known: a, b"
    assert suggest("zzz", []) == "known: none"
