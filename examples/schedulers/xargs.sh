#!/usr/bin/env bash
# All cores of one machine: one process for each part of the shards, then a plain `score` that checks every shard and
# sees to the manifest. For several machines take slurm.sbatch or the Kubernetes files beside this one.
#
#   examples/schedulers/xargs.sh --teacher teacher --input transfer --out scores [other options of `score`]
#
# THREADS  threads of one process, default 1: more of them save memory, as each process loads the teacher
# PARTS    processes, default cores / THREADS
#
# Without --force: the last `score` would score everything once more.
set -euo pipefail

PATH="$PWD/node_modules/.bin:$PATH"
cores=$(getconf _NPROCESSORS_ONLN)
threads=${THREADS:-1}
parts=${PARTS:-$((cores > threads ? cores / threads : 1))}

# A process that fails ends this script here, after the others did their parts: run it again for what is missing.
seq 0 $((parts - 1)) |
  xargs -P "$parts" -I @PART@ bert2dnn score "$@" --threads "$threads" --quiet --shard "@PART@/$parts"

exec bert2dnn score "$@" --threads "$threads"
