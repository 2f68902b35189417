"""The shards in which requests are answered, and the files in which answers are kept."""

import pickle
from dataclasses import replace

import pytest

from datakit.augmentation import augment
from datakit.augmentation.filling import Panel, Request, Work
from datakit.augmentation.registries import filters as filter_registry
from datakit.augmentation.shards import Shelves, answers
from datakit.core.corpus import Corpus, Splits
from datakit.core.errors import TransientError

RARE = [f"Please book a table for {n} people at the restaurant near the station, and call me." for n in range(30)]
COMMON = [f"Message number {n} about nothing at all" for n in range(100)]
OPERATOR = {"name": "insert-punctuation"}


@pytest.fixture(autouse=True)
def small_shards(monkeypatch):
    """Make shards small enough that a few rows make several."""
    monkeypatch.setattr("datakit.augmentation.shards.SIZE", 8)


@pytest.fixture
def told():
    """Give the list of the tallies that were told."""
    return []


@pytest.fixture
def shelves(tmp_path, told):
    """Give shelves in an empty folder."""
    return Shelves(root=tmp_path / "shards", made_with={"code": "a"}, told=told.append)


def work(operator=OPERATOR, filters=(), seed=13):
    """Return the work of an operator."""
    return Work.of(operator, Panel.of(filters, Splits({"train": Corpus.from_columns(["a"], ["x"])})), seed)


def requests(start=0, stop=3, texts=RARE):
    """Return one request a text."""
    return [Request(f"row-{i}", text, start, stop) for i, text in enumerate(texts)]


def answered(asked, shelves, doing=None, map_shards=None):
    """Answer requests as a call would that has just begun."""
    doing = doing or work()
    return answers(doing, asked, map_shards=map_shards, shelf=shelves.shelf_of(doing))


def rows_of(result):
    """Return the rows of an augmented split."""
    return list(result.train.rows())


def splits(rare=RARE, common=COMMON):
    """Return splits with a rare and a common class."""
    rows = [(text, "rare") for text in rare] + [(text, "common") for text in common]
    return Splits(
        {
            "train": Corpus.from_columns(*zip(*rows, strict=True)),
            "test": Corpus.from_columns(["So it is."], ["rare"]),
        }
    )


def test_kept_answers_are_those_that_were_made(shelves, told):
    """To the byte, spans and reasons included; the second time nobody is asked."""
    doing = work(filters=({"name": "length-ratio"}, {"name": "identical"}))
    made = answers(doing, requests(), map_shards=None, shelf=None)
    assert answered(requests(), shelves, doing) == made
    assert answered(requests(), shelves, doing) == made
    assert [(tally.kept, tally.asked, tally.shards) for tally in told] == [(0, 30, 4), (30, 0, 0)]


def test_a_part_of_what_is_kept_is_found(shelves, told):
    """A stream is known by its parent: fewer texts, or later ones, need no one to be asked."""
    answered(requests(0, 6), shelves)
    for start, stop in ((0, 4), (2, 6), (3, 5)):
        assert answered(requests(start, stop), shelves) == answers(
            work(), requests(start, stop), map_shards=None, shelf=None
        )
    answered(requests(6, 9), shelves)
    assert answered(requests(4, 8), shelves) == answers(work(), requests(4, 8), map_shards=None, shelf=None)
    assert [tally.asked for tally in told] == [30, 0, 0, 0, 30, 0]


def test_the_end_of_a_stream_is_kept_too(shelves, told):
    """A text that has two variants is not asked for a third one again."""
    short = requests(0, 50, texts=["no way", "yes"])
    made = answered(short, shelves)
    assert all(len(candidates) < 50 for candidates in made)
    assert answered(short, shelves) == made
    assert [len(more) for more in answered(requests(0, 80, texts=["no way", "yes"]), shelves)] == list(
        map(len, made)
    )
    assert [tally.asked for tally in told] == [2, 0, 0]


def test_new_rows_cost_only_themselves(shelves, told):
    """What is kept is looked up by the request; a changed text is another row."""
    answered(requests(), shelves)
    more = [*requests(), Request("new", "A text that was not there before, of nine words.", 0, 3)]
    changed = [Request("row-0", "Another text under a former row's name.", 0, 3), *more[1:]]
    assert answered(changed, shelves) == answers(work(), changed, map_shards=None, shelf=None)
    assert (told[-1].kept, told[-1].asked, told[-1].shards) == (29, 2, 1)


@pytest.mark.parametrize(
    "other",
    [
        work(operator={"name": "insert-punctuation", "share": 0.9}),
        work(operator={"name": "random-swap"}),
        work(filters=({"name": "length-ratio"},)),
        work(filters=({"name": "length-ratio", "most": 9.0},)),
        work(seed=14),
    ],
    ids=["option", "operator", "filter", "filter's option", "seed"],
)
def test_what_decides_answers_has_a_shelf_of_its_own(shelves, other):
    """Nothing is taken for what it is not."""
    assert shelves.shelf_of(other).folder != shelves.shelf_of(work()).folder


def test_other_code_has_a_shelf_of_its_own(shelves):
    """So do other versions of packages, and another kind of device."""
    other = replace(shelves, made_with={"code": "b"})
    assert other.shelf_of(work()).folder != shelves.shelf_of(work()).folder


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: data[:-1],
        lambda data: data[:40] + bytes([data[40] ^ 1]) + data[41:],
        lambda _: b"",
        lambda data: data + b"\0",
    ],
    ids=["truncated", "a bit flipped", "emptied", "longer"],
)
def test_a_damaged_file_is_a_miss(shelves, told, damage):
    """It is told, removed, and made again with the same bytes."""
    made = answered(requests(), shelves)
    one, *_, other = files = sorted(shelves.root.rglob("*.shard"))
    before = {path.name: path.read_bytes() for path in files}
    one.write_bytes(damage(before[one.name]))
    other.unlink()
    assert answered(requests(), shelves) == made
    assert (told[-1].asked, told[-1].damaged) == (14, 1)
    assert answered(requests(), shelves) == made
    assert (told[-1].asked, told[-1].damaged) == (0, 0)


def test_who_does_the_same_work_again_writes_the_same_file(shelves):
    """A retry, or a second worker, changes nothing."""
    answered(requests(), shelves)
    before = {path.name: path.read_bytes() for path in shelves.root.rglob("*") if path.is_file()}
    twice = lambda function, shards: [(function(shard), function(shard))[1] for shard in shards]  # noqa: E731
    for path in shelves.root.rglob("*.shard"):
        path.unlink()
    answered(requests(), shelves, map_shards=twice)
    assert {path.name: path.read_bytes() for path in shelves.root.rglob("*") if path.is_file()} == before


def test_workers_are_sent_no_answers(shelves):
    """Little crosses over: what judges rounds stays behind, and only the name of a file comes back."""
    sent = []

    def through_pickle(function, shards):
        sent.append(len(pickle.dumps(function)))
        for shard in shards:
            name = pickle.loads(pickle.dumps(function))(shard)  # noqa: S301
            sent.append(len(pickle.dumps(name)))
            yield name

    panel = Panel.of(({"name": "near-held-out"}, {"name": "identical"}), splits(rare=RARE * 40))
    doing = Work.of(OPERATOR, panel, 13)
    answered(requests(), shelves, doing)  # an index in memory
    answered(requests(3, 6), shelves, doing, map_shards=through_pickle)
    assert max(sent) < 1000


def test_a_file_that_is_not_there_is_an_error(shelves):
    """A machine that does not share the file system has written it elsewhere."""
    with pytest.raises(TransientError, match="share"):
        answered(requests(), shelves, map_shards=lambda function, shards: [f"{function(shards[0])}elsewhere"])


def test_augment_gives_the_same_rows_with_and_without(shelves, told):
    """New, kept, or kept in part."""
    expected = rows_of(augment(splits()))
    assert rows_of(augment(splits(), shelves=shelves)) == expected
    asked = sum(tally.asked for tally in told)
    assert rows_of(augment(splits(), shelves=shelves)) == expected
    assert sum(tally.asked for tally in told) == asked
    for path in sorted(shelves.root.rglob("*.shard"))[::2]:
        path.unlink()
    assert rows_of(augment(splits(), shelves=shelves)) == expected
    assert asked < sum(tally.asked for tally in told) < 2 * asked


def test_a_killed_run_leaves_the_files_of_one_that_was_not(shelves, told):
    """Shards that are missing as a whole are made as they were; what lacks here and there comes together."""
    answered(requests(), shelves)
    whole = {path.name for path in shelves.root.rglob("*.shard")}
    for path in sorted(shelves.root.rglob("*.shard"))[1:3]:
        path.unlink()
    answered(requests(), shelves)
    assert {path.name for path in shelves.root.rglob("*.shard")} == whole
    assert told[-1].shards == 2
    here_and_there = [request._replace(text=f"{request.text} Please.") for request in requests()[::4]]
    answered(sorted([*requests(), *here_and_there]), shelves)
    assert (told[-1].asked, told[-1].shards) == (8, 1)


def test_what_has_learnt_from_the_rows_is_not_kept(shelves, told, monkeypatch):
    """Its verdict may be another one when there are other rows."""
    monkeypatch.setitem(
        filter_registry.__dict__, "_homes", {**filter_registry._homes, "learnt": "shardwork:Learnt"}
    )
    result = augment(splits(), filters=({"name": "learnt"},), shelves=shelves)
    assert any(reason.startswith("learnt") for reason in result.rejected)
    assert (told, list(shelves.root.glob("*"))) == ([], [])
