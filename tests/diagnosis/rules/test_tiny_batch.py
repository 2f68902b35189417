from sick import SICK

from datakit.testing import history, judge


def test_steps_of_one_row_are_surer_a_fault_than_steps_of_three():
    """Sixteen rows are the remedy."""
    one = judge("tiny-batch", **SICK["tiny-batch"])
    assert one.finding.message == "each step learns from 1 row"
    assert (one.confidence, one.remedy) == (0.8, {"finetune": {"batch_size": 16}})
    three = history(every_step={"relative_loss": 0.7}, settings={"batch_size": 3})
    assert judge("tiny-batch", history=three).confidence == 0.6


def test_rows_of_all_batches_of_a_step_count():
    """Also those of other processes; and a training that learns is none."""
    for settings in ({"accumulation": 4}, {"processes": 4}):
        run = history(every_step={"relative_loss": 0.7}, settings={"batch_size": 1, **settings})
        assert judge("tiny-batch", history=run) is None
    assert judge("tiny-batch", history=history(settings={"batch_size": 1})) is None
