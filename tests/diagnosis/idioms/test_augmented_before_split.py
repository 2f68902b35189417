from datakit.testing import recognise

HEAD = """from sklearn.model_selection import train_test_split
from sklearn.utils import resample
from imblearn.over_sampling import RandomOverSampler
"""


def test_rows_that_are_multiplied_first_are_told():
    """Where they are multiplied: by oversampling, or by new texts."""
    code = (
        HEAD
        + """
x, y = RandomOverSampler().fit_resample(x, y)
a, b, c, d = train_test_split(x, y)
"""
    )
    assert recognise("augmented-before-split", code) == [5]
    code = (
        HEAD
        + """
rows = []
for text in texts:
    rows.append(augmenter.augment(text))
frame = pd.DataFrame(rows)
train, test = train_test_split(frame)
"""
    )
    assert recognise("augmented-before-split", code) == [7]
    minority = (
        HEAD
        + """
more = resample(rare, replace=True, n_samples=100)
frame = pd.concat([frequent, more])
train, test = train_test_split(frame)
"""
    )
    assert recognise("augmented-before-split", minority) == [5]


def test_the_training_rows_may_be_multiplied():
    """After the split, also where validation rows are set apart then; or rows of something else."""
    code = (
        HEAD
        + """
train, test = train_test_split(frame)
more = resample(train, replace=True)
train = pd.concat([train, more])
fewer = resample(frame, replace=False)
train, validation = train_test_split(train)
"""
    )
    assert recognise("augmented-before-split", code) == []


def test_leaving_rows_out_leaks_nothing():
    """Undersampling, and the resampling of time series."""
    for line in (
        "x, y = RandomUnderSampler().fit_resample(x, y)",
        "x = resample(x, replace=False)",
        "x = frame.resample('1h').mean()",
    ):
        assert recognise("augmented-before-split", HEAD + line + "\ntrain_test_split(x)") == [], line
