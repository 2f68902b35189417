"""The operator `random-insertion`."""

from datakit.augmentation.operators.random_insertion import RandomInsertion
from datakit.core.seeding import rng_for


def texts(text, n=200, **options):
    """Return the first n new texts under a fixed seed."""
    return {child.text for child in RandomInsertion(**options).augment(text, rng_for(13, "row"), n)}


def test_a_synonym_is_put_before_each_word_in_turn():
    """Every place of a sentence is used but its start and a name's inside."""
    assert texts("We saw the movie in New York.") == {
        "We film saw the movie in New York.",
        "We saw film the movie in New York.",
        "We saw the film movie in New York.",
        "We saw the movie film in New York.",
        "We saw the movie in film New York.",
    }


def test_all_of_the_parent_stays():
    """Spans only insert, before a word after a blank."""
    text = "The  director bought\tan automobile.\nCritics called the movie enormous, in 1999."
    made = list(RandomInsertion(share=0.5).augment(text, rng_for(13), 50))
    assert made
    for child in made:
        assert all(span.start == span.stop and text[span.start - 1] in " \t" for span in child.spans)
        assert len({span.text for span in child.spans}) == len(child.spans)


def test_words_keep_their_inflection():
    """The synonym of a plural is a plural."""
    assert "We like films movies." in texts("We like movies.")


def test_nothing_comes_between_a_negation_or_an_article_and_its_word():
    """`not big` and `a movie` stay together."""
    for child in texts("It is not bad to see a movie here."):
        assert "not bad" in child
        assert "a movie" in child


def test_words_of_the_user_are_not_put_in():
    """A label's own word does not come in by the back door."""
    assert not any("film" in child for child in texts("We like the movies.", protect=("film",)))
