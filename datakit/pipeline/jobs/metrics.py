"""Figures of jobs for Prometheus: a text file that node_exporter's textfile collector reads."""

from collections.abc import Mapping
from pathlib import Path

from datakit.core.files import write_atomically

_PREFIX = "datakit_job_"

#: name -> what it is; all are gauges
FIGURES = {
    "last_run_timestamp_seconds": "when the job last ended, however",
    "last_success_timestamp_seconds": "when it last ended with exit code 0",
    "last_exit_code": "exit code with which it last ended",
    "last_duration_seconds": "how long that took",
    "champion_macro_f1": "macro-F1 of the champion on the test split on which it was promoted",
    "champion_timestamp_seconds": "when the champion was promoted",
    "rows": "usable rows of the last run",
}


def write_metrics(path: Path, job: str, figures: Mapping[str, float | None]) -> None:
    """Replace the file with the figures of a job; those of other jobs, and those that are not given, stay.

    The exposition format is simple enough to be written here; the collector wants it whole, hence atomically.

    Args:
        path: ends in `.prom`.
        job: value of the label `job`.
        figures: by a name of `FIGURES`; one that is None is not known and stays.
    """
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    samples = dict(line.rsplit(" ", 1) for line in lines if not line.startswith("#"))
    label = f'{{job="{_escaped(job)}"}}'
    samples |= {_PREFIX + name + label: repr(value) for name, value in figures.items() if value is not None}
    written = []
    for name, meaning in FIGURES.items():
        ours = sorted(sample for sample in samples if sample.startswith(f"{_PREFIX}{name}{{"))
        if ours:
            written += [f"# HELP {_PREFIX}{name} {meaning}", f"# TYPE {_PREFIX}{name} gauge"]
            written += [f"{sample} {samples[sample]}" for sample in ours]
    write_atomically(path, "".join(f"{line}\n" for line in written).encode())


def _escaped(value: str) -> str:
    return value.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
