"""`datakit rollback`."""

from pathlib import Path

import click


@click.command("rollback")
@click.option("--reason", default="by hand", help="Why, for the log.")
def command(reason: str) -> int:
    """Put the champion before the present one back; the log of promotions says so.

    Given twice, it goes back by two. The next job compares its model with the champion that stands then; data that
    are as they were bring nothing forward again.
    """
    from datetime import UTC, datetime

    from datakit.pipeline.jobs.champion import Champions
    from datakit.pipeline.lock import locked
    from datakit.pipeline.workspace import Workspace

    workspace = Workspace(Path.cwd())
    with locked(workspace.lock, "rollback"):
        champions = Champions(workspace)
        champions.settle()
        champion = champions.roll_back(time=datetime.now(UTC).isoformat(timespec="milliseconds"), reason=reason)
    click.echo(f"champion: {champion.now.run}, instead of {champion.entry.against}")
    return 0
