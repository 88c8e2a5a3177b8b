# Trasluz: an LV2 plugin and its trainer. `make help` lists the targets; README.md explains them.

PREFIX ?= /usr/local
LV2DIR ?= $(PREFIX)/lib/lv2
# `make MPI=1` builds a trainer for several machines, in a folder of its own.
BUILD ?= $(if $(filter 1,$(MPI)),build/mpi,build)
CC ?= cc
PKG_CONFIG ?= pkg-config
CFLAGS ?= -O3 -g

# CPPFLAGS, CFLAGS, LDFLAGS and LDLIBS belong to the user. Our folders come before theirs; flags
# that the code needs come after theirs.
OUR_CPPFLAGS = -D_POSIX_C_SOURCE=200809L -MMD -MP
override CFLAGS += -std=c11 -fPIC -fvisibility=hidden -fno-math-errno -fno-trapping-math -pthread
# Warnings are errors only in tests and lint: other compilers have other warnings.
check check-% lint: export WERROR = -Werror
WARNINGS = -Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes $(WERROR)

# `make V=1` shows whole commands.
SHOW = @$(if $(filter 1,$(V)),true,echo)
Q = $(if $(filter 1,$(V)),,@)

# ---- What each room includes and links ----

INCLUDES_shared = -Ishared
INCLUDES_plugin = -Ishared -Iplugin
INCLUDES_ui = $(INCLUDES_plugin) -Iplugin/ui
INCLUDES_ui_tests = $(INCLUDES_ui) -Itests
INCLUDES_trainer = -Ishared -Itrainer
INCLUDES_tests = -Ishared -Itrainer -Iplugin -Itests

PACKAGES_shared = jansson nettle kissfft-float
PACKAGES_plugin = lv2 $(PACKAGES_shared)
PACKAGES_ui = cairo-xlib x11 $(PACKAGES_plugin)
PACKAGES_ui_tests = cairo-xlib x11 xtst lilv-0 sndfile $(PACKAGES_plugin)
PACKAGES_trainer = lapacke openblas sndfile flac libmpg123 samplerate libpng lilv-0 \
	$(PACKAGES_shared) $(if $(filter 1,$(MPI)),ompi-c)
PACKAGES_hosts = lilv-0 sndfile $(PACKAGES_shared)
PACKAGES_tests = lv2 lilv-0 $(PACKAGES_trainer)

# pkg-config is asked once for each room, when it is first needed.
define ask_packages
cflags_$(1) = $$(eval \
	cflags_$(1) := $$(shell $$(PKG_CONFIG) --cflags $$(PACKAGES_$(1))))$$(cflags_$(1))
libs_$(1) = $$(eval libs_$(1) := $$(shell $$(PKG_CONFIG) --libs $$(PACKAGES_$(1))))$$(libs_$(1))
endef
$(foreach room,shared plugin ui ui_tests trainer hosts tests,$(eval $(call ask_packages,$(room))))

window_room = $(if $(filter plugin/ui/%,$<),ui)$(if $(filter tests/ui/%,$<),ui_tests)
room = $(or $(window_room),$(firstword $(subst /, ,$<)))
objects = $(patsubst %.c,$(BUILD)/%.o,$(sort $(wildcard $(1))))

SHARED_OBJECTS = $(call objects,shared/*/*.c)
PLUGIN_OBJECTS = $(call objects,$(filter-out plugin/ui/%,$(wildcard plugin/*.c plugin/*/*.c)))
UI_OBJECTS = $(call objects,plugin/ui/*.c) $(BUILD)/plugin/ui/control_table.o \
	$(BUILD)/plugin/host/atoms.o
OTHER_RANKS = $(BUILD)/trainer/base/ranks_$(if $(filter 1,$(MPI)),one,mpi).o
TRAINER_OBJECTS = $(filter-out $(OTHER_RANKS),$(call objects,trainer/*.c trainer/*/*.c)) \
	$(BUILD)/trainer/output/page_css.o

BUNDLE = $(BUILD)/lv2/trasluz.lv2
BUNDLE_DATA = $(BUNDLE)/LICENSE $(patsubst %,$(BUNDLE)/%.ttl,manifest presets trasluz) \
	$(patsubst presets/%,$(BUNDLE)/%,$(wildcard presets/models/* presets/references/*))

# ---- Building ----

all: plugin trainer
# `make UI=no` builds the plugin without its window, which needs X11 and cairo.
UI ?= yes
BUNDLE_BINARIES = $(BUNDLE)/trasluz.so $(if $(filter-out no,$(UI)),$(BUNDLE)/trasluz_ui.so)
plugin: $(BUNDLE_BINARIES) $(BUNDLE_DATA)
trainer: $(BUILD)/bin/trainer $(BUILD)/trainer.1

# Vector kernels are compiled for their instruction set; they are empty on other machines.
MACHINE := $(firstword $(subst -, ,$(shell $(CC) -dumpmachine)))
$(BUILD)/shared/math/kernels_%.o $(BUILD)/trainer/products/gemm_%.o: \
	override CFLAGS += -ffp-contract=off
ifeq ($(MACHINE),x86_64)
$(BUILD)/shared/math/kernels_avx2.o $(BUILD)/trainer/products/gemm_avx2.o: \
	override CFLAGS += -mavx2 -mfma
$(BUILD)/shared/math/kernels_avx512.o $(BUILD)/trainer/products/gemm_avx512.o: \
	override CFLAGS += -mavx512f -mprefer-vector-width=512
endif

# The one rule that compiles.
$(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	$(SHOW) CC $@
	$(Q)$(CC) $(OUR_CPPFLAGS) $(INCLUDES_$(room)) $(CPPFLAGS) $(cflags_$(room)) $(WARNINGS) \
		$(CFLAGS) -c -o $@ $<

# A style sheet becomes a text in C: page.css is `const char page_css[]`.
$(BUILD)/%_css.o: %.css
	@mkdir -p $(@D)
	$(SHOW) CC $@
	$(Q){ echo 'const char $(notdir $*)_css[] ='; \
		sed 's/[\\"]/\\&/g; s/.*/"&\\n"/' $<; echo ';'; } | \
		$(CC) $(CFLAGS) -x c -c -o $@ -

# The one command that links: a rule names its objects, and the room whose packages it needs.
define link
	@mkdir -p $(@D)
	$(SHOW) LINK $@
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) $(2) -o $@ $(filter %.o,$^) $(libs_$(1)) $(LDLIBS) -lm
endef

$(BUNDLE)/trasluz.so: $(PLUGIN_OBJECTS) $(SHARED_OBJECTS)
	$(call link,shared,-shared -Wl$(,)--no-undefined)

$(BUNDLE)/trasluz_ui.so: $(UI_OBJECTS) $(SHARED_OBJECTS)
	$(call link,ui,-shared -Wl$(,)--no-undefined)

# What the window knows of the controls.
$(BUILD)/plugin/ui/control_table.o: ttl/controls.awk ttl/trasluz.ttl plugin/ui/control_table.h
	@mkdir -p $(@D)
	$(SHOW) CC $@
	$(Q)awk -f $(filter-out %.h,$^) | $(CC) -Iplugin/ui $(CFLAGS) -x c -c -o $@ -

$(BUILD)/bin/trainer: $(TRAINER_OBJECTS) $(SHARED_OBJECTS)
	$(call link,trainer)

, = ,

# The man page is made from the trainer's help. A trainer for another machine cannot run: it gets
# no man page.
$(BUILD)/trainer.1: trainer/manual.sh $(BUILD)/bin/trainer
	$(SHOW) MANUAL $@
	$(Q)if $(BUILD)/bin/trainer --version >/dev/null 2>&1; \
		then $^ >$@.new && mv $@.new $@; else : >$@; fi

PRESETS = awk -f ttl/presets.awk
PRESET_SOURCES = ttl/trasluz.ttl presets/presets.txt
$(BUNDLE)/presets.ttl: ttl/presets.awk $(PRESET_SOURCES)
	@mkdir -p $(@D)
	$(Q)$(PRESETS) $(PRESET_SOURCES) >$@.new && mv $@.new $@
$(BUNDLE)/manifest.ttl: ttl/manifest.ttl ttl/window.ttl ttl/presets.awk $(PRESET_SOURCES)
	@mkdir -p $(@D)
	$(Q){ cat $< $(if $(filter-out no,$(UI)),ttl/window.ttl) && \
		$(PRESETS) -v list=1 $(PRESET_SOURCES); } >$@.new && mv $@.new $@
$(BUNDLE)/%: ttl/%
	@mkdir -p $(@D)
	$(Q)cp $< $@
$(BUNDLE)/%: presets/%
	@mkdir -p $(@D)
	$(Q)cp $< $@
$(BUNDLE)/LICENSE: LICENSE
	@mkdir -p $(@D)
	$(Q)cp $< $@

# ---- Installing: DESTDIR and the folders may be relative to this one ----

install: install-plugin install-trainer

install-plugin: plugin
	for file in $(BUNDLE_DATA:$(BUNDLE)/%=%); do install -D -m 644 "$(BUNDLE)/$$file" \
		"$(DESTDIR)$(LV2DIR)/trasluz.lv2/$$file" || exit 1; done
	install -d "$(DESTDIR)$(LV2DIR)/trasluz.lv2"
	install -m 755 $(BUNDLE_BINARIES) "$(DESTDIR)$(LV2DIR)/trasluz.lv2"

install-trainer: trainer
	install -D -m 755 $(BUILD)/bin/trainer "$(DESTDIR)$(PREFIX)/bin/trainer"
	[ ! -s $(BUILD)/trainer.1 ] || install -D -m 644 $(BUILD)/trainer.1 \
		"$(DESTDIR)$(PREFIX)/share/man/man1/trainer.1"
	install -D -m 644 LICENSE "$(DESTDIR)$(PREFIX)/share/doc/trasluz/LICENSE"

uninstall:
	rm -f "$(DESTDIR)$(PREFIX)/bin/trainer" "$(DESTDIR)$(PREFIX)/share/man/man1/trainer.1"
	rm -rf "$(DESTDIR)$(LV2DIR)/trasluz.lv2" "$(DESTDIR)$(PREFIX)/share/doc/trasluz"

# ---- Packages ----

BUILD_DEPENDS = gcc make pkg-config libc6-dev lv2-dev libjansson-dev nettle-dev libopenblas-dev \
	liblapacke-dev libsndfile1-dev libflac-dev libmpg123-dev libsamplerate0-dev libkissfft-dev \
	libpng-dev liblilv-dev $(if $(filter-out no,$(UI)),libcairo2-dev libx11-dev)
# `make deps` installs what building needs. `DEPS=no` installs nothing and prints what is missing.
install_packages = @DEPS=$(DEPS) tests/lib/packages.sh
deps:
	$(install_packages) $(BUILD_DEPENDS)

# The source archive of the last commit: the same bytes each time.
VERSION = $(shell sed -n 's/^\#define TRASLUZ_VERSION *"\(.*\)"/\1/p' shared/version.h)
dist:
	@git rev-parse --show-prefix 2>/dev/null | grep -qx '' || \
		{ echo "dist: run this at the top of a clone of the repository" >&2; exit 1; }
	@mkdir -p $(BUILD)
	git archive --format=tar --prefix=trasluz-$(VERSION)/ HEAD | \
		gzip -9 -n >$(BUILD)/trasluz-$(VERSION).tar.gz

# Makes a shipped model again, from its music on, and compares.
weights: trainer
	@TRAINER="$(abspath $(BUILD))/bin/trainer" presets/weights.sh "$(MODEL)" \
		"$(abspath $(BUILD))/weights"

# `make compile_commands.json`: for clangd and clang-tidy.
compile_commands.json:
	$(install_packages) $(BUILD_DEPENDS) bear liblilv-dev
	bear -- $(MAKE) --no-print-directory BUILD=$(BUILD)/commands all test-programs

clean:
	rm -rf $(BUILD)

help:
	@sed -n 's/^## //p' $(MAKEFILE_LIST)

## make                     builds the plugin and the trainer into build/
## make plugin, trainer     builds one of them, with the packages of that one; UI=no: no window
## make install             PREFIX=/usr/local LV2DIR=PREFIX/lib/lv2 DESTDIR=; also install-plugin,
##                          install-trainer, uninstall
## make deps                installs the Debian packages that building needs
## make dist                writes the source archive of the last commit
## make weights MODEL=name   fetches the music of a shipped model, trains it again, and compares
## make compile_commands.json   for clangd and clang-tidy
## make clean               removes build/

.PHONY: all plugin trainer install install-plugin install-trainer uninstall deps dist weights \
	clean help
include tests/tests.mk
-include $(shell find $(BUILD) -type f -name '*.d' 2>/dev/null)
