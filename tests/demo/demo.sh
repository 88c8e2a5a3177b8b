#!/bin/sh
# demo.sh BUILD FOLDER: a music clip through the built plugin in a real LV2 host, the noise
# automated while it plays; leaves FOLDER/before.wav, FOLDER/after.wav and FOLDER/before-after.png.
set -eu
build=$1 folder=$2
curve=0:0,3:0,9:1,11:1,13:0,16:0
here=$(dirname "$0")/..
mkdir -p "$folder"
LV2_PATH="$build/lv2:/usr/lib/lv2" "$build/tests/demo/demo" urn:trasluz:preset:dissolve \
    "$here/clip.flac" "$folder/after.wav" noise $curve
sox "$here/clip.flac" -b 24 "$folder/before.wav"
for which in before after; do
    sox "$folder/$which.wav" -n remix - rate 48k spectrogram -x 900 -Y 380 -z 100 -t "$which" \
        -c ' ' -o "$folder/$which.png"
done
convert "$folder/before.png" "$folder/after.png" -append "$folder/before-after.png"
rm "$folder/before.png" "$folder/after.png"
cat <<EOF

before:   $folder/before.wav
after:    $folder/after.wav   (noise automated, SECONDS:SIGMA $curve)
picture:  $folder/before-after.png
EOF
