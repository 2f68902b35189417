"""Turn labelled text into train, validation and test."""

from collections.abc import Mapping
from typing import Any

from datakit.core.corpus import SPLIT_NAMES, Corpus, Splits
from datakit.core.errors import Problem, UsageError
from datakit.core.registry import Registry
from datakit.core.seeding import seed_for
from datakit.splitting.splitters._base import Splitter

splitters: Registry[Splitter] = Registry("splitters", "datakit.splitting.splitters")


def split(
    data: Corpus | Splits,
    *,
    validation: float = 0.1,
    test: float = 0.1,
    splitter: str = "stratified",
    options: Mapping[str, Any] | None = None,
    seed: int = 13,
) -> Splits:
    """Split labelled text three ways; a split that is given already stays as it is.

    Rows of `train` that are the same text as a row of a given split are taken out of it, so the given rows
    keep their worth. The rows of the made splits stand in an order of their own, that of a hash of their ids.

    Args:
        data: one corpus, or splits of which `validation` and `test` may be given.
        validation: fraction of the rows, 0..1, for the validation split where it is not given.
        test: the same for the test split.
        splitter: the name of the splitter.
        options: the splitter's options.
        seed: decides which rows go where.

    Raises:
        UsageError: fractions that leave nothing to learn from; an unknown splitter or option.
    """
    given = Splits({"train": data}) if isinstance(data, Corpus) else data
    wanted = {"validation": validation, "test": test}
    fractions = {name: wanted[name] for name in wanted if name not in given}
    if any(not 0 < fraction < 1 for fraction in fractions.values()) or sum(fractions.values()) >= 1:
        raise UsageError(
            Problem(
                where="split",
                got=f"fractions {fractions} leave no rows for every split",
                fix="give fractions above 0 that sum to less than 1, e.g. validation 0.1, test 0.1",
            )
        )
    held_out = {text for name, corpus in given.items() if name != "train" for text in corpus.normalised}
    train = given.train.without({i for i, text in enumerate(given.train.normalised) if text in held_out})
    if not fractions:
        return given | {"train": _shuffled(train, seed)}
    fractions["train"] = 1 - sum(fractions.values())
    assigned = splitters.build(splitter, options).assign(
        train, {name: fractions[name] for name in SPLIT_NAMES if name in fractions}, seed
    )
    return given | {name: _shuffled(train.take(rows), seed) for name, rows in assigned.items()}


def _shuffled(corpus: Corpus, seed: int) -> Corpus:
    """Return the rows in the order of a hash of their ids, whatever order they came in."""
    key = [(seed_for(seed, "order", row), row) for row in corpus.ids]
    return corpus.take(sorted(range(len(corpus)), key=key.__getitem__))
