import datasets
import pytest

from datakit.core.errors import InputError
from datakit.io import load, read

FEATURES = datasets.Features(
    {"text": datasets.Value("string"), "label": datasets.ClassLabel(names=["neg", "pos"])}
)


@pytest.fixture
def dataset():
    """Give three rows with named labels."""
    return datasets.Dataset.from_dict({"text": ["t", "u", "v"], "label": [1, 0, None]}, features=FEATURES)


def test_a_dataset_is_read_with_the_names_of_its_labels(dataset):
    """In the order of the rows, also where they were selected."""
    assert load(dataset).labels == ["pos", "neg", None]
    assert load(dataset.select([2, 0])).texts == ["v", "t"]


def test_a_saved_folder_is_read(dataset, tmp_path):
    """What save_to_disk wrote."""
    dataset.save_to_disk(tmp_path / "saved")
    reading = read(tmp_path / "saved")
    assert reading.format == "datasets"
    assert reading.corpus.labels == ["pos", "neg", None]


def test_several_splits_are_an_error_that_says_which_to_give(dataset, tmp_path):
    """On disk and in memory."""
    splits = datasets.DatasetDict({"train": dataset, "test": dataset})
    splits.save_to_disk(tmp_path / "saved")
    with pytest.raises(InputError, match=r"test, train\n.*saved/test"):
        read(tmp_path / "saved")
    with pytest.raises(InputError, match="train, test"):
        load(splits)


def test_another_folder_is_an_error(tmp_path):
    """A folder of files is no data set."""
    with pytest.raises(InputError, match="did not write"):
        read(tmp_path)
