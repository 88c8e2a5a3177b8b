#!/bin/sh
# packages.sh PACKAGE…: installs the Debian packages that are missing, with sudo where the user is not root.
set -eu
missing=
for package in "$@"; do
    status=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
    [ "$status" = installed ] || missing="$missing $package"
done
[ -n "$missing" ] || exit 0
command -v apt-get >/dev/null || { echo "please install what these Debian packages hold:$missing" >&2; exit 1; }
as_root=
[ "$(id -u)" -eq 0 ] || as_root=sudo
echo "installing:$missing"
$as_root apt-get -q update
# shellcheck disable=SC2086
DEBIAN_FRONTEND=noninteractive $as_root apt-get -q install -y --no-install-recommends $missing
