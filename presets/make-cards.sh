#!/bin/sh
# make-cards.sh FOLDER: writes the card of each shipped model as FOLDER/NAME.md: the card that
# `trainer preset` writes, with the kind and the licences of the music from README.md.
#
# TRAINER names the program; LV2_PATH the folder of the built plugin.
set -eu
folder=${1:?usage: make-cards.sh FOLDER}
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$folder"
for model in "$here"/models/*.safetensors; do
    name=$(basename "$model" .safetensors)
    "$TRAINER" preset "$model" -o "$work/$name.lv2" --author 'the Trasluz authors' \
        --licence 'ISC, as the whole project' >/dev/null
    packages=$("$TRAINER" info "$model" | sed -n 's/^trained on *//p' | grep -oE '[a-z0-9.-]+' |
        sort -u)
    {
        sed "s/^A model for Trasluz\.$/A model for Trasluz, made by \`make weights MODEL=$name\`: $(
            sed -n "s/^| \`$name\` | \([^|]*[^ |]\) *|.*| .* | .* |$/\1/p" "$here/README.md" | head -n 1
        )./" "$work/$name.lv2/card.md"
        printf '\nThe music, out of these Debian packages:\n\n'
        printf '| package | licence | by |\n|---|---|---|\n'
        for package in $packages; do
            sed -n "s/^\(| $package | [^|]* | [^|]* |\).*/\1/p" "$here/README.md"
        done
        printf '\nWhat it is worth: see presets/README.md in the source.\n'
    } >"$folder/$name.md"
done
