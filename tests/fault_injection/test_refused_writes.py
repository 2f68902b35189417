"""Writes that the system refuses: a full disk, a sick one, one that may not be written to."""

import errno
import os
import random
import shutil
import subprocess
from pathlib import Path

import pytest
from fault_injection.faulty import COUNTED
from fault_injection.runs import HEAVY, LIGHT, Runs, begun, files_of, given, said

#: Writes of each verb that are refused, drawn at random; `make test-faults` sets how many.
REFUSED = int(os.environ.get("DATAKIT_REFUSED", "8"))

#: What is raised, and the exit code that a run ends with: 75 where waiting may help.
EXIT_CODES = {errno.ENOSPC: 75, errno.EIO: 75, errno.EACCES: 2}

#: Where no link can be made a copy is, as on file systems that know none.
LINK = "link "


def copied(folder: Path, to: Path) -> Path:
    """Copy a project."""
    return shutil.copytree(folder, to, ignore=shutil.ignore_patterns(COUNTED))


def refused(runs, before, after, verb, most):
    """Let `datakit VERB` in copies of the project `before` fail at some of its writes, then run it again.

    Raises:
        AssertionError: the exit code or the message is not right, an earlier stage is gone, or the second run
            leaves something else than the project `after`, which was not disturbed.
    """
    counted = copied(before, before.with_name(f"{before.name}-{verb}-counted"))
    assert runs.run(counted, verb, "--quiet", fault={"at": 0, "code": 0}) == 0, said(counted)
    writes = (counted / COUNTED).read_text().splitlines()
    (counted / COUNTED).unlink()
    right, files, standing = given(after), files_of(after), cached(before)
    rng = random.Random(13)  # noqa: S311  (places, no secrets)
    chosen = rng.sample(range(1, len(writes) + 1), min(most, len(writes)))
    for n in sorted(chosen):
        code = list(EXIT_CODES)[n % len(EXIT_CODES)]
        folder = copied(before, before.with_name(f"{before.name}-{verb}-{n}"))
        got = runs.run(folder, verb, "--quiet", fault={"at": n, "code": code})
        at = f"write {n} of {len(writes)}, {writes[n - 1]}: exit code {got}\n{said(folder)}"
        assert got == EXIT_CODES[code] or (got == 0 and writes[n - 1].startswith(LINK)), at
        assert standing <= cached(folder), at
        if got:
            assert os.strerror(code).lower() in said(folder), at
            assert str(folder) in said(folder), at
            assert "fix: " in said(folder), at
            assert "Traceback" not in said(folder), at
            assert runs.run(folder, verb, "--quiet") == 0, f"{at}\nthen: {said(folder)}"
        assert given(folder) == right, at
        assert files_of(folder) == files, at
        shutil.rmtree(folder)
    return len(chosen), len(writes)


def cached(folder: Path) -> set[Path]:
    """Return the objects and records that stand in a project."""
    root = folder / ".datakit"
    return {path.relative_to(folder) for kind in ("objects", "cache") for path in (root / kind).rglob("*")}


def in_turn(tmp_path, encoder, preload, verbs, most):
    """Refuse writes of one verb after the other, each in a project that the former have brought up to date."""
    with Runs(preload) as runs:
        before = begun(tmp_path / "before", encoder)
        runs.run(begun(tmp_path / "first", encoder), verbs[-1], "--quiet")  # imports what is left
        for verb in verbs:
            after = copied(before, tmp_path / verb)
            assert runs.run(after, verb, "--quiet") == 0, said(after)
            yield verb, *refused(runs, before, after, verb, most)
            before = after


def test_a_refused_write_is_told_and_costs_nothing_that_stood(tmp_path, tiny_encoder):
    """The exit code says whether waiting may help, the message what to do; afterwards the same bytes come out."""
    assert [n for _, n, _ in in_turn(tmp_path, tiny_encoder, LIGHT, ["split"], most=4)] == [4]


@pytest.mark.slow
def test_refused_writes_of_every_stage(tmp_path, tiny_encoder):
    """The same for writes of the whole pipeline and of the report."""
    for verb, n, of in in_turn(
        tmp_path, tiny_encoder, HEAVY, ["validate", "split", "augment", "finetune"], REFUSED
    ):
        print(f"{verb}: {n} of {of} writes refused")  # noqa: T201  (the figure of the suite)


#: Bytes of the disks that are filled, from one on which nothing fits to one on which the report does not.
SIZES = range(300_000, 1_800_000, 150_000)


@pytest.mark.slow
def test_a_full_disk(tmp_path, tiny_encoder):
    """A real one: also what libraries write without Python is refused. With more room the run goes on."""
    disk = tmp_path / "disk"
    disk.mkdir()
    if not mounted(disk, SIZES[0]):
        pytest.skip("a file system can be mounted by root only")
    try:
        with Runs(HEAVY) as runs:
            calm = begun(tmp_path / "calm", tiny_encoder)
            assert runs.run(calm, "run", "recipe.yaml", checkpoints=0.3) == 0, said(calm)
            begun(disk, tiny_encoder)
            for size in SIZES:
                assert mounted(disk, size, "remount,")
                assert runs.run(disk, "run", "recipe.yaml", checkpoints=0.3) == 75, said(disk)
                assert os.strerror(errno.ENOSPC).lower() in said(disk)
                assert "Traceback" not in said(disk)
            assert mounted(disk, 50_000_000, "remount,")
            assert runs.run(disk, "run", "recipe.yaml", checkpoints=0.3) == 0, said(disk)
            assert given(disk) == given(calm)
            assert files_of(disk) == files_of(calm)
    finally:
        subprocess.run(["umount", str(disk)], check=True)  # noqa: S603, S607


def mounted(place: Path, size: int, how: str = "") -> bool:
    """Mount a disk in memory, or change its size; tell whether that may be done."""
    options = ["-t", "tmpfs", "-o", f"{how}size={size}", "tmpfs", str(place)]
    return subprocess.run(["mount", *options], check=False, capture_output=True).returncode == 0  # noqa: S603, S607
