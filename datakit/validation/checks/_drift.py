"""Which rows are compared with which, for the checks that look for drift."""

from collections.abc import Iterator

from datakit.validation.survey import Digest, Survey

FIXES = {
    "train": "draw both sides from the same rows, or trust no figure of {split} beyond rows like its own",
    "reference": "find out what changed at the source; label newer rows and train again if it stays so",
}  #: what to do, by what was drifted away from


def compared(survey: Survey) -> Iterator[tuple[Digest, Digest, str]]:
    """Yield what may have drifted, what from, and the name of the latter: `train` or `reference`."""
    if "train" not in survey or not len(survey.train):
        return
    for digest in survey.held_out:
        yield digest, survey.train, "train"
    if survey.reference is not None:
        yield survey.train, survey.reference, "reference"
