"""When a job is due."""

from datetime import UTC, datetime

import pytest

from datakit.core.errors import RecipeError
from datakit.pipeline.jobs.due import due_times
from datakit.pipeline.recipe import load


def moment(text):
    """Return a moment, UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_days_on_which_the_clocks_change_have_no_run_too_many_and_none_too_few():
    """In Berlin: what is skipped in spring comes at the end of the gap, what comes twice in autumn comes once."""
    spring = due_times("0,30 2 * * *", "Europe/Berlin", moment("2026-03-28T12:00"))
    assert [f"{next(spring):%d %H:%M}" for _ in range(3)] == ["29 01:00", "30 00:00", "30 00:30"]
    autumn = due_times("30 2 * * *", "Europe/Berlin", moment("2026-10-24T12:00"))
    assert [f"{next(autumn):%d %H:%M}" for _ in range(2)] == ["25 00:30", "26 01:30"]
    second_pass = due_times("30 2 * * *", "Europe/Berlin", moment("2026-10-25T01:10"))
    assert f"{next(second_pass):%d %H:%M}" == "26 01:30"
    hourly = due_times("0 * * * *", "Europe/Berlin", moment("2026-10-24T23:30"))
    assert [next(hourly).hour for _ in range(4)] == [0, 1, 2, 3]
    sunday = due_times("0 3 * * 0", "UTC", moment("2026-11-01T04:00"))
    assert next(sunday).strftime("%A") == "Sunday"


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("  schedule: '99 3 * * *'", "bad minute"),
        ("  schedule: '0 3 30 2 *'", "bad day-of-month"),
        ("  schedule: tomorrow", "wrong number of fields"),
        ("  timezone: Europe/Berln", "did you mean 'Europe/Berlin'?"),
        ("  overlap: both", "'skip' or 'queue-one'"),
        ("  webhook_env: https://example.com/hook", "job.webhook_env"),
        ("  metrics: metrics.txt", "job.metrics"),
        ("  scedule: 0 3 * * *", "did you mean 'schedule'?"),
    ],
)
def test_what_is_wrong_with_a_job_is_told_with_its_place(tmp_path, line, told):
    """Path, line and column, what was got, and what is known."""
    path = tmp_path / "job.yaml"
    path.write_text(f"source: raw.jsonl\njob:\n  margin: 2\n{line}\n", encoding="utf-8")
    with pytest.raises(RecipeError) as caught:
        load(path)
    margin, wrong = sorted(caught.value.problems, key=lambda problem: problem.where)
    assert margin.where == f"{path}:3:3"
    assert wrong.where == f"{path}:4:3"
    assert told in f"{wrong.got} {wrong.fix}"
