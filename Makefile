# Trasluz: an LV2 plugin and its trainer. `make demo` shows it, `make check` tests it; see README.md.

PREFIX ?= /usr/local
LV2DIR ?= $(PREFIX)/lib/lv2
# `make MPI=1`: a trainer for several machines, in a folder of its own.
ifeq ($(MPI),1)
BUILD ?= build/mpi
else
BUILD ?= build
endif
CC ?= cc
PKG_CONFIG ?= pkg-config
CFLAGS ?= -O3 -g

# CPPFLAGS, CFLAGS, LDFLAGS and LDLIBS are whoever builds' own: our folders come before theirs, and what the code relies on after.
OUR_CPPFLAGS = -D_POSIX_C_SOURCE=200809L -Ishared -MMD -MP
override CFLAGS += -std=c11 -fPIC -fvisibility=hidden -fno-math-errno -fno-trapping-math -pthread
# Errors in what we run ourselves alone: other compilers warn of other things.
check check-% lint: export WERROR = -Werror
WARNINGS = -Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes $(WERROR)

# `make V=1` shows whole commands.
ifeq ($(V),1)
SHOW = @true
Q =
else
SHOW = @echo
Q = @
endif

# What each room may use.
SHARED_PACKAGES = jansson libmd
PLUGIN_PACKAGES = lv2
TRAINER_PACKAGES = lapacke openblas sndfile samplerate kissfft-float libpng
TEST_PACKAGES = lilv-0 sndfile

packages_cflags = $(shell $(PKG_CONFIG) --cflags $(1))
packages_libs = $(shell $(PKG_CONFIG) --libs $(1)) $(LDLIBS)

SHARED_OBJECTS = $(patsubst %.c,$(BUILD)/%.o,$(sort $(wildcard shared/*.c)))
PLUGIN_OBJECTS = $(patsubst %.c,$(BUILD)/%.o,$(sort $(wildcard plugin/*.c)))
ifeq ($(MPI),1)
TRAINER_PACKAGES += ompi-c
OTHER_RANKS = trainer/ranks_one.c
else
OTHER_RANKS = trainer/ranks_mpi.c
endif
TRAINER_OBJECTS = $(patsubst %.c,$(BUILD)/%.o,$(filter-out $(OTHER_RANKS),$(sort $(wildcard trainer/*.c))))
# The trainer without its main(), for the tests.
TRAINER_PARTS = $(filter-out $(BUILD)/trainer/main.o,$(TRAINER_OBJECTS))

# tests/test_*.c know shared/ and trainer/; tests/host_*.c load the built plugin through lilv.
TESTS = $(patsubst tests/%.c,$(BUILD)/tests/%,$(sort $(wildcard tests/test_*.c)))
# Those of what makes the sound, which need no more of the trainer than the network.
ENGINE_TESTS = $(patsubst %,$(BUILD)/tests/test_%,arch auto_gain codec engine engine_position kernels latent_ops model_registry random \
	resample weights)
NETWORK_PARTS = $(patsubst %,$(BUILD)/trainer/%.o,initialize network start)
HOSTS = $(patsubst tests/%.c,$(BUILD)/tests/%,$(sort $(wildcard tests/host_*.c)))
# What PyTorch is compared with.
DUMPS = $(BUILD)/tests/dump_network $(BUILD)/tests/dump_m5
HOST_PARTS = $(patsubst %.c,$(BUILD)/%.o,$(sort $(wildcard tests/lv2host*.c)))

# tests/fuzz/fuzz_*.c are fuzz targets, but for what they share.
FUZZ_SHARED = tests/fuzz/fuzz_parts.c tests/fuzz/fuzz_host.c
FUZZ_MUTATE = tests/fuzz/fuzz_mutate.c
FUZZERS = $(patsubst tests/%.c,$(BUILD)/tests/%,$(filter-out $(FUZZ_SHARED) $(FUZZ_MUTATE),$(sort $(wildcard tests/fuzz/fuzz_*.c))))
FUZZ_PARTS = $(patsubst %.c,$(BUILD)/%.o,$(FUZZ_SHARED)) $(PLUGIN_OBJECTS) $(SHARED_OBJECTS) $(patsubst %,$(BUILD)/trainer/%.o,initialize start)

BUNDLE = $(BUILD)/lv2/trasluz.lv2
BUNDLE_DATA = $(BUNDLE)/LICENSE $(patsubst ttl/%,$(BUNDLE)/%,$(wildcard ttl/*.ttl)) \
	$(patsubst presets/%,$(BUNDLE)/%,$(wildcard presets/*.ttl presets/models/* presets/references/*))

# The vector kernels, each for its instruction set; they are empty on other machines.
MACHINE := $(firstword $(subst -, ,$(shell $(CC) -dumpmachine)))
$(BUILD)/shared/kernels_%.o: override CFLAGS += -ffp-contract=off
ifeq ($(MACHINE),x86_64)
$(BUILD)/shared/kernels_avx2.o: override CFLAGS += -mavx2 -mfma
$(BUILD)/shared/kernels_avx512.o: override CFLAGS += -mavx512f -mprefer-vector-width=512
else ifeq ($(MACHINE),aarch64) # GCC 12 fails where it makes vectors of fmax() of doubles in a loop
$(BUILD)/tests/%.o: override CFLAGS += -fno-tree-vectorize
endif

# Neither program asks for the other's packages.
all: plugin trainer
plugin: $(BUNDLE)/trasluz.so $(BUNDLE_DATA)
trainer: $(BUILD)/bin/trainer $(BUILD)/trainer.1

$(BUILD)/shared/%.o: shared/%.c
	@mkdir -p $(@D)
	$(SHOW) CC $@
	$(Q)$(CC) $(OUR_CPPFLAGS) $(CPPFLAGS) $(call packages_cflags,$(SHARED_PACKAGES)) $(WARNINGS) $(CFLAGS) -c -o $@ $<

$(BUILD)/plugin/%.o: plugin/%.c
	@mkdir -p $(@D)
	$(SHOW) CC $@
	$(Q)$(CC) $(OUR_CPPFLAGS) $(CPPFLAGS) $(call packages_cflags,$(PLUGIN_PACKAGES) $(SHARED_PACKAGES)) $(WARNINGS) $(CFLAGS) -c -o $@ $<

$(BUILD)/trainer/%.o: trainer/%.c
	@mkdir -p $(@D)
	$(SHOW) CC $@
	$(Q)$(CC) $(OUR_CPPFLAGS) $(CPPFLAGS) $(call packages_cflags,$(TRAINER_PACKAGES) $(SHARED_PACKAGES)) $(WARNINGS) $(CFLAGS) -c -o $@ $<

$(BUILD)/tests/%.o: tests/%.c
	@mkdir -p $(@D)
	$(SHOW) CC $@
	$(Q)$(CC) $(OUR_CPPFLAGS) -Itrainer -Iplugin $(CPPFLAGS) $(call packages_cflags,$(PLUGIN_PACKAGES) $(TRAINER_PACKAGES) $(SHARED_PACKAGES) $(TEST_PACKAGES)) $(WARNINGS) $(CFLAGS) -c -o $@ $<

$(BUNDLE)/trasluz.so: $(PLUGIN_OBJECTS) $(SHARED_OBJECTS)
	@mkdir -p $(@D)
	$(SHOW) LINK $@
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -shared -Wl,--no-undefined -o $@ $^ $(call packages_libs,$(SHARED_PACKAGES)) -lm

$(BUNDLE)/LICENSE: LICENSE
	@mkdir -p $(@D)
	$(Q)cp $< $@

$(BUNDLE)/%: ttl/%
	@mkdir -p $(@D)
	$(Q)cp $< $@

$(BUNDLE)/%: presets/%
	@mkdir -p $(@D)
	$(Q)cp $< $@

$(BUILD)/bin/trainer: $(TRAINER_OBJECTS) $(SHARED_OBJECTS)
	@mkdir -p $(@D)
	$(SHOW) LINK $@
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(call packages_libs,$(TRAINER_PACKAGES) $(SHARED_PACKAGES)) -lm

$(filter-out $(ENGINE_TESTS),$(TESTS)): $(TRAINER_PARTS)
# The man page is written from what the trainer says; one built for another machine says nothing, and has none.
$(BUILD)/trainer.1: trainer/manual.sh $(BUILD)/bin/trainer
	$(SHOW) MANUAL $@
	$(Q)if $(BUILD)/bin/trainer --version >/dev/null 2>&1; then $^ >$@.new && mv $@.new $@; else : >$@; fi

$(TESTS): $(BUILD)/tests/test_%: $(BUILD)/tests/test_%.o $(NETWORK_PARTS) $(SHARED_OBJECTS)
	$(SHOW) LINK $@
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(call packages_libs,$(TRAINER_PACKAGES) $(SHARED_PACKAGES)) -lm

$(HOSTS): $(BUILD)/tests/host_%: $(BUILD)/tests/host_%.o $(HOST_PARTS) $(SHARED_OBJECTS)
	$(SHOW) LINK $@
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(call packages_libs,$(TEST_PACKAGES) $(SHARED_PACKAGES)) -lm

$(BUILD)/tests/host_instances $(BUILD)/tests/host_latency: $(BUILD)/tests/bare_plugin.o

# Its functions must come before the C library's for the plugin too. ThreadSanitizer has functions of its own.
GUARDED = $(BUILD)/tests/host_guard $(BUILD)/tests/host_realtime
$(GUARDED): $(BUILD)/tests/realtime_guard.o $(BUILD)/tests/guarded_thread.o
$(GUARDED): override LDFLAGS += -rdynamic

$(BUILD)/tests/demo $(BUILD)/tests/torture: %: %.o $(HOST_PARTS) $(SHARED_OBJECTS)
	$(SHOW) LINK $@
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(call packages_libs,$(TEST_PACKAGES) $(SHARED_PACKAGES)) -lm

# Each target has all of the plugin and of what both programs know.
$(FUZZERS): $(BUILD)/tests/fuzz/fuzz_%: $(BUILD)/tests/fuzz/fuzz_%.o $(FUZZ_MUTATE:%.c=$(BUILD)/%.o) $(FUZZ_PARTS)
	$(SHOW) LINK $@
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -fsanitize=fuzzer -o $@ $^ $(call packages_libs,$(SHARED_PACKAGES)) -lm

# What is read by the trainer alone.
fuzz_needs = $(BUILD)/tests/fuzz/fuzz_$(1): $(patsubst %,$(BUILD)/trainer/%.o,$(2))
$(call fuzz_needs,checkpoint,checkpoint adam parse ranks_one schedule)
$(call fuzz_needs,classifier,m5_weights)
$(call fuzz_needs,latents,latent_set record split)
$(call fuzz_needs,report,csv folder gnuplot page plot progress report_curves report_folder)
$(call fuzz_needs,sweep,sweep_file training_settings schedule loss parse)

$(BUILD)/tests/fuzz/make_corpus: $(BUILD)/tests/fuzz/make_corpus.o $(FUZZ_PARTS) \
		$(patsubst %,$(BUILD)/trainer/%.o,checkpoint latent_set m5_weights parse ranks_one record split)
	$(SHOW) LINK $@
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(call packages_libs,$(SHARED_PACKAGES)) -lm

$(DUMPS): $(BUILD)/tests/dump_%: $(BUILD)/tests/dump_%.o $(TRAINER_PARTS) $(SHARED_OBJECTS)
	$(SHOW) LINK $@
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(call packages_libs,$(TRAINER_PACKAGES) $(SHARED_PACKAGES)) -lm

# What `make bench` runs.
BENCHES = $(patsubst %,$(BUILD)/bench/%,plugin stages training)
$(BENCHES): $(BUILD)/bench/%: $(BUILD)/tests/bench/%.o $(NETWORK_PARTS) $(patsubst %,$(BUILD)/trainer/%.o,adam pool) \
		$(BUILD)/tests/bare_plugin.o $(SHARED_OBJECTS)
	@mkdir -p $(@D)
	$(SHOW) LINK $@
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(call packages_libs,$(TRAINER_PACKAGES) $(SHARED_PACKAGES)) -lm

# ---- Installing ----

# DESTDIR and the others may be relative to this folder.
install: install-plugin install-trainer

install-plugin: plugin
	for file in $(BUNDLE_DATA:$(BUNDLE)/%=%); do \
		install -D -m 644 "$(BUNDLE)/$$file" "$(DESTDIR)$(LV2DIR)/trasluz.lv2/$$file" || exit 1; done
	install -D -m 755 $(BUNDLE)/trasluz.so "$(DESTDIR)$(LV2DIR)/trasluz.lv2/trasluz.so"

install-trainer: trainer
	install -D -m 755 $(BUILD)/bin/trainer "$(DESTDIR)$(PREFIX)/bin/trainer"
	[ ! -s $(BUILD)/trainer.1 ] || install -D -m 644 $(BUILD)/trainer.1 "$(DESTDIR)$(PREFIX)/share/man/man1/trainer.1"
	install -D -m 644 LICENSE "$(DESTDIR)$(PREFIX)/share/doc/trasluz/LICENSE"

uninstall:
	rm -f "$(DESTDIR)$(PREFIX)/bin/trainer" "$(DESTDIR)$(PREFIX)/share/man/man1/trainer.1"
	rm -rf "$(DESTDIR)$(LV2DIR)/trasluz.lv2" "$(DESTDIR)$(PREFIX)/share/doc/trasluz"

# ---- The two commands of README.md ----

LIBRARY_DEPENDS = lv2-dev libsamplerate0-dev libjansson-dev libmd-dev libopenblas-dev liblapacke-dev libsndfile1-dev \
	libkissfft-dev libpng-dev
BUILD_DEPENDS = gcc make pkg-config libc6-dev $(LIBRARY_DEPENDS)
DEMO_DEPENDS = $(BUILD_DEPENDS) liblilv-dev sox libsox-fmt-all imagemagick
CHECK_DEPENDS = $(BUILD_DEPENDS) chromium gnuplot-nox groff mandoc liblilv-dev lilv-utils sordi binutils sox libsox-fmt-base python3 \
	locales python3-protobuf python3-torch python3-numpy openmpi-bin libopenmpi-dev

demo:
	@tests/packages.sh $(DEMO_DEPENDS)
	@$(MAKE) --no-print-directory -j$$(nproc) all $(BUILD)/tests/demo
	@tests/demo.sh "$(abspath $(BUILD))" "$(abspath $(BUILD))/demo"

TEST_ENVIRONMENT = TRAINER="$(abspath $(BUILD))/bin/trainer" TRASLUZ_LV2="$(abspath $(BUILD))/lv2" \
	LV2_PATH="$(abspath $(BUILD))/lv2:/usr/lib/lv2" OPENBLAS_NUM_THREADS=1

check:
	@tests/packages.sh $(CHECK_DEPENDS)
	@$(MAKE) --no-print-directory -j$$(nproc) all test-programs
	@$(MAKE) --no-print-directory -j$$(nproc) MPI=1 BUILD=$(BUILD)/mpi $(BUILD)/mpi/bin/trainer
	@$(MAKE) --no-print-directory -j$$(nproc) $(THREADS_MAKE) all $(BUILD)/threads/tests/host_threads
	@$(TEST_ENVIRONMENT) tests/run.sh $(TESTS) $(HOSTS) tests/commands.sh tests/study.sh tests/models.sh tests/music.sh tests/report.sh tests/runs.sh tests/manual.sh tests/kill.sh tests/fingerprint.sh "tests/locale.sh $(BUILD)/tests/test_weights" \
		"tests/ranks.sh $(BUILD)/mpi/bin/trainer" "tests/ttl.sh $(BUNDLE)" tests/install.sh \
		"BUILD=$(BUILD)/threads tests/sanitized.sh $(BUILD)/threads/tests/host_threads" \
		"/usr/bin/python3 tests/pytorch.py $(BUILD)/tests/dump_network README.md" \
		"/usr/bin/python3 tests/pytorch_m5.py $(BUILD)/tests/dump_m5" $(REAL_HOSTS)

# The plugin and its host under ThreadSanitizer.
THREADS_MAKE = BUILD=$(BUILD)/threads CFLAGS="-O1 -g -fsanitize=thread"

# Coverage-guided fuzzing of all that reads foreign data, by clang's libFuzzer: `make fuzz` for FUZZ_SECONDS a target,
# `make check-fuzz` for a fixed number of cases.
FUZZ_SECONDS ?= 600
FUZZ_DEPENDS = $(BUILD_DEPENDS) clang libclang-rt-14-dev
FUZZ_MAKE = BUILD=$(BUILD)/fuzz CC=clang LDFLAGS=-fsanitize=fuzzer-no-link,address,undefined \
	CFLAGS="-O1 -g -fsanitize=fuzzer-no-link,address,undefined,float-cast-overflow -fno-sanitize-recover=all"

.PHONY: fuzz-programs fuzz check-fuzz
fuzz-programs: $(FUZZERS) $(BUILD)/tests/fuzz/make_corpus

fuzz:
	@tests/packages.sh $(FUZZ_DEPENDS)
	@$(MAKE) --no-print-directory -j$$(nproc) $(FUZZ_MAKE) fuzz-programs
	@tests/fuzz/fuzz.sh $(BUILD)/fuzz/tests/fuzz -max_total_time=$(FUZZ_SECONDS)

check-fuzz:
	@tests/packages.sh $(FUZZ_DEPENDS)
	@$(MAKE) --no-print-directory -j$$(nproc) $(FUZZ_MAKE) fuzz-programs
	@JOBS=$$(nproc) tests/run.sh "tests/fuzz/fuzz.sh $(BUILD)/fuzz/tests/fuzz -runs=60000 arch weights latent sweep" \
		"tests/fuzz/fuzz.sh $(BUILD)/fuzz/tests/fuzz -runs=10000 checkpoint latents classifier report" \
		"tests/fuzz/fuzz.sh $(BUILD)/fuzz/tests/fuzz -runs=4000 messages state"

# An hour of audio through several instances, as fast as it goes; half a minute of it for CI.
.PHONY: torture check-torture
TORTURE_SECONDS ?= 3600
torture: all $(BUILD)/tests/torture
	@$(TEST_ENVIRONMENT) $(BUILD)/tests/torture $(TORTURE_SECONDS)

check-torture: all $(BUILD)/tests/torture
	@$(TEST_ENVIRONMENT) tests/run.sh "$(BUILD)/tests/torture 30"

# The suite with everything built for AddressSanitizer, LeakSanitizer and UndefinedBehaviorSanitizer, and what has threads of
# the trainer for ThreadSanitizer. Not here: what is guarded, which has memory functions of its own, as the sanitizers do. Built
# with sanitizers gcc guesses wrongly at the lengths of texts, so the warnings are left to the other builds. Beside libasan,
# libubsan writes to the log that sanitized.sh reads only where it is linked statically.
.PHONY: check-sanitizers
ASAN = $(BUILD)/asan
ASAN_MAKE = BUILD=$(ASAN) WARNINGS= LDFLAGS=-static-libubsan CFLAGS="-O1 -g -fno-omit-frame-pointer -fno-sanitize-recover=all \
	-fsanitize=address,undefined,float-cast-overflow"
ASAN_TESTS = $(patsubst $(BUILD)/%,$(ASAN)/%,$(filter-out $(GUARDED),$(TESTS) $(HOSTS)))
ASAN_SCRIPTS = $(patsubst %,tests/%.sh,commands study models music report runs)
TSAN_TESTS = $(BUILD)/threads/tests/test_dataset $(BUILD)/threads/tests/test_training
check-sanitizers:
	@tests/packages.sh $(CHECK_DEPENDS)
	@$(MAKE) --no-print-directory -j$$(nproc) $(ASAN_MAKE) all $(ASAN_TESTS) $(ASAN)/tests/torture
	@$(MAKE) --no-print-directory -j$$(nproc) $(THREADS_MAKE) WARNINGS= $(TSAN_TESTS)
	@JOBS=$$(nproc) tests/run.sh $(patsubst %,"BUILD=$(ASAN) tests/sanitized.sh %",$(ASAN_TESTS) $(ASAN_SCRIPTS)) \
		"BUILD=$(ASAN) tests/sanitized.sh $(ASAN)/tests/torture 6" "BUILD=$(ASAN) tests/sanitized.sh tests/kill.sh 10" \
		$(patsubst %,"BUILD=$(BUILD)/threads tests/sanitized.sh %",$(TSAN_TESTS))

# valgrind 3.19 knows no AVX-512.
.PHONY: check-valgrind
check-valgrind: all $(BUILD)/tests/host_instances $(BUILD)/tests/host_recordings
	@tests/packages.sh $(CHECK_DEPENDS) valgrind
	@$(TEST_ENVIRONMENT) TRASLUZ_KERNELS=avx2 tests/run.sh \
		$(patsubst %,"valgrind -q --error-exitcode=9 --leak-check=full --errors-for-leak-kinds=definite %",$(BUILD)/tests/host_instances \
		$(BUILD)/tests/host_recordings)

# The source as packagers get it, of the last commit: the same bytes each time.
.PHONY: dist check-packagers check-packagers-all
VERSION = $(shell sed -n 's/^\#define TRAINER_VERSION *"\(.*\)"/\1/p' trainer/version.h)
dist:
	@git rev-parse --show-prefix 2>/dev/null | grep -qx '' || { echo "dist: only a clone of the repository makes the archive" >&2; exit 1; }
	@mkdir -p $(BUILD)
	git archive --format=tar --prefix=trasluz-$(VERSION)/ HEAD | gzip -9 -n >$(BUILD)/trasluz-$(VERSION).tar.gz

# What `make` and `make lint` do not build as it is: nothing optimised, and all of it at once.
PACKAGERS_DEPENDS = $(BUILD_DEPENDS) clang lld lilv-utils binutils util-linux git
check-packagers:
	@tests/packages.sh $(PACKAGERS_DEPENDS)
	@tests/run.sh "tests/packagers.sh gcc:-O0 'gcc:-O2 -flto=auto::-Wdate-time -D_FORTIFY_SOURCE=2'"

check-packagers-all:
	@tests/packages.sh $(PACKAGERS_DEPENDS)
	@tests/run.sh "tests/packagers.sh gcc:-O0 gcc:-O2 gcc:-O3 'gcc:-O3 -flto=auto' 'gcc:-O2::-Wdate-time -D_FORTIFY_SOURCE=2' \
		clang:-O0 clang:-O3 'clang:-O3 -flto:-fuse-ld=lld'"

# The plugin in Ardour and jalv, which bring a desktop's worth of packages with them: `make check` does without where they are
# not installed.
HOSTS_DEPENDS = $(BUILD_DEPENDS) ardour jalv jackd2 python3 sox
REAL_HOSTS = $(if $(shell which ardour7-lua),tests/hosts/ardour.sh) $(if $(shell which jalv),tests/hosts/jalv.sh)

check-hosts:
	@tests/packages.sh $(HOSTS_DEPENDS)
	@$(MAKE) --no-print-directory -j$$(nproc) all
	@$(TEST_ENVIRONMENT) tests/run.sh tests/hosts/ardour.sh tests/hosts/jalv.sh

# The plugin cross-compiled, and what makes its sound tested under qemu.
check-aarch64:
	@tests/packages.sh make pkg-config gcc-aarch64-linux-gnu libc6-dev-arm64-cross qemu-user
	@JOBS=$$(nproc) tests/aarch64.sh "$(MAKE)" "$(BUILD)/aarch64" "$(notdir $(ENGINE_TESTS))" \
		libc6 lv2-dev libjansson-dev libmd-dev libopenblas-dev

# Some minutes; best on a machine that does nothing else.
bench:
	@tests/packages.sh $(CHECK_DEPENDS)
	@$(MAKE) --no-print-directory -j$$(nproc) all $(BENCHES)
	@$(TEST_ENVIRONMENT) /usr/bin/python3 tests/bench/bench.py "$(BUILD)" $(sort $(wildcard presets/models/*.safetensors))

test-programs: $(BENCHES) $(TESTS) $(HOSTS) $(DUMPS) $(BUILD)/tests/demo

# ---- Style ----

# cppcheck takes an Error that is about to be filled for one that is read (ctuuninitvar).
SOURCES = $(wildcard shared/*.[ch] plugin/*.[ch] trainer/*.[ch] tests/*.[ch] tests/bench/*.[ch] tests/fuzz/*.[ch])

lint:
	@tests/packages.sh $(BUILD_DEPENDS) liblilv-dev clang clang-format cppcheck shellcheck
	clang-format --dry-run --Werror $(SOURCES)
	cppcheck --quiet --error-exitcode=1 --std=c11 --enable=warning,performance,portability --inline-suppr \
		--suppress=missingIncludeSystem --suppress=ctuuninitvar -Ishared -Itrainer shared plugin trainer
	shellcheck -x trainer/*.sh tests/*.sh tests/hosts/*.sh tests/fuzz/*.sh presets/*.sh .ci/run
	$(MAKE) --no-print-directory BUILD=$(BUILD)/clang CC=clang all test-programs

format:
	clang-format -i $(SOURCES)

clean:
	rm -rf $(BUILD)

.PHONY: all plugin trainer install install-plugin install-trainer uninstall demo bench check check-hosts check-aarch64 test-programs lint format clean
-include $(shell find $(BUILD) -type f -name '*.d' 2>/dev/null)
