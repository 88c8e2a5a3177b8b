#!/bin/sh
# demo.sh BUILD FOLDER: a music clip through the built plugin in a real LV2 host, with the first
# preset of the list: its noise is automated, then its blend. Leaves FOLDER/before.wav,
# FOLDER/after.wav and FOLDER/before-after.png.
set -eu
build=$1 folder=$2
noise=0:0,2:0,5:1,8:1,9:0,16:0
blend=0:0,9.5:0,12:1,15:1,16:0
here=$(dirname "$0")/..
mkdir -p "$folder"
LV2_PATH="$build/lv2:/usr/lib/lv2" "$build/tests/demo/demo" urn:trasluz:preset:against-the-light \
    "$here/clip.flac" "$folder/after.wav" noise $noise blend $blend
sox "$here/clip.flac" -b 24 "$folder/before.wav"
/usr/bin/python3 -B "$here/demo/pictures.py" "$folder/before.wav" "$folder/after.wav" \
    "$folder/before-after.png" Noise $noise Blend $blend
cat <<END

before:   $folder/before.wav
after:    $folder/after.wav   (SECONDS:VALUE, noise $noise, blend $blend)
picture:  $folder/before-after.png
END
