"""Great Expectations with ten expectations, as written by hand for a labelled file that is known when it is clean.

Bounds come from the clean file, each side of the split from its own; so there is no false alarm by construction.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from common import Alarm, frame, main


def suite(clean: Any) -> list[Any]:  # noqa: ANN401  (a DataFrame)
    """Return ten expectations that a clean file meets."""
    import great_expectations.expectations as gxe

    shares = clean["label"].value_counts(normalize=True)
    lengths = clean["text"].str.len()
    repeated = clean["text"].duplicated(keep=False).mean()
    return [
        gxe.ExpectTableRowCountToBeBetween(min_value=int(len(clean) * 0.8), max_value=int(len(clean) * 1.2)),
        gxe.ExpectColumnValuesToNotBeNull(column="text"),
        gxe.ExpectColumnValuesToMatchRegex(column="text", regex=r"\S"),
        gxe.ExpectColumnValuesToBeUnique(column="text", mostly=min(0.99, 1 - repeated)),
        # 99% of a clean file lie within; the rest of `mostly` leaves room for chance.
        gxe.ExpectColumnValueLengthsToBeBetween(
            column="text",
            min_value=int(lengths.quantile(0.005)),
            max_value=int(lengths.quantile(0.995)),
            mostly=0.985,
        ),
        gxe.ExpectColumnValuesToNotMatchRegex(column="text", regex=r"(?i)^\s*(n/?a|none|null|todo|-+)\s*$"),
        gxe.ExpectColumnValuesToNotBeNull(column="label"),
        gxe.ExpectColumnValuesToBeInSet(column="label", value_set=list(shares.index)),
        gxe.ExpectColumnDistinctValuesToContainSet(column="label", value_set=list(shares.index)),
        gxe.ExpectColumnKLDivergenceToBeLessThan(
            column="label",
            partition_object={"values": list(shares.index), "weights": list(map(float, shares))},
            threshold=0.05,
        ),
    ]


def alarms(folder: Path, clean: Path) -> Iterator[Alarm]:
    """Judge both files by the suites of their clean ones; a failed expectation is an alarm."""
    import great_expectations as gx
    from great_expectations.data_context.types.base import ProgressBarsConfig

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    source = context.data_sources.add_pandas("files")
    for split in ("train", "test"):
        expectations = suite(frame(clean / f"{split}.jsonl"))
        asset = source.add_dataframe_asset(split).add_batch_definition_whole_dataframe("all")
        batch = asset.get_batch(batch_parameters={"dataframe": frame(folder / f"{split}.jsonl")})
        for expectation in expectations:
            result = batch.validate(expectation, result_format="COMPLETE")
            if result.exception_info.get("raised_exception"):
                raise RuntimeError(result.exception_info["exception_message"])
            if not result.success:
                rows = result.result.get("unexpected_index_list") or ()
                yield Alarm(
                    kind=f"{expectation.expectation_type} ({getattr(expectation, 'column', 'table')})",
                    size=len(rows) or 1,
                    split=split,
                    lines=tuple(row + 1 for row in rows),
                )


if __name__ == "__main__":
    main(alarms)
