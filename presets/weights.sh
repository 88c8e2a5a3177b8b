#!/bin/sh
# weights.sh MODEL FOLDER: makes a shipped model again, and compares. Fetches the music it was
# trained on into FOLDER (see fetch-music.sh), trains it there, and says whether the file has the
# bits of the shipped one, which it has from the same version of the trainer on a processor of the
# same kind; otherwise its validation loss must be within 2 % of the shipped model's. A training
# that was interrupted is resumed.
#
# weights.sh --print MODEL prints the options of the training alone.
#
# TRAINER names the program.
set -eu
usage='usage: weights.sh [--print] MODEL FOLDER'
print=
[ "${1-}" != --print ] || { print=yes && shift; }
model=${1:?$usage}
[ -n "$print" ] || folder=${2:?$usage}
here=$(cd "$(dirname "$0")" && pwd)
shipped=$here/models/$model.safetensors

# The report's models and `directo`: a rate that follows the validation loss.
samples='--learning-rate 0.002 --schedule plateau --patience 3 --epoch-windows 8000'
report="--window 11034 --epochs 200 $samples --split draw"
# Styles: each channel of the latent is a principal axis, and the network learns to undo an
# equaliser of $1 dB, a floor raised to $2 dB, and noise, so that it pulls other music to its own.
style() {
    echo "--arch espectro --init axes --steps 3000 --equaliser $1 --raised-floor $2" \
        "--latent-noise 0.05"
}

music=neutral
case $model in
extra_chico | chico | normal | grande) options="--arch $model $report" ;;
directo)
    options="--arch 32k12s4p4,32k12s4p4,r64k1d1,8k6s2p2+linear --rate 48000 --window 24576"
    options="$options --epochs 25 $samples --split draw"
    ;;
espectro) options='--arch espectro --steps 8000' ;;
espectro_directo) options='--arch espectro_directo --steps 8000' ;;
orquesta) music=orchestral options=$(style 5 60) ;;
rock) music=rock options=$(style 9 40) ;;
electronica) music=electronic options=$(style 5 60) ;;
voces) music=voices options=$(style 5 60) ;;
*)
    echo "weights.sh: no model '$model' in $here/models" >&2
    exit 1
    ;;
esac

if [ -n "$print" ]; then
    echo "$options"
    exit
fi

case $music in
neutral) made_of='wesnoth-1.16-music, warzone2100-music, hedgewars-data, singularity-music,
    marsshooter-data, fretsonfire-songs-sectoid, asc-music, lincity-ng-data, torus-trooper-data' ;;
orchestral) made_of=wesnoth-1.16-music ;;
rock) made_of='fretsonfire-songs-sectoid, fretsonfire-songs-muldjord, marsshooter-data, asc-music' ;;
electronic) made_of='singularity-music, naev-data, torus-trooper-data, rrootage-data,
    parsec47-data' ;;
voices) made_of='tuxpaint-stamps-default, klettres-data' ;;
esac
made_of=$(echo "Debian's $made_of" | tr -s ' \n' ' ' | sed 's/ $//')

mkdir -p "$folder"
"$here/fetch-music.sh" "$folder/$music" "$music"
cd "$folder"
made=$model.safetensors
resume=
[ ! -e "$made.checkpoint" ] || resume=--resume
if [ ! -e "$made" ] || [ -n "$resume" ]; then
    # shellcheck disable=SC2086 # each option is a word
    "$TRAINER" train "$music" -o "$made" --name "$model" --trained-on "$made_of" $options $resume
fi
if [ ! -e "$shipped" ]; then
    echo "$made is made; there is no shipped model of that name"
elif cmp -s "$made" "$shipped"; then
    echo "$made has the bits of the shipped model"
else
    loss() { "$TRAINER" info "$1" | sed -n 's/^validation *//p'; }
    echo "$made has other bits than the shipped model: validation loss $(loss "$made")," \
        "shipped $(loss "$shipped")"
    awk -v a="$(loss "$made")" -v b="$(loss "$shipped")" 'BEGIN { exit !(a < 1.02 * b && a > 0.98 * b) }'
fi
