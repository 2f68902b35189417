"""The drift gate's figures; with a model they are met in test_job."""

from datakit.core.corpus import Corpus, Splits
from datakit.pipeline.jobs.answers import Answers
from datakit.pipeline.jobs.contradiction import Contradiction, _excess, contradiction


def told(contradicted, asked=200, wrong=3, tested=100):
    """Return what is said of so many contradicted labels."""
    excess, low = _excess(contradicted, asked, wrong, tested)
    found = Contradiction(
        new=asked, asked=asked, contradicted=contradicted, tested=tested, wrong=wrong, excess=excess, low=low
    )
    return found.finding(0.1)


def test_more_contradictions_than_luck_and_limit_allow_are_an_error():
    """As many as on the champion's own test rows say nothing, and a handful of rows never does."""
    assert told(6) is None
    assert told(24) is None
    found = told(60)
    assert (found.code, found.severity) == ("contradicted-labels", "error")
    assert "60 of 200 new labels (30.0%)" in found.message
    assert told(6, asked=20) is None


def test_the_interval_is_newcombes():
    """Example (d) of Newcombe 1998: 56/70 and 48/80, method 10: 0.0524 to 0.3339."""
    excess, low = _excess(56, 70, 48, 80)
    assert round(excess, 4) == 0.2
    assert round(low, 4) == 0.0524


class Recalled(Answers):
    """A champion that knows some rows by heart and calls all others ham."""

    def of(self, texts):
        """Answer."""
        return [("ham",)] * len(texts)

    def errors(self):
        """Return an error rate of nothing."""
        return 0, 50


def corpus(labels, start=0):
    """Return rows with these labels."""
    return Corpus.from_columns([f"text number {start + i}" for i in range(len(labels))], labels)


def test_new_texts_are_asked_about_and_old_ones_with_another_label():
    """A text that the champion's run had, as it was, is not new, in whatever split it stands."""
    champion = Recalled(None, "run")
    empty = corpus([])
    champion.__dict__["splits"] = Splits({"train": corpus(["ham"] * 40), "validation": empty, "test": empty})
    now = Splits(
        {"train": corpus(["ham"] * 30), "validation": corpus(["spam"] * 10, 30), "test": corpus(["ham"] * 25, 40)}
    )
    found = contradiction(champion, now, 13)
    assert (found.new, found.contradicted) == (35, 10)
