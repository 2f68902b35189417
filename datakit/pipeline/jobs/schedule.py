"""The loop that starts jobs when they are due, and the log in which every due time comes to an end.

    schedule/<name>.jsonl     a line for what became of each due time, written before anything follows from it

A due time ends as `ran`, `skipped` or `missed`. What a killed scheduler left open is closed by the next one; a due
time that has ended is never started again, wherever the clock goes.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal, Protocol

from datakit.pipeline.jobs.due import due_times
from datakit.pipeline.jobs.lines import append_line, lines_of
from datakit.pipeline.recipe import JobOptions

LATE = 60.0  # seconds after which a due time counts as missed: cron's own grain
NAP = 60.0  # seconds slept at a time: a clock that was set, or a machine that slept, is noticed within them
POLL = 1.0  # seconds between two looks at a job that runs

TRY_AGAIN, IN_USE, TIMED_OUT = 75, 5, 124  # exit codes

#: Returned by `Running.poll` where the end of the job was seen by nobody.
UNSEEN = -1_000

State = Literal["watching", "queued", "started", "retrying", "broken off", "ran", "skipped", "missed"]

#: After these nothing more becomes of a due time.
ENDED: frozenset[State] = frozenset({"ran", "skipped", "missed"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One line of the log."""

    time: datetime  #: when it was written, UTC
    job: str
    due: datetime  #: UTC
    state: State
    reason: str = ""
    exit_code: int | None = None  #: of `ran`; None where nobody saw the end
    times: int = 1  #: due times from `due` on that this line is about, for `missed`
    until: datetime | None = None  #: the last of them


@dataclass(frozen=True, kw_only=True, slots=True)
class Scheduled:
    """A job and when it runs."""

    name: str
    recipe: Path
    options: JobOptions

    def due(self, after: datetime) -> Iterator[datetime]:
        """Yield its due times, UTC.

        Raises:
            ValueError: it has no schedule.
        """
        if self.options.schedule is None:
            raise ValueError(f"{self.name} has no schedule")
        return due_times(self.options.schedule, self.options.timezone, after)


class Clock(Protocol):
    """Time, and waiting for it to pass."""

    def now(self) -> datetime:
        """Return the present, in UTC."""
        ...

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        ...


class Running(Protocol):
    """A job that has been started."""

    def poll(self) -> int | None:
        """Return its exit code, None while it runs."""
        ...

    def kill(self) -> None:
        """End it with all its processes, and return when it has ended."""
        ...


class Starter(Protocol):
    """Starts jobs, and finds those that a killed scheduler has left running."""

    def start(self, job: Scheduled) -> Running:
        """Start a job."""
        ...

    def left(self, job: Scheduled) -> Running | None:
        """Return the job as it still runs, if it does."""
        ...


@dataclass(kw_only=True)
class _Turn:
    """A due time on its way from the queue to its end."""

    job: Scheduled
    due: datetime
    attempts: int = 0
    not_before: datetime | None = None  #: set while it waits to be tried again


@dataclass(kw_only=True)
class Scheduler:
    """Starts jobs when they are due, one at a time: they share a workspace.

    A time that comes while its own job runs or waits is skipped, or queued, as the job's `overlap` says; behind
    another job it always waits. Of times that were missed the last one is made up for where `missed` says so.
    """

    jobs: Sequence[Scheduled]
    folder: Path  #: of the logs
    clock: Clock
    starter: Starter
    tell: Callable[[Entry], None] = lambda _: None
    poll: float = POLL
    _queue: list[_Turn] = field(init=False, default_factory=list)
    _turn: _Turn | None = field(init=False, default=None)  #: the one that runs
    _running: Running | None = field(init=False, default=None)
    _since: datetime | None = field(init=False, default=None)  #: when it was started
    _ahead: dict[str, Iterator[datetime]] = field(init=False, default_factory=dict)
    _next: dict[str, datetime] = field(init=False, default_factory=dict)
    _left: dict[str, list[datetime]] = field(
        init=False, default_factory=dict
    )  #: what a killed scheduler left open

    def run(self, until: datetime | None = None) -> None:
        """Go on, for ever or until the clock shows `until`."""
        for job in self.jobs:
            self._take_up(job)
        while until is None or self.clock.now() < until:
            self._step()
            self.clock.sleep(self._pause())

    def stop(self) -> None:
        """End what runs; its due time stays open, for the next scheduler to see to."""
        if self._running is not None and self._turn is not None:
            self._running.kill()
            self._write(self._turn, "broken off", "the scheduler was stopped")

    def log_of(self, job: Scheduled) -> Path:
        """Return the log of a job."""
        return self.folder / f"{job.name}.jsonl"

    def _take_up(self, job: Scheduled) -> None:
        """Go on where the log ends."""
        entries = lines_of(self.log_of(job), Entry)
        seen = max((entry.until or entry.due for entry in entries), default=None)
        if seen is None:
            seen = self.clock.now()
            self._tell(Entry(time=seen, job=job.name, due=seen, state="watching"))
        last = {entry.due: entry for entry in entries if entry.state != "watching"}
        still_open = sorted(due for due, entry in last.items() if entry.state not in ENDED)
        self._ahead[job.name] = job.due(seen)
        self._next[job.name] = next(self._ahead[job.name])
        running = self.starter.left(job) if still_open else None
        if running is not None and self._running is None:
            self._turn, self._running = _Turn(job=job, due=still_open.pop(0)), running
            self._since = last[self._turn.due].time
        self._left[job.name] = still_open

    def _step(self) -> None:
        now = self.clock.now()
        self._look_after(now)
        for job in self.jobs:
            self._take_in(job, now)
        self._start(now)

    def _pause(self) -> float:
        """Return the seconds to the next moment at which there may be something to do."""
        moments = list(self._next.values())
        if self._running is None:
            moments += [turn.not_before for turn in self._queue if turn.not_before is not None]
        soonest = (min(moments) - self.clock.now()).total_seconds()
        return max(0.0, min(soonest, NAP if self._running is None else self.poll))

    def _look_after(self, now: datetime) -> None:
        """See whether what runs has ended, or must be."""
        if self._running is None or self._turn is None or self._since is None:
            return
        turn, options = self._turn, self._turn.job.options
        code = self._running.poll()
        if code is None and (now - self._since).total_seconds() > options.timeout:
            self._running.kill()
            code = TIMED_OUT
        if code is None:
            return
        self._turn, self._running = None, None
        again = (TRY_AGAIN, IN_USE) if options.overlap == "queue-one" else (TRY_AGAIN,)
        if code in again and turn.attempts <= options.retries:
            turn.not_before = now + timedelta(minutes=2 ** (turn.attempts - 1))
            self._write(turn, "retrying", f"exit code {code}, again after {turn.not_before:%H:%M:%S} UTC")
            self._queue.insert(0, turn)
        elif code == IN_USE:
            self._write(turn, "skipped", "the workspace was in use")
        else:
            self._write(turn, "ran", _MEANINGS.get(code, ""), exit_code=None if code == UNSEEN else code)

    def _take_in(self, job: Scheduled, now: datetime) -> None:
        """Queue what is due, and close what cannot be run any more."""
        dues = []
        while self._next[job.name] <= now:
            dues.append(self._next[job.name])
            self._next[job.name] = next(self._ahead[job.name])
        late = [due for due in dues if (now - due).total_seconds() > LATE]
        left, in_time = self._left.pop(job.name, []), dues[len(late) :]
        if job.options.missed == "run-once" and not in_time and not self._turns(job):
            in_time = [(late or left).pop()] if late or left else []
        for due in left:
            self._miss(job, [due], now)
        if late:
            self._miss(job, late, now)
        for due in in_time:
            turn = _Turn(job=job, due=due)
            waiting = any(one.job is job for one in self._queue)
            if waiting or (self._turns(job) and job.options.overlap == "skip"):
                self._write(
                    turn, "skipped", f"the run of {self._turns(job)[0].due:%Y-%m-%d %H:%M} UTC is not over"
                )
            else:
                self._write(turn, "queued")
                self._queue.append(turn)

    def _miss(self, job: Scheduled, dues: Sequence[datetime], now: datetime) -> None:
        """Close due times that nobody saw to, in one line."""
        self._tell(
            Entry(
                time=now,
                job=job.name,
                due=dues[0],
                state="missed",
                reason="no scheduler was there to see to it, or the machine slept",
                times=len(dues),
                until=dues[-1],
            )
        )

    def _turns(self, job: Scheduled) -> list[_Turn]:
        """Return what runs or waits of a job."""
        return [turn for turn in (self._turn, *self._queue) if turn is not None and turn.job is job]

    def _start(self, now: datetime) -> None:
        """Start what has waited longest, if nothing runs. One that is to be tried again holds up its own job."""
        heads = {turn.job.name: turn for turn in reversed(self._queue)}
        ready = [
            turn
            for turn in self._queue
            if heads[turn.job.name] is turn and (turn.not_before is None or turn.not_before <= now)
        ]
        if self._running is not None or not ready:
            return
        turn = ready[0]
        self._queue.remove(turn)
        turn.attempts, turn.not_before = turn.attempts + 1, None
        self._write(
            turn, "started"
        )  # first: a crash from here on leaves an open line, never a run nobody knows of
        self._turn, self._since, self._running = turn, now, self.starter.start(turn.job)

    def _write(self, turn: _Turn, state: State, reason: str = "", exit_code: int | None = None) -> None:
        self._tell(
            Entry(
                time=self.clock.now(),
                job=turn.job.name,
                due=turn.due,
                state=state,
                reason=reason,
                exit_code=exit_code,
            )
        )

    def _tell(self, entry: Entry) -> None:
        append_line(self.folder / f"{entry.job}.jsonl", entry)
        self.tell(entry)


_MEANINGS = {
    3: "a gate failed",
    4: "not promoted, the champion stays",
    TRY_AGAIN: "try again later: given up",
    TIMED_OUT: "timed out",
    UNSEEN: "it ended after its scheduler had",
}


class WallClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """Return the present, in UTC."""
        return datetime.now(UTC)

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        import time

        time.sleep(seconds)
