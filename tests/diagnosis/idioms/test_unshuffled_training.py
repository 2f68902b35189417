from datakit.testing import recognise

HEAD = "from torch.utils.data import DataLoader\n"
LOOP = """
for batch in loader:
    loss.backward()
"""


def test_a_loader_that_is_trained_from_must_shuffle():
    """Told by the loop, or by its name."""
    assert recognise("unshuffled-training", HEAD + "loader = DataLoader(rows, batch_size=8)" + LOOP) == [2]
    assert recognise("unshuffled-training", HEAD + "loader = DataLoader(rows, shuffle=False)" + LOOP) == [2]
    named = HEAD + "loss.backward()\nself.train_loader = DataLoader(rows, batch_size=8)"
    assert recognise("unshuffled-training", named) == [3]


def test_shuffled_sampled_and_other_loaders_are_right():
    """And rows that were shuffled before, or stream."""
    for line in (
        "loader = DataLoader(rows, shuffle=True)",
        "loader = DataLoader(rows, 8, shuffle)",
        "loader = DataLoader(rows, sampler=sampler)",
        "loader = DataLoader(rows, **options)",
        "rows = rows.shuffle(seed=1)\nloader = DataLoader(rows)",
        "rows = load_dataset(name, streaming=True)\nloader = DataLoader(rows)",
        "evaluation = DataLoader(rows, batch_size=8)",
    ):
        assert recognise("unshuffled-training", HEAD + line + LOOP) == [], line
