"""English words: what may stand in for them, how they are tagged and inflected."""
