"""The main job in three commands, on example data or on a file of yours.

    python examples/demo.py [path/to/raw.jsonl]

Works in the folder .demo, which is emptied first.
"""

import json
import shutil
import sys
from pathlib import Path

from write_raw import lines

from datakit.cli.main import run

HERE = Path(__file__).resolve().parent
FOLDER = HERE.parent / ".demo"


def main() -> int:
    """Run the commands, show what each says, and end with the figures."""
    given = [Path(argument).resolve() for argument in sys.argv[1:]]
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir()
    if not given:
        (FOLDER / "raw.jsonl").write_text("\n".join(lines(2400)), encoding="utf-8")
    source = str(given[0]) if given else "raw.jsonl"
    for command in (["validate", source], ["augment", "--target", "balanced"], ["finetune"]):
        print(f"\n$ datakit {' '.join(command)}", flush=True)
        if code := run_in(FOLDER, command):
            return code
    print(closing(FOLDER))
    return 0


def run_in(folder: Path, command: list[str]) -> int:
    """Run one datakit command in a folder and return its exit code."""
    import contextlib

    with contextlib.chdir(folder):
        return run(command)


def closing(folder: Path) -> str:
    """Return the figures and where the report is."""
    latest = json.loads((folder / ".datakit/refs/runs/latest.json").read_text(encoding="utf-8"))["run"]
    run_folder = folder / ".datakit" / "runs" / latest
    metrics = json.loads((run_folder / "metrics.json").read_text(encoding="utf-8"))
    shown = {"fine-tuned model": metrics["model"], **metrics["baselines"]}
    rows = [
        f"  {name:<28} macro-F1 {m['macro_f1']:.3f}   accuracy {m['accuracy']:.3f}" for name, m in shown.items()
    ]
    report = f"report: {run_folder / 'report.html'}"
    return "\n".join(["", "on the untouched test split:", *rows, report, "open it: make report"])


if __name__ == "__main__":
    sys.exit(main())
