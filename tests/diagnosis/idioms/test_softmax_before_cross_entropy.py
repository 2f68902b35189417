from datakit.testing import recognise

HEAD = "import torch\nfrom torch import nn\nimport torch.nn.functional as F\n"


def test_a_softmax_in_the_loss_is_told():
    """In the call, or assigned just above."""
    code = (
        HEAD
        + """
criterion = nn.CrossEntropyLoss()
loss = criterion(torch.softmax(logits, dim=-1), labels)
probabilities = F.softmax(logits, dim=-1)
loss = F.cross_entropy(probabilities, labels)
"""
    )
    assert recognise("softmax-before-cross-entropy", code) == [6, 7]


def test_a_loss_that_is_handed_over_is_told_by_its_usual_name():
    """Where the script has no other loss."""
    code = (
        HEAD
        + """
def step(criterion):
    return criterion(torch.softmax(x, -1), y)
step(nn.CrossEntropyLoss())
"""
    )
    assert recognise("softmax-before-cross-entropy", code) == [6]
    assert recognise("softmax-before-cross-entropy", code + "step(nn.NLLLoss())") == []


def test_a_model_that_ends_in_a_softmax_is_told():
    """As a layer, or in what `forward` returns."""
    code = (
        HEAD
        + """
head = nn.Sequential(nn.Linear(8, 2), nn.Softmax(dim=-1))
class Classifier(nn.Module):
    def forward(self, x):
        return F.softmax(self.head(x), dim=-1)
criterion = nn.CrossEntropyLoss()
"""
    )
    assert recognise("softmax-before-cross-entropy", code) == [5, 8]


def test_a_softmax_for_prediction_is_right():
    """And one before another loss; and attention."""
    code = (
        HEAD
        + """
loss = F.cross_entropy(logits, labels)
probabilities = torch.softmax(logits, dim=-1)
class Attention(nn.Module):
    def forward(self, x):
        return torch.softmax(x @ x.T, dim=-1) @ x
"""
    )
    assert recognise("softmax-before-cross-entropy", code) == []
    other = HEAD + "loss = F.nll_loss(F.softmax(x), y)\nnn.Sequential(nn.Linear(8, 2), nn.Softmax())"
    assert recognise("softmax-before-cross-entropy", other) == []
