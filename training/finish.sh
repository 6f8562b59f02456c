#!/bin/sh
# From BUILD/checkpoint.pt to BUILD/model: the files that transformers.js loads, their evaluation and the model card.
#
#     ./finish.sh [BUILD]     EACH=200 prompts a skill
set -eu
cd "$(dirname "$0")"
build=${1:-build}
python=${PYTHON:-/usr/bin/python3}

"$python" export.py "$build" "$build/model"
"$python" dialect_samples.py "$build" "$build/dialect-samples.json"
node check_dialect.mjs "$build/dialect-samples.json" --model "$build/model"
"$python" held_out.py "$build" "$build/held-out.json" --each "${EACH:-200}"
node evaluate.mjs --model "$build/model" --held-out "$build/held-out.json" --json "$build/evaluation.json"
node hand_written.mjs --model "$build/model" --json "$build/hand-written.json"
"$python" card.py "$build" "$build/model"
