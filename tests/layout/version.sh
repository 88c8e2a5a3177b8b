#!/bin/sh
# version.sh: the plugin, the trainer, the man page and the news have the version of
# shared/version.h.
set -u
: "${TRAINER:?the path of the built trainer}"
cd "$(dirname "$0")/../.." || exit 1
failed=0
check() {
    if [ "$2" = "$3" ]; then echo "ok version.$1"; else
        echo "FAIL version.$1"
        echo "    '$2', not '$3'" >&2
        failed=1
    fi
}
version=$(sed -n 's/^#define TRASLUZ_VERSION *"\(.*\)"/\1/p' shared/version.h)
check the_trainer_prints_it "$("$TRAINER" --version | head -1)" "trainer (Trasluz) $version"
check the_manual_has_it "$(sed -n '/^\.TH/s/.*Trasluz \([0-9.]*\).*/\1/p' "$(dirname \
    "$TRAINER")/../trainer.1")" "$version"
# LV2 leaves out the first number.
check_ttl() {
    number=$(echo "$version" | cut -d. -f "$2")
    check "both_plugins_have_the_$1" \
        "$(sed -n "s/.*lv2:$1Version \([0-9]*\) .*/\1/p" ttl/trasluz.ttl | tr '\n' ' ')" \
            "$number $number "
}
check_ttl minor 2
check_ttl micro 3
check the_archive_has_it "$(make -s -f Makefile -f - print 2>/dev/null <<'M'
print: ; @echo $(VERSION)
M
)" "$version"
check the_news_have_it "$(grep -c "^## $version" .github/NEWS.md)" 1
exit $failed
