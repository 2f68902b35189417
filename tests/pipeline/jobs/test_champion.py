"""The champion and its log."""

import pytest

from datakit.core.errors import UsageError
from datakit.pipeline.jobs.champion import Champions, Promotion, chosen
from datakit.pipeline.workspace import Manifest, Workspace


@pytest.fixture
def champions(tmp_path):
    """Give the champions of a workspace with the models of runs a, b and c, c being the latest."""
    workspace = Workspace(tmp_path)
    for run in "abc":
        workspace.write(Manifest(run=run, created="", command="", version="", recipe={}))
        (workspace.folder_of(run) / "model").mkdir()
        workspace.make_latest(run)
    return Champions(workspace)


def promotion(run, event="promoted"):
    """Return a decision about the model of a run."""
    return Promotion(time=f"2026-11-01T00:00:0{ord(run) % 10}Z", event=event, run=run, reason="as good")


def test_roll_backs_go_back_one_by_one_and_are_logged(champions):
    """A refusal changes nothing; behind the first champion there is nothing to go back to."""
    champions.promote(promotion("a"))
    champions.promote(promotion("b"))
    champions.refuse(promotion("c", "refused"))
    assert champions.current().now.run == "b"
    assert champions.roll_back(time="now", reason="complaints").now.run == "a"
    assert [entry.event for entry in champions.entries()] == ["promoted", "promoted", "refused", "rolled back"]
    assert (champions.entries()[-1].run, champions.entries()[-1].against) == ("a", "b")
    with pytest.raises(UsageError, match="no champion before a"):
        champions.roll_back(time="now", reason="")
    assert champions.current().now.run == "a"


def test_no_roll_back_to_a_model_that_is_gone(champions):
    """The present champion stays."""
    champions.promote(promotion("a"))
    champions.promote(promotion("b"))
    (champions.workspace.folder_of("a") / "model").rmdir()
    with pytest.raises(UsageError, match="is gone"):
        champions.roll_back(time="now", reason="")
    assert champions.current().now.run == "b"


def test_a_process_killed_between_champion_and_log_has_its_line_written_later(champions):
    """Once, however often it is looked for."""
    champions.promote(promotion("a"))
    champions.log.unlink()
    for _ in range(2):
        champions.settle()
        assert [entry.run for entry in champions.entries()] == ["a"]


def test_the_champion_is_meant_where_no_run_is_named(champions):
    """Without one the latest run; `latest` and `champion` say which."""
    assert chosen(champions.workspace, None).run == "c"
    with pytest.raises(UsageError, match="no champion"):
        chosen(champions.workspace, "champion")
    champions.promote(promotion("a"))
    named = {name: chosen(champions.workspace, name).run for name in (None, "champion", "latest", "b")}
    assert named == {None: "a", "champion": "a", "latest": "c", "b": "b"}
