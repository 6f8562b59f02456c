#!/bin/sh
# Makes a model from nothing: corpus, tokenizer, weights, ONNX files, evaluation, model card. What it needs is in README.md.
#
#     ./make.sh [BUILD]     BUILD: where the work is kept; the model's files go to BUILD/model
#
# Training takes most of the time. If it was cut, `train.py BUILD --resume` goes on; then `./finish.sh BUILD` does the rest.
set -eu
cd "$(dirname "$0")"
build=${1:-build}
python=${PYTHON:-/usr/bin/python3} # Debian's, which has torch; another python3 may come first in PATH

"$python" prepare.py "$build"
"$python" train.py "$build"
./finish.sh "$build"
