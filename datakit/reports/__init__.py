"""What a run has to tell, for people: in the terminal, as JSON, as one HTML file, as a model card."""
