#!/bin/sh
# fetch-music.sh FOLDER [others]: the music that the shipped models were trained on: every piece of
# more than 300 kB in nine Debian packages, as FOLDER/<package>/<piece>. Needs apt-get and dpkg, no
# root; about 650 MB are loaded. Safe to repeat.
#
# With `others`, music by other people, to judge the models by: every piece of more than 1 MB (so
# that sounds of the games stay out) in ten more packages; about 500 MB.
#
# Licences, as each package's debian/copyright states them for the whole package:
#   wesnoth-1.16-music GPL-2+          warzone2100-music GPL-2+          hedgewars-data GPL-2
#   singularity-music CC-BY-SA-3.0     marsshooter-data CC-BY-SA-3.0     fretsonfire-songs-sectoid MIT
#   asc-music GPL-2+                   lincity-ng-data GPL-2+            torus-trooper-data BSD-2-Clause
# Of the others nothing is trained on and nothing kept; all are in Debian's main section.
set -eu
packages='wesnoth-1.16-music warzone2100-music hedgewars-data singularity-music marsshooter-data
    fretsonfire-songs-sectoid asc-music lincity-ng-data torus-trooper-data'
folder=${1:?usage: fetch-music.sh FOLDER [others]}
least=300k
if [ "${2-}" = others ]; then
    packages='supertux-data hyperrogue-music colobot-common-sounds endless-sky-data extremetuxracer-data
        freedink-data xmoto-data btanks-data lordsawar-data noiz2sa-data'
    least=1000k
fi
mkdir -p "$folder"
folder=$(cd "$folder" && pwd)
for package in $packages; do
    [ ! -d "$folder/$package" ] || continue
    work=$folder/.part
    rm -rf "$work"
    mkdir -p "$work/unpacked" "$work/music"
    (cd "$work" && apt-get -q download "$package")
    dpkg -x "$work"/*.deb "$work/unpacked"
    find "$work/unpacked" -type f -size +$least \( -name '*.ogg' -o -name '*.opus' \
        -o -name '*.oga' -o -name '*.mp3' \
        -o -name '*.flac' -o -name '*.wav' \) | while IFS= read -r piece; do
        # Two pieces may have one name in different folders.
        name=$(printf '%s' "${piece#"$work/unpacked/"}" |
            sed 's|.*/\([^/]*/[^/]*\)$|\1|; s|[/ ]|_|g')
        mv "$piece" "$work/music/$name"
    done
    mv "$work/music" "$folder/$package"
    rm -rf "$work"
done
find "$folder" -type f | wc -l | sed 's/$/ pieces of music/'
