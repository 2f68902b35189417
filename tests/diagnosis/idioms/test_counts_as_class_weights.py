from datakit.testing import recognise

HEAD = "import torch\nfrom torch import nn\nimport numpy as np\n"


def test_weights_that_grow_with_the_rows_are_told():
    """Where they are computed, through wrappers and names."""
    code = (
        HEAD
        + """
counts = np.bincount(labels)
weights = counts / counts.sum()
criterion = nn.CrossEntropyLoss(weight=torch.tensor(weights).to(device))
"""
    )
    assert recognise("counts-as-class-weights", code) == [6]
    direct = HEAD + "nn.CrossEntropyLoss(weight=torch.tensor(class_counts / len(labels)))"
    assert recognise("counts-as-class-weights", direct) == [4]


def test_weights_that_fall_with_the_rows_are_right():
    """And those by hand cannot be told."""
    for weights in (
        "counts.sum() / counts",
        "1.0 / counts",
        "1 - counts / counts.sum()",
        "len(labels) / (n * counts)",
        "counts.max() / counts",
        "[0.3, 0.7]",
    ):
        code = HEAD + f"weights = {weights}\nnn.CrossEntropyLoss(weight=torch.tensor(weights))"
        assert recognise("counts-as-class-weights", code) == [], weights
