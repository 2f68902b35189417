"""When a job is due: the instants that a cron expression means."""

from collections.abc import Iterator
from datetime import UTC, datetime
from zoneinfo import ZoneInfo


def due_times(schedule: str, timezone: str, after: datetime) -> Iterator[datetime]:
    """Yield the instants after `after` at which the schedule is due, in UTC, each once.

    Where clocks are put forward, a time that is skipped comes at the end of the gap; where they are put back, a
    time of the hour that comes twice is due once. This is what Debian's cron does; schedules finer than an hour
    (`*/10 * * * *`) just go on.

    Args:
        schedule: a cron expression of five fields, or six with seconds first.
        timezone: of the expression, by its IANA name.
        after: aware of its time zone.
    """
    from cronsim import CronSim

    last = after.astimezone(UTC)
    for local in CronSim(schedule, after.astimezone(ZoneInfo(timezone))):
        instant = local.astimezone(UTC)
        if instant > last:  # two times of a gap both come at its end
            yield instant
            last = instant


def require_schedule(schedule: str) -> str:
    """Return a cron expression as it is.

    Raises:
        ValueError: it is none, or never due.
    """
    from cronsim import CronSimError

    try:
        if next(due_times(schedule, "UTC", datetime.now(UTC)), None) is None:
            raise ValueError("no time is ever due")
    except CronSimError as error:
        raise ValueError(f"no cron expression: {str(error)[:1].lower()}{str(error)[1:]}") from error
    return schedule


def require_zone(name: str) -> str:
    """Return the name of a time zone as it is.

    Raises:
        ValueError: there is none of that name.
    """
    from zoneinfo import available_timezones

    from datakit.core.names import suggest

    if name not in (zones := available_timezones()):
        near = suggest(name, zones).partition("known: ")[0].strip()
        raise ValueError(f"no time zone of that name{near and f'; {near}'}")
    return name
