#!/bin/sh
# aarch64.sh MAKE BUILD TESTS PACKAGE…: builds the plugin for aarch64 with Debian's cross compiler
# in the folder BUILD, and the tests (names with spaces between them), and runs these under qemu.
# The packages, of that architecture, are unpacked in BUILD/root with all that they need: neither
# root rights nor a second architecture on this machine are asked for.
set -eu
make=$1 build=$2 tests=$3
shift 3
mkdir -p "$build"
build=$(cd "$build" && pwd)
root=$build/root
libraries=/usr/lib/aarch64-linux-gnu

# apt with a world of its own, in which nothing is installed yet.
apt() {
    apt-get -qq -o APT::Architecture=arm64 -o APT::Architectures=arm64 -o Acquire::Languages=none \
        -o Debug::NoLocking=true \
        -o Dir::State="$build/apt" -o Dir::State::status="$build/apt/status" \
            -o Dir::Cache="$build/apt" "$@"
}

if [ ! -d "$root" ]; then
    mkdir -p "$build/apt/lists/partial" "$build/apt/archives/partial"
    : >"$build/apt/status"
    apt update || true # not every source on this machine has this architecture
    apt install -y --no-install-recommends --download-only "$@"
    for package in "$build"/apt/archives/*.deb; do dpkg -x "$package" "$root.part"; done
    mv "$root.part" "$root"
fi

export PKG_CONFIG_SYSROOT_DIR="$root"
export PKG_CONFIG_LIBDIR="$root$libraries/pkgconfig:$root$libraries/openblas-pthread/pkgconfig"
link="-Wl,-rpath-link,$root$libraries:$root/lib/aarch64-linux-gnu"
programs=$(for test in $tests; do echo "$build/$test"; done)
# shellcheck disable=SC2086
$make --no-print-directory -j"$(nproc)" BUILD="$build" CC="${CROSS_CC:-aarch64-linux-gnu-gcc}" \
    LDFLAGS="$link" \
    PACKAGES_trainer="openblas jansson nettle kissfft-float" \
        PACKAGES_tests="lv2 openblas jansson nettle kissfft-float" \
        "$build/lv2/trasluz.lv2/trasluz.so" $programs

qemu="qemu-aarch64 -L $root -E LD_LIBRARY_PATH=$libraries/openblas-pthread"
export OPENBLAS_NUM_THREADS=1
# Minutes each here, and nothing in them depends on the processor.
export CHECK_WITHOUT="test_no_drift test_a_bounce_from_the_middle_is_the_same test_every_position_can_be_jumped_to test_delay_is_what_the_network_needs"
set --
for program in $programs; do set -- "$@" "$qemu $program"; done
exec tests/lib/run.sh "$@"
