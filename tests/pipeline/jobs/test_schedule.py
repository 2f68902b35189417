"""The loop that starts jobs, under a clock that the tests set."""

import random
from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from datakit.pipeline.jobs.due import due_times
from datakit.pipeline.jobs.lines import lines_of
from datakit.pipeline.jobs.schedule import ENDED, Entry, Scheduled, Scheduler
from datakit.pipeline.recipe import JobOptions


class SetClock:
    """Time that passes when somebody sleeps; a kill may be set for a moment."""

    def __init__(self, start):
        self.time, self.kill_at, self.hasty = start, None, 0

    def now(self):
        """Return it."""
        return self.time

    def sleep(self, seconds):
        """Let it pass."""
        self.hasty = self.hasty + 1 if seconds < 1 else 0
        assert self.hasty < 10, "it spins"
        self.time += timedelta(seconds=max(seconds, 0.001))
        if self.kill_at is not None and self.time >= self.kill_at:
            raise Killed


class Killed(SystemExit):
    """Stands for a SIGKILL of the scheduler: nothing is tidied up."""


class Machine:
    """Runs jobs that take as long as they are told, whether their scheduler lives or not."""

    def __init__(self, clock, seconds=lambda: 600.0, code=lambda: 0):
        self.clock, self.seconds, self.code = clock, seconds, code
        self.runs, self.at_work = [], {}

    def start(self, job):
        """Start one."""
        assert self.left(job) is None, "two runs at once"
        self.runs.append(self.clock.now())
        self.at_work[job.name] = Work(self, self.clock.now() + timedelta(seconds=self.seconds()), self.code())
        return self.at_work[job.name]

    def left(self, job):
        """Return the one that runs."""
        work = self.at_work.get(job.name)
        return work if work is not None and work.poll() is None else None


class Work:
    """One run."""

    def __init__(self, machine, ends, code):
        self.machine, self.ends, self.code = machine, ends, code

    def poll(self):
        """Return how it ended."""
        return None if self.machine.clock.now() < self.ends else self.code

    def kill(self):
        """End it now."""
        self.ends, self.code = self.machine.clock.now(), -9


def scheduled(schedule, **options):
    """Return a job."""
    return Scheduled(
        name="nightly", recipe=Path("pipelines/nightly.yaml"), options=JobOptions(schedule=schedule, **options)
    )


def at(text):
    """Return a moment, UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize("overlap", ["skip", "queue-one"])
@pytest.mark.parametrize("missed", ["skip", "run-once"])
@pytest.mark.parametrize("month", ["2026-03-15", "2026-10-10"])
def test_a_month_of_clock_changes_crashes_and_overlaps(tmp_path, overlap, missed, month):
    """Every due time ends just once; no two runs at once; none of them is made up for while another is under way.

    The scheduler is killed some 60 times in 30 days: while it sleeps, with and without the job, and right behind
    lines of its log; it stays away for up to a day.
    """
    rng = random.Random(f"{overlap} {missed} {month}")  # noqa: S311
    begin, end = at(month), at(month) + timedelta(days=30)
    clock = SetClock(begin)
    machine = Machine(
        clock, seconds=lambda: rng.choice([30.0, 4_000.0, 20_000.0]), code=lambda: rng.choice([0, 0, 3, 75, 5])
    )
    job = scheduled("30 2,8,14,20 * * *", timezone="Europe/Berlin", overlap=overlap, missed=missed, timeout=15_000)
    log = tmp_path / "nightly.jsonl"
    kills = 0

    def tell(_):
        if rng.random() < 0.05:
            raise Killed

    while clock.now() < end:
        scheduler = Scheduler(jobs=[job], folder=tmp_path, clock=clock, starter=machine, tell=tell, poll=300)
        clock.kill_at = clock.now() + timedelta(hours=rng.uniform(1, 30))
        try:
            scheduler.run(end)
        except Killed:
            kills += 1
            clock.kill_at = None
            if rng.random() < 0.5 and machine.left(job):
                machine.at_work.pop("nightly")
            clock.time += timedelta(hours=rng.choice([0.0, 0.1, 3.0, 24.0]))
    clock.kill_at = None
    # One that goes on until all is quiet; it has nothing due any more but what is open.
    last = Scheduler(jobs=[job], folder=tmp_path, clock=clock, starter=machine)
    last.run(clock.now() + timedelta(hours=5, minutes=50))

    entries = lines_of(log, Entry)
    ended = Counter()
    for entry in entries:
        if entry.state in ENDED:
            dues = [entry.due]
            times = due_times(job.options.schedule, job.options.timezone, entry.due)
            while entry.until and dues[-1] < entry.until:
                dues.append(next(times))
            assert len(dues) == entry.times
            ended.update(dues)
    wanted = due_times(job.options.schedule, job.options.timezone, begin)
    due = []
    while (moment := next(wanted)) <= max(ended):
        due.append(moment)
    assert kills > 20
    assert sorted(ended) == due, "a due time was passed over in silence"
    assert set(ended.values()) == {1}, "a due time has ended twice"
    ran = [entry.due for entry in entries if entry.state == "ran"]
    assert len(ran) > 30
    assert len(ran) == len(set(ran))
    reasons = [entry.reason for entry in entries if entry.state in ("skipped", "missed")]
    assert reasons
    assert all(reasons)


def test_after_a_night_off_the_last_time_is_made_up_for(tmp_path):
    """Or not, as the job says; the others are told as missed in one line."""
    for missed, runs in (("run-once", 1), ("skip", 0)):
        folder = tmp_path / missed
        clock = SetClock(at("2026-11-01T00:30"))
        machine = Machine(clock)
        job = scheduled("0 * * * *", missed=missed)

        def loop():
            return Scheduler(jobs=[job], folder=folder, clock=clock, starter=machine)  # noqa: B023

        loop().run(at("2026-11-01T00:40"))
        clock.time = at("2026-11-01T06:30")
        loop().run(at("2026-11-01T06:50"))
        entries = lines_of(folder / "nightly.jsonl", Entry)
        (gone,) = [entry for entry in entries if entry.state == "missed"]
        assert (gone.due, gone.times) == (at("2026-11-01T01:00"), 6 - runs)
        assert len(machine.runs) == runs


def test_only_try_again_later_is_tried_again_and_later_each_time(tmp_path):
    """After one, two, four minutes; a gate that failed is not."""
    for code, starts in ((75, [0, 1, 3, 7]), (3, [0]), (2, [0]), (5, [0])):
        clock = SetClock(at("2026-11-01T00:30"))
        machine = Machine(clock, seconds=lambda: 0.0, code=lambda: code)  # noqa: B023
        job = scheduled("0 1 * * *")
        Scheduler(jobs=[job], folder=tmp_path / str(code), clock=clock, starter=machine).run(
            at("2026-11-01T02:00")
        )
        assert [round((run - machine.runs[0]).total_seconds() / 60) for run in machine.runs] == starts
        last = lines_of(tmp_path / str(code) / "nightly.jsonl", Entry)[-1]
        assert last.state == ("skipped" if code == 5 else "ran")


def test_a_clock_that_is_put_back_starts_nothing_again(tmp_path):
    """An hour twice by the machine's clock is an hour once for the job."""
    clock = SetClock(at("2026-11-01T00:30"))
    machine = Machine(clock)
    scheduler = Scheduler(jobs=[scheduled("0 * * * *")], folder=tmp_path, clock=clock, starter=machine)
    scheduler.run(at("2026-11-01T01:30"))
    clock.time = at("2026-11-01T00:45")
    while clock.now() < at("2026-11-01T02:30"):
        scheduler._step()
        clock.sleep(scheduler._pause())
    assert len(machine.runs) == 2


def test_a_time_that_comes_while_its_job_runs_is_skipped_or_queued(tmp_path):
    """Runs of 90 minutes, due every hour: every other one, or one behind the other with one at most that waits."""
    for overlap, starts in (("skip", [60, 180, 300]), ("queue-one", [60, 150, 240, 330])):
        clock = SetClock(at("2026-11-01T00:00"))
        machine = Machine(clock, seconds=lambda: 5_400.0)
        job = scheduled("0 * * * *", overlap=overlap)
        Scheduler(jobs=[job], folder=tmp_path / overlap, clock=clock, starter=machine).run(at("2026-11-01T05:50"))
        minutes = [round((run - at("2026-11-01T00:00")).total_seconds() / 60) for run in machine.runs]
        assert minutes == starts
        skipped = [
            entry for entry in lines_of(tmp_path / overlap / "nightly.jsonl", Entry) if entry.state == "skipped"
        ]
        assert skipped
        assert "is not over" in skipped[0].reason


def test_a_run_that_takes_too_long_is_ended(tmp_path):
    """With exit code 124, and not tried again."""
    clock = SetClock(at("2026-11-01T00:30"))
    machine = Machine(clock, seconds=lambda: 5_000.0)
    job = scheduled("0 1 * * *", timeout=600)
    Scheduler(jobs=[job], folder=tmp_path, clock=clock, starter=machine).run(at("2026-11-01T03:00"))
    last = lines_of(tmp_path / "nightly.jsonl", Entry)[-1]
    assert (last.state, last.exit_code, last.reason) == ("ran", 124, "timed out")
    assert 600 <= (last.time - machine.runs[0]).total_seconds() < 610
    assert len(machine.runs) == 1


def test_two_jobs_share_a_workspace_one_after_the_other(tmp_path):
    """The second waits for the first, and runs while the first waits to be tried again."""
    clock = SetClock(at("2026-11-01T00:30"))
    codes = iter([75, 0, 0])
    machine = Machine(clock, code=lambda: next(codes))
    options = JobOptions(schedule="0 1 * * *")
    jobs = [Scheduled(name=name, recipe=Path(f"{name}.yaml"), options=options) for name in ("first", "second")]
    Scheduler(jobs=jobs, folder=tmp_path, clock=clock, starter=machine).run(at("2026-11-01T02:00"))
    gaps = [after - before for before, after in pairwise(machine.runs)]
    assert len(gaps) == 2
    assert all(timedelta(seconds=600) <= gap < timedelta(seconds=660) for gap in gaps)
    ran = [lines_of(tmp_path / f"{job.name}.jsonl", Entry)[-1] for job in jobs]
    assert [(entry.state, entry.exit_code) for entry in ran] == [("ran", 0), ("ran", 0)]
