#!/bin/sh
# make-references.sh: encodes the recordings in sources/ again with the models in models/, into
# references/. For after a change of either; TRAINER names the program.
set -eu
cd "$(dirname "$0")"
for pair in disco:normal strings:grande drums:espectro choir:espectro bells:espectro \
    strings:espectro; do
    source=${pair%:*} model=${pair#*:}
    "$TRAINER" encode "models/$model.safetensors" "sources/$source.flac" \
        -o "references/$source-$model.safetensors" --force
done
