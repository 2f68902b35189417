import os
import time
from hashlib import sha256

import pytest

from datakit.core.files import (
    digest_of,
    digest_of_tree,
    from_json,
    sweep,
    to_json,
    to_json_lines,
    write_atomically,
)
from datakit.core.findings import Finding, Severity


def test_json_keeps_the_order_of_mappings_and_ends_with_a_newline():
    """Order may mean something: the most frequent label comes first."""
    assert to_json({"b": 1, "a": [2]}) == b'{\n  "b": 1,\n  "a": [\n    2\n  ]\n}\n'


def test_json_gives_typed_values_back():
    """What was written is what is read."""
    finding = Finding(code="c", severity=Severity.ERROR, message="m", fix="f", rows=("a",), lines=(3,))
    assert from_json(to_json(finding), Finding) == finding


def test_json_lines_hold_one_row_each():
    """A line break in a text stays inside its line."""
    assert to_json_lines([{"a": "x\ny"}, {"a": "é"}]) == '{"a":"x\\ny"}\n{"a":"é"}\n'.encode()


def test_a_write_replaces_the_file_and_leaves_nothing_else(tmp_path):
    """Missing folders are made."""
    path = tmp_path / "new" / "file"
    write_atomically(path, b"old")
    write_atomically(path, b"new")
    assert [(p.name, p.read_bytes()) for p in path.parent.iterdir()] == [("file", b"new")]


def test_a_write_that_fails_leaves_the_old_file(tmp_path, monkeypatch):
    """The disk may be full at any moment."""
    path = tmp_path / "file"
    write_atomically(path, b"old")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("datakit.core.files.os.fsync", full)
    with pytest.raises(OSError, match="No space") as caught:
        write_atomically(path, b"new")
    assert caught.value.filename == str(path)
    assert [(p.name, p.read_bytes()) for p in tmp_path.iterdir()] == [("file", b"old")]


def test_what_a_killed_writer_has_left_is_cleared_away_by_the_next(tmp_path):
    """But not what may still be written, by another process, here or on another machine."""
    old, new, other = (tmp_path / name for name in (".a[b].1.tmp", ".a[b].2.tmp", ".b.1.tmp"))
    for path in (old, new, other):
        path.write_bytes(b"half")
    long_ago = time.time() - 4000
    for path in (old, other):
        os.utime(path, (long_ago, long_ago))
    write_atomically(tmp_path / "a[b]", b"whole")
    assert {path.name for path in tmp_path.iterdir()} == {"a[b]", new.name, other.name}


def test_who_alone_writes_sweeps_at_once(tmp_path):
    """The holder of a workspace's lock need not wait an hour."""
    for folder in ("", "runs/1/", "runs/1/deep/"):
        (tmp_path / folder).mkdir(exist_ok=True, parents=True)
        (tmp_path / folder / ".file.1.tmp").touch()
    sweep(tmp_path, "")
    sweep(tmp_path, "runs/*/")
    assert [path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.tmp")] == [
        "runs/1/deep/.file.1.tmp"
    ]


def test_a_digest_is_the_sha_256_of_the_content(tmp_path):
    """Anyone can check it with `sha256sum`."""
    (tmp_path / "file").write_bytes(b"content")
    assert digest_of(tmp_path / "file") == sha256(b"content").hexdigest()


def test_the_digest_of_a_folder_covers_names_and_contents(tmp_path):
    """A renamed or changed file changes it; an empty folder does not."""

    def digest(files: dict[str, str]) -> str:
        folder = tmp_path / str(len(list(tmp_path.iterdir())))
        folder.mkdir()
        for name, content in files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(content)
        (folder / "empty").mkdir()
        return digest_of_tree(folder)

    plain = digest({"a": "1", "sub/b": "2"})
    assert digest({"sub/b": "2", "a": "1"}) == plain
    others = [digest({"a": "2", "sub/b": "1"}), digest({"a": "1", "b": "2"}), digest({"a": "1"})]
    assert len({plain, *others}) == 4
