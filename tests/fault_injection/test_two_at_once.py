"""Two runs at the same time."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from fault_injection.runs import LIGHT, Runs, begun, files_of, given, said

from datakit.augmentation.lexicon import wordnet


def test_a_second_run_in_the_same_folder_is_told_who_is_there(tmp_path, tiny_encoder):
    """The one that came first is held still meanwhile, and then gives what it would have given alone."""
    with Runs(LIGHT) as runs:
        alone, folder = (begun(tmp_path / name, tiny_encoder) for name in ("alone", "shared"))
        assert runs.run(alone, "split", "--quiet") == 0, said(alone)
        first = runs.start(folder, "split", "--quiet")
        lock = folder / ".datakit" / "lock"
        while not (lock.exists() and lock.read_text()):
            pass
        os.kill(first, signal.SIGSTOP)
        second = subprocess.run(
            [sys.executable, "-m", "datakit", "split", "--quiet"],
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
        )
        os.kill(first, signal.SIGCONT)
        assert second.returncode == 5, second.stderr
        assert f"held by process {first}: datakit split --quiet" in second.stderr
        assert runs.wait() == 0, said(folder)
        assert given(folder) == given(alone)
        assert files_of(folder) == files_of(alone)


@pytest.mark.slow
def test_two_may_make_the_same_table_for_the_users_cache(tmp_path):
    """Both compile WordNet, neither waits, and both read a whole table."""
    command = "from datakit.augmentation.lexicon.wordnet import load; print(len(load().synonyms['n']))"
    started = [
        subprocess.Popen(  # noqa: S603
            [sys.executable, "-c", command],
            env={**os.environ, "XDG_CACHE_HOME": str(tmp_path)},
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    told = [process.communicate()[0] for process in started]
    assert [process.returncode for process in started] == [0, 0]
    assert told == [f"{len(wordnet.load().synonyms['n'])}\n"] * 2
    assert [path.suffix for path in (Path(tmp_path) / "datakit").iterdir()] == [".msgpack"]
