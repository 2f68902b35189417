"""NLTK's data, found as NLTK finds it but without the second that importing NLTK takes."""

import os
import sys
import zipfile
from pathlib import Path
from typing import TypeAlias

#: A folder, on disk or inside a zip; both read alike.
Folder: TypeAlias = Path | zipfile.Path


def search_path() -> list[Path]:
    """Return the folders that NLTK searches (`nltk.data.path`), in its order; `NLTK_DATA` comes first."""
    environment = [folder for folder in os.environ.get("NLTK_DATA", "").split(os.pathsep) if folder]
    prefixes = [sys.prefix, f"{sys.prefix}/share", f"{sys.prefix}/lib"]
    system = ["/usr/share", "/usr/local/share", "/usr/lib", "/usr/local/lib"]
    defaults = [f"{folder}/nltk_data" for folder in ("~", *prefixes, *system)]
    return [Path(folder).expanduser() for folder in (*environment, *defaults)]


def find(resource: str) -> Folder | None:
    """Return the folder of a resource such as `corpora/wordnet`, unpacked or zipped, if there is one."""
    for folder in search_path():
        if (folder / resource).is_dir():
            return folder / resource
        if (archive := folder / f"{resource}.zip").is_file():
            return zipfile.Path(archive, f"{Path(resource).name}/")
    return None
