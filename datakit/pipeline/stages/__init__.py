"""One stage a file, one verb a stage; the order in which data flows through them."""

from datakit.pipeline.stages._base import Context, Stage
from datakit.pipeline.stages.augment import Augment
from datakit.pipeline.stages.diagnose import Diagnose
from datakit.pipeline.stages.evaluate import Evaluate
from datakit.pipeline.stages.finetune import Finetune
from datakit.pipeline.stages.preflight import Preflight
from datakit.pipeline.stages.split import Split
from datakit.pipeline.stages.validate import Validate

STAGES: tuple[type[Stage], ...] = (Validate, Split, Augment, Preflight, Finetune, Evaluate, Diagnose)

__all__ = ["STAGES", "Context", "Stage"]
