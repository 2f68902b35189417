#!/bin/sh
# Augmentation as a Slurm job array, in a project folder that all nodes see. Before it, once: datakit split. After it,
# with the same options: datakit augment --target balanced
#   sbatch --array=1-16 --wait pipelines/slurm.sh
# What a killed task has done stays done; submit the array again for the rest. See docs/scaling.md.
#SBATCH --job-name=datakit
#SBATCH --array=1-3
#SBATCH --cpus-per-task=4
#SBATCH --mem=8G
#SBATCH --time=01:00:00
#SBATCH --requeue
set -eu
exec "${DATAKIT:-datakit}" worker \
    --shard "$SLURM_ARRAY_TASK_ID/${SLURM_ARRAY_TASK_COUNT:-3}" \
    --workers "${SLURM_CPUS_PER_TASK:-1}" \
    --set "augment.target=${TARGET:-balanced}"
