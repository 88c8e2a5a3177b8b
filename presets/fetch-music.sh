#!/bin/sh
# fetch-music.sh FOLDER [SET]: music out of Debian packages, as FOLDER/<package>/<piece>. Needs
# apt-get and dpkg, no root. Safe to repeat.
#
#   neutral      what the models without a style were trained on (650 MB are loaded); the default
#   orchestral, rock, electronic, voices
#                what the model of that style was trained on
#   others       music by people of whom nothing was trained on, to judge the models by (500 MB)
#
# README.md has the licence and the authors of each package. Nothing of it is kept in the project.
set -eu
folder=${1:?usage: fetch-music.sh FOLDER [neutral|orchestral|rock|electronic|voices|others]}

# package, size of the smallest piece, its name. The sizes leave out the sounds of games.
case ${2-neutral} in
neutral) packages='wesnoth-1.16-music 300k *
    warzone2100-music 300k *
    hedgewars-data 300k *
    singularity-music 300k *
    marsshooter-data 300k *
    fretsonfire-songs-sectoid 300k *
    asc-music 300k *
    lincity-ng-data 300k *
    torus-trooper-data 300k *' ;;
orchestral) packages='wesnoth-1.16-music 300k *' ;;
rock) packages='fretsonfire-songs-sectoid 300k *song.ogg
    fretsonfire-songs-muldjord 300k *song.ogg
    marsshooter-data 300k *
    asc-music 300k *' ;;
electronic) packages='singularity-music 300k *
    naev-data 300k *music*
    torus-trooper-data 300k *
    rrootage-data 300k *
    parsec47-data 300k *' ;;
voices) packages='tuxpaint-stamps-default 5k *_desc*
    klettres-data 5k *' ;;
others) packages='supertux-data 1000k *
    hyperrogue-music 1000k *
    colobot-common-sounds 1000k *
    endless-sky-data 1000k *
    extremetuxracer-data 1000k *
    freedink-data 1000k *
    xmoto-data 1000k *
    btanks-data 1000k *
    lordsawar-data 1000k *' ;;
*)
    echo "fetch-music.sh: no set '$2'; there are neutral, orchestral, rock, electronic, voices" \
        "and others" >&2
    exit 1
    ;;
esac

mkdir -p "$folder"
folder=$(cd "$folder" && pwd)
printf '%s\n' "$packages" | while read -r package least names; do
    [ ! -d "$folder/$package" ] || continue
    work=$folder/.part
    rm -rf "$work"
    mkdir -p "$work/unpacked" "$work/music"
    (cd "$work" && apt-get -q download "$package")
    dpkg -x "$work"/*.deb "$work/unpacked"
    find "$work/unpacked" -type f -size "+$least" -path "$names" \( -name '*.ogg' \
        -o -name '*.opus' -o -name '*.oga' -o -name '*.mp3' \
        -o -name '*.flac' -o -name '*.wav' \) | while IFS= read -r piece; do
        # Two pieces may have one name in different folders.
        name=$(printf '%s' "${piece#"$work/unpacked/"}" |
            sed 's|.*/\([^/]*/[^/]*\)$|\1|; s|[/ ]|_|g')
        [ ! -e "$work/music/$name" ] || name=$(printf '%s' "${piece#"$work/unpacked/"}" | tr '/ ' __)
        mv "$piece" "$work/music/$name"
    done
    mv "$work/music" "$folder/$package"
    rm -rf "$work"
done
find "$folder/" -type f | wc -l | sed 's/$/ pieces of music/'
