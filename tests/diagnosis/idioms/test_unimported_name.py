from datakit.testing import recognise


def test_a_schedule_that_is_not_imported_is_told_once():
    """Where it is used first."""
    code = """
from transformers import get_linear_schedule_with_warmup
scheduler = get_cosine_schedule_with_warmup(optimizer, 10, 100)
scheduler = get_cosine_schedule_with_warmup(optimizer, 10, 100)
x = np.array([random.random()])
"""
    assert recognise("unimported-name", code) == [3, 5, 5]


def test_bound_names_are_right():
    """Imported under a name, made here, a parameter, from a star import; others may stand elsewhere."""
    for code in (
        "import numpy as np\nnp.array([])",
        "from transformers import *\nget_cosine_schedule_with_warmup(o, 1, 2)",
        "def get_scheduler(o):\n    return o\nget_scheduler(1)",
        "def f(np, *, torch, **json):\n    return np, torch, json",
        "for F in range(3):\n    F + 1",
        "train(model, num_epochs)",
    ):
        assert recognise("unimported-name", code) == [], code
