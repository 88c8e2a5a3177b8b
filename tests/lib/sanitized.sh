#!/bin/sh
# sanitized.sh PROGRAM [ARGUMENT…]: runs a test of a build for sanitizers in the folder $BUILD, with
# that build's plugin and trainer. Prints what a sanitizer finds in any process of the test, and
# fails then, however that process ended.
: "${BUILD:?the folder of a build for sanitizers}"
build=$(realpath "$BUILD")
findings=$(mktemp -d) || exit 1
trap 'rm -rf "$findings"' EXIT
export TRAINER="$build/bin/trainer" TRASLUZ_LV2="$build/lv2" LV2_PATH="$build/lv2:/usr/lib/lv2"
export OPENBLAS_NUM_THREADS=1 # libraries without ThreadSanitizer would look like races
export ASAN_OPTIONS="log_path=$findings/address" TSAN_OPTIONS="log_path=$findings/thread"
export LSAN_OPTIONS="suppressions=$PWD/tests/lib/leaks.supp print_suppressions=0"
export UBSAN_OPTIONS="log_path=$findings/undefined print_stacktrace=1"
"$@"
status=$?
if [ -n "$(ls "$findings")" ]; then
    cat "$findings"/* >&2
    status=1
fi
exit "$status"
