#!/bin/sh
# locale.sh TEST: the test of weights and latents where the user's numbers have a comma.
set -u
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
localedef -i es_ES -f UTF-8 "$folder/es_ES.UTF-8" || exit 1
LOCPATH=$folder COMMA_LOCALE=es_ES.UTF-8 "$1" >"$folder/out"
status=$?
sed 's/^\(ok\|FAIL\) /&comma_/' "$folder/out"
exit "$status"
