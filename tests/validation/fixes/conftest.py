"""What the tests of fixes share."""

import pytest

from datakit.testing import corpus
from datakit.validation.clean import chosen, clean


@pytest.fixture
def mend():
    """Give a function that applies one fix to a few rows: text and label of those that stay, and the log."""

    def call(code, rows, **options):
        done = clean(corpus(rows), chosen([code], {code: options}))
        left = [tuple(labels) for labels in done.rows.label_sets] if done.rows.multi_label else done.rows.labels
        return list(zip(done.rows.texts, left, strict=True)), done.log

    return call


@pytest.fixture
def text_of(mend):
    """Give a function that returns what a fix makes of one text."""

    def call(code, text, **options):
        ((mended, _),), _ = mend(code, [(text, "a")], **options)
        return mended

    return call
