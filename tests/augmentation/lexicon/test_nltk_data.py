"""NLTK's data is found where NLTK finds it."""

import subprocess
import sys
import zipfile
from pathlib import Path

from datakit.augmentation.lexicon import nltk_data


def test_the_search_path_is_that_of_nltk(tmp_path, monkeypatch):
    """The folders are those of `nltk.data.path`, the environment's first."""
    monkeypatch.setenv("NLTK_DATA", str(tmp_path))
    code = "import nltk.data; print('\\n'.join(nltk.data.path))"
    output = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603
    assert nltk_data.search_path() == [Path(line) for line in output.stdout.splitlines()]


def test_a_resource_is_found_unpacked_or_zipped(tmp_path, monkeypatch):
    """Both forms that NLTK's downloader leaves behind read alike; a resource that is not there is None."""
    monkeypatch.setattr(nltk_data, "search_path", lambda: [tmp_path])
    (tmp_path / "corpora" / "open").mkdir(parents=True)
    (tmp_path / "corpora" / "open" / "file").write_bytes(b"1")
    with zipfile.ZipFile(tmp_path / "corpora" / "packed.zip", "w") as archive:
        archive.writestr("packed/file", b"2")
    assert (nltk_data.find("corpora/open") / "file").read_bytes() == b"1"
    assert (nltk_data.find("corpora/packed") / "file").read_bytes() == b"2"
    assert nltk_data.find("corpora/absent") is None
