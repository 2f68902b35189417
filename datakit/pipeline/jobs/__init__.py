"""The job around the pipeline: what is new, what is promoted, when it runs, who is told."""
