#!/bin/sh
# packages.sh PACKAGE…: installs the Debian packages that are missing, with sudo where the user is
# not root. DEPS=no prints their names and installs nothing.
set -eu
missing=
for package in "$@"; do
    status=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
    [ "$status" = installed ] || missing="$missing $package"
done
[ -n "$missing" ] || exit 0
if [ "${DEPS:-}" = no ]; then
    echo "missing packages, not installed because of DEPS=no:$missing" >&2
    exit 0
fi
command -v apt-get >/dev/null || { echo "install what these Debian packages contain:$missing" \
    >&2; exit 1; }
as_root="env DEBIAN_FRONTEND=noninteractive"
[ "$(id -u)" -eq 0 ] || as_root="sudo $as_root"
echo "installing:$missing"
$as_root apt-get -q update
# An installation that was interrupted before is finished first: apt refuses to begin another. If
# that fails because a package is missing, the last line installs it.
[ -z "$(ls -A /var/lib/dpkg/updates)" ] || $as_root dpkg --configure -a || true
# shellcheck disable=SC2086
$as_root apt-get -q install -y --fix-broken --no-install-recommends $missing
