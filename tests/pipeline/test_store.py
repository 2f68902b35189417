"""The store."""

from datakit.pipeline.store import Record, Store, digest_of_artefact


def test_files_and_folders_come_back_as_they_were(tmp_path):
    """A kept artefact is laid out with the same names and bytes, read-only."""
    store = Store(tmp_path / "store")
    folder = tmp_path / "model"
    (folder / "deep").mkdir(parents=True)
    (folder / "config.json").write_text("{}")
    (folder / "deep" / "weights").write_bytes(b"\x00\x01")
    artefact = store.keep(folder)
    store.lay_out(artefact, tmp_path / "out")
    assert (tmp_path / "out" / "config.json").read_text() == "{}"
    assert (tmp_path / "out" / "deep" / "weights").read_bytes() == b"\x00\x01"
    assert (tmp_path / "out" / "config.json").stat().st_mode & 0o222 == 0


def test_equal_content_is_kept_once(tmp_path):
    """The address is the content."""
    store = Store(tmp_path / "store")
    artefacts = []
    for name in ("a", "b"):
        (tmp_path / name).write_text("same")
        artefacts.append(store.keep(tmp_path / name))
    assert artefacts[0] == artefacts[1]
    assert digest_of_artefact(artefacts[0]) == digest_of_artefact(artefacts[1])
    assert len([p for p in (tmp_path / "store" / "objects").rglob("*") if p.is_file()]) == 1
    assert store.read(artefacts[0]) == b"same"


def test_a_record_counts_only_while_its_objects_exist(tmp_path):
    """A hit whose object was deleted is a miss, not a broken link."""
    store = Store(tmp_path / "store")
    (tmp_path / "a").write_text("x")
    artefact = store.keep(tmp_path / "a")
    record = Record(stage="s", key="abcd", parts={}, outputs={"a": artefact}, seconds=1.0)
    store.remember(record)
    assert store.recall("abcd") == record
    assert store.recall("beef") is None
    next(p for p in (tmp_path / "store" / "objects").rglob("*") if p.is_file()).unlink()
    assert store.recall("abcd") is None


def test_a_damaged_record_is_a_miss(tmp_path):
    """Whatever cannot be read is made anew."""
    store = Store(tmp_path / "store")
    (tmp_path / "store" / "cache" / "ab").mkdir(parents=True)
    (tmp_path / "store" / "cache" / "ab" / "abcd.json").write_text('{"stage": "s"')
    assert store.recall("abcd") is None
