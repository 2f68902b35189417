"""Files in the store that are cut short, emptied, changed or gone."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from fault_injection.runs import LIGHT, Runs, begun, files_of, given, said

VERB = ("augment", "--quiet")


def half(path: Path) -> None:
    """Keep the first half."""
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def flipped(path: Path) -> None:
    """Change one bit in the middle."""
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


#: What a change of its size tells of.
LOSSES: dict[str, Callable[[Path], object]] = {
    "cut short": half,
    "emptied": lambda path: path.write_bytes(b""),
    "missing": Path.unlink,
}


@pytest.fixture(scope="module")
def runs():
    """Give a starter of runs."""
    with Runs(LIGHT) as started:
        yield started


@pytest.fixture(scope="module")
def whole(runs, tmp_path_factory, tiny_encoder):
    """Give a project that has been brought up to augmentation."""
    folder = begun(tmp_path_factory.mktemp("damage") / "whole", tiny_encoder)
    assert runs.run(folder, *VERB, "--target", "count=200", checkpoints=1) == 0, said(folder)
    return folder


def places(folder: Path, kind: str) -> list[Path]:
    """Return the files of one kind in the store, but for empty ones: there is nothing to lose."""
    found = sorted((folder / ".datakit" / kind).rglob("*"))
    return [path.relative_to(folder) for path in found if path.is_file() and path.stat().st_size]


def kept(folder: Path) -> set[str]:
    """Return the files of a project but for those of runs: the damaged one stays as it is."""
    return {name for name in files_of(folder) if not name.startswith(".datakit/runs/")}


def damaged(runs, whole, place, loss):
    """Damage a file in a copy of the project, run again, and look at what comes out."""
    folder = shutil.copytree(whole, whole.with_name("damaged"))
    try:
        (folder / place).chmod(0o644)
        LOSSES[loss](folder / place)
        assert runs.run(folder, *VERB, "--target", "count=200", checkpoints=1) == 0, said(folder)
        assert given(folder) == given(whole), f"{place} was {loss}"
        assert kept(folder) == kept(whole), f"{place} was {loss}"
        for path in places(whole, "objects"):
            assert (folder / path).read_bytes() == (whole / path).read_bytes(), f"{path} after {place} was {loss}"
    finally:
        shutil.rmtree(folder)


@pytest.mark.parametrize("loss", LOSSES)
def test_a_loss_in_the_store_is_seen_and_mended(runs, whole, loss):
    """An object and a record: what is lost is made again, from what stands."""
    damaged(runs, whole, places(whole, "objects")[3], loss)
    damaged(runs, whole, places(whole, "cache")[1], loss)


@pytest.mark.slow
@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("kind", ["objects", "cache", "shards"])
def test_every_loss_in_the_store_is_seen_and_mended(runs, whole, kind, loss):
    """Of every file of it, one after the other."""
    for place in places(whole, kind):
        damaged(runs, whole, place, loss)


def test_a_changed_bit_is_seen_by_verify_and_mended_after_that(runs, whole):
    """No size tells of it, and to read all that is kept would cost more than most commands."""
    folder = shutil.copytree(whole, whole.with_name("flipped"))
    assert runs.run(folder, "verify") == 0, said(folder)
    place = folder / next(path for path in places(whole, "objects") if path.name == digest_of_train(whole))
    place.chmod(0o644)
    flipped(place)
    assert runs.run(folder, "verify", "--mend") != 0
    assert place.name[:12] in said(folder)
    assert runs.run(folder, *VERB, "--target", "count=200", checkpoints=1) == 0, said(folder)
    assert given(folder) == given(whole)
    shutil.rmtree(folder)


def digest_of_train(folder: Path) -> str:
    """Return the digest of the augmented rows."""
    return given(folder)["augmented.parquet"]


@pytest.mark.slow
def test_a_changed_bit_in_a_kept_shard_is_seen(runs, whole):
    """Shards are read without their digest being in any record, so they carry their own."""
    for place in places(whole, "shards"):
        folder = shutil.copytree(whole, whole.with_name("flipped"))
        flipped(folder / place)
        for record in (folder / ".datakit" / "cache").rglob("*.json"):
            if '"stage": "augment"' in record.read_text():
                record.unlink()
        assert runs.run(folder, *VERB, "--target", "count=200", checkpoints=1) == 0, said(folder)
        assert given(folder) == given(whole), place
        shutil.rmtree(folder)
