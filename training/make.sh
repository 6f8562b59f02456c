#!/bin/sh
# Makes the bundled model again from nothing: corpus, tokenizer, weights, ONNX files, evaluation, model card.
# Takes about an hour on two idle cores, and 1 GiB of disk. What it needs is in README.md.
#
#     ./make.sh [BUILD [OUT]]     BUILD: where the work is kept; OUT: where the model's files go
set -eu
cd "$(dirname "$0")"
build=${1:-build}
out=${2:-../public/models/unmocked-tiny}
python=${PYTHON:-/usr/bin/python3} # Debian's, which has torch; another python3 may come first in PATH

"$python" prepare.py "$build"
"$python" train.py "$build" > "$build/training.log"
cp "$build/training.log" training.log
"$python" export.py "$build" "$out"
"$python" held_out.py "$build" "$build/held-out.json" --each 100
"$python" held_out.py "$build" held-out.json --each 20
node evaluate.mjs --model "$out" --held-out "$build/held-out.json" --json "$build/evaluation.json"
"$python" card.py "$build" "$out"
