from datakit.testing import recognise

LOOP = """
for batch in loader:
    loss = model(**batch).loss
    loss.backward()
    optimizer.step()
"""


def test_gradients_that_pile_up_are_a_remark():
    """Where the step is."""
    assert recognise("missing-zero-grad", LOOP) == [5]


def test_zeroed_gradients_are_right():
    """By the optimizer, the model or by hand; and a loop that only steps a schedule."""
    for line in ("    optimizer.zero_grad()", "    model.zero_grad()", "    weight.grad = None"):
        assert recognise("missing-zero-grad", LOOP + line) == []
    assert recognise("missing-zero-grad", LOOP.replace("optimizer.step", "scheduler.step")) == []
