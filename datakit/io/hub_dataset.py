"""Data sets of the `datasets` library, in memory or in a folder that `save_to_disk` wrote."""

from pathlib import Path
from typing import Any

from datakit.io.columns import choose
from datakit.io.parquet import ROWS, batches, class_names
from datakit.io.problems import unreadable
from datakit.io.rows import Rows
from datakit.io.source import Source


def open_folder(path: Path, how: Source) -> Rows:
    """Open a folder that `Dataset.save_to_disk` wrote.

    Raises:
        InputError: it is another folder, or holds several splits.
    """
    if (path / "dataset_dict.json").exists():
        splits = sorted(entry.name for entry in path.iterdir() if entry.is_dir())
        raise unreadable(
            str(path),
            f"the folder holds several splits: {', '.join(splits)}",
            f"give one of them, e.g. {path / splits[0]}" if splits else "save it again",
        )
    if not (path / "state.json").exists():
        raise unreadable(
            str(path),
            "a folder that `save_to_disk` of the datasets library did not write",
            "give a file: .jsonl, .json, .csv, .tsv or .parquet",
        )
    from datasets import load_from_disk

    return open_dataset(load_from_disk(str(path)), how, where=str(path))


def open_dataset(dataset: Any, how: Source, *, where: str = "Dataset") -> Rows:  # noqa: ANN401  (datasets is untyped)
    """Open a `datasets.Dataset`; numbered labels (ClassLabel) come back as their names.

    Raises:
        InputError: it is a DatasetDict, or no column can be chosen.
    """
    if isinstance(dataset, dict):
        raise unreadable(
            where,
            f"a DatasetDict of several splits: {', '.join(dataset)}",
            "give one of them, e.g. data['train']",
        )
    columns = choose(dataset.column_names, how, where=where)
    arrow = dataset.select_columns(list(columns.names.values())).with_format("arrow")
    return Rows(
        where=where,
        format="datasets",
        names=dataset.column_names,
        columns=columns,
        batches=batches(
            arrow.iter(batch_size=ROWS),
            columns,
            class_names(dataset.features.arrow_schema).get(columns.label.name),
        ),
        has_lines=False,
    )
