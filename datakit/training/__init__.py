"""Fine-tuning a pretrained encoder, and predicting with it. `models` needs no torch; the rest does."""
