#!/bin/sh
# threads.sh: the plugin and a host that does everything at once, both built with ThreadSanitizer below the folder $BUILD. A race
# makes the program end with its status.
set -u
lv2=$(realpath "$BUILD/lv2")
TRASLUZ_LV2=$lv2 LV2_PATH=$lv2:/usr/lib/lv2 exec "$BUILD/tests/host_threads"
