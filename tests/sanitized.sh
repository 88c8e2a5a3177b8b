#!/bin/sh
# sanitized.sh PROGRAM: runs a test program of a build for sanitizers in the folder $BUILD, with that build's plugin and trainer. A
# finding makes the program end with a status of its own.
: "${BUILD:?the folder of a build for sanitizers}"
build=$(realpath "$BUILD")
export TRAINER="$build/bin/trainer" TRASLUZ_LV2="$build/lv2" LV2_PATH="$build/lv2:/usr/lib/lv2"
export OPENBLAS_NUM_THREADS=1 # what is not built for ThreadSanitizer would look like races
export LSAN_OPTIONS="suppressions=$PWD/tests/leaks.supp print_suppressions=0"
export UBSAN_OPTIONS=print_stacktrace=1
exec "$@"
