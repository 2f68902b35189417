from datakit.testing import recognise


def test_the_first_lemma_is_told():
    """It mostly is the word itself."""
    assert recognise("first-wordnet-lemma", "word = synsets[0].lemmas()[0].name()") == [1]


def test_a_choice_among_lemmas_is_right():
    """And names of other things."""
    assert recognise("first-wordnet-lemma", "[l.name() for s in synsets for l in s.lemmas()]") == []
    assert recognise("first-wordnet-lemma", "files()[0].name()") == []
