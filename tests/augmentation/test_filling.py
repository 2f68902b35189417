"""Filling classes: what the filters get to see."""

from dataclasses import dataclass
from typing import ClassVar

from datakit.augmentation.filling import Candidate, Desk, Panel, Request
from datakit.augmentation.operators._base import Edit


@dataclass(frozen=True)
class Without:
    """Rejects texts with a word."""

    among_siblings: ClassVar[bool] = True

    word: str

    def keep(self, source, candidate):
        """Look at both."""
        return f"{self.word} in {source}" if self.word in candidate else None


@dataclass(frozen=True)
class Seen:
    """Rejects texts that it is told to, and remembers what it saw."""

    word: str
    seen: list

    def keep_many(self, pairs):
        """Look at all."""
        self.seen.extend(pair.candidate for pair in pairs)
        return [self.word if self.word in pair.candidate else None for pair in pairs]


def candidates(*texts, reason=None):
    """Return candidates with these texts."""
    return [Candidate(k, Edit(text=text, spans=()), reason) for k, text in enumerate(texts)]


def test_the_first_filter_that_rejects_gives_the_reason():
    """Its name stands before it."""
    panel = Panel(alone=(("one", Without("a")), ("two", Without("b"))))
    assert panel.verdict("src", "b a") == "one: a in src"
    assert panel.verdict("src", "b") == "two: b in src"
    assert panel.verdict("src", "c") is None


def test_batch_filters_see_what_all_before_them_kept():
    """All of a round at once, in its order."""
    first, second = Seen("bad", []), Seen("worse", [])
    panel = Panel(batch=(("first", first), ("second", second)))
    asked = [Request("p", "src", 0, 2), Request("q", "src", 0, 1)]
    made = [candidates("bad", "good"), candidates("rejected", reason="x: y")]
    judged = panel.screen(asked, made)
    assert [[one.reason for one in row] for row in judged] == [["first: bad", None], ["x: y"]]
    assert (first.seen, second.seen) == (["bad", "good"], ["good"])


def test_a_batch_filter_is_not_asked_about_nothing():
    """Loading a model takes its time."""
    judge = Seen("bad", [])
    panel = Panel(batch=(("one", judge),))
    assert panel.screen([Request("p", "src", 0, 1)], [candidates("x", reason="y")])[0][0].reason == "y"
    assert judge.seen == []


def test_siblings_are_those_of_the_same_row():
    """What is taken for another row makes no difference."""
    desk = Desk(set(), Panel(alone=(("one", Without("b")),)))
    first, second, third = candidates("ab", "cb", "db")
    assert desk.takes("p", "op", first)
    assert desk.takes("q", "op", second)
    assert not desk.takes("p", "op", third)
    assert desk.samples[0].reason == "one: b in ab"
