"""Evidently's summary and drift presets with their automatic tests, given the clean file as the reference.

The tests come from the reference, each side of the split from its own; so there is no false alarm by construction.
Runs with pandas<3: Evidently 0.7.23 fails on pandas 3.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from common import Alarm, frame, main


def dataset(path: Path) -> Any:  # noqa: ANN401  (an Evidently Dataset)
    """Read a file, with the lengths of its texts as descriptors."""
    from evidently import DataDefinition, Dataset  # type: ignore[import-not-found, unused-ignore]  # (own environment)
    from evidently.descriptors import (  # type: ignore[import-not-found, unused-ignore]  # (own environment)
        TextLength,
        WordCount,
    )

    return Dataset.from_pandas(
        frame(path)[["text", "label"]],
        data_definition=DataDefinition(text_columns=["text"], categorical_columns=["label"]),
        descriptors=[TextLength("text", alias="characters"), WordCount("text", alias="words")],
    )


def alarms(folder: Path, clean: Path) -> Iterator[Alarm]:
    """Compare both files with their clean ones; a failed test is an alarm."""
    # Set before the import: Evidently reports its use to its makers otherwise.
    os.environ["DO_NOT_TRACK"] = "1"
    from evidently import Report
    from evidently.presets import (  # type: ignore[import-not-found, unused-ignore]  # (own environment)
        DataDriftPreset,
        DataSummaryPreset,
    )

    presets = [DataSummaryPreset(), DataDriftPreset(columns=["label", "text", "characters", "words"])]
    for split in ("train.jsonl", "test.jsonl"):
        snapshot = Report(presets, include_tests=True).run(dataset(folder / split), dataset(clean / split))
        for test in snapshot.dict()["tests"]:
            if test["status"].name != "SUCCESS":
                # Behind the colon stand figures of the reference.
                yield Alarm(kind=test["name"].split(":")[0], size=1, split=Path(split).stem)


if __name__ == "__main__":
    main(alarms)
