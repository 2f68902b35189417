"""What went wrong in training, and what to change."""

from datakit.diagnosis.diagnose import diagnose, rules, unanswerable
from datakit.diagnosis.rules._base import Diagnosis

__all__ = ["Diagnosis", "diagnose", "rules", "unanswerable"]
