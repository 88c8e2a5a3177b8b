# Tests, demo, benchmarks and style; included by the Makefile. tests/README.md explains each.

## make demo                plays a clip through the plugin and draws before and after
## make examples            renders presets before and after, into a page to be heard and seen
## make picture             make demo, for the picture of README.md
## make pictures            that, and the pictures of the window and of the first minutes in Ardour
## make check               runs the tests; TEST=name runs those whose path has that name in it
## make check-hosts         runs the plugin in Ardour and jalv
## make check-fuzz, fuzz    fuzzes what reads untrusted data (FUZZ_SECONDS=600 a target)
## make check-sanitizers    AddressSanitizer, UndefinedBehaviorSanitizer, ThreadSanitizer
## make check-valgrind, check-torture, check-packagers, check-packagers-all, check-aarch64
## make check-counts, count  compares instruction counts with stored ones, and stores them
## make coverage            prints which lines make check runs
## make bench               measures speed; best on a quiet machine
## make lint, format        checks and fixes formatting and warnings

# ---- Programs ----

# The trainer without its main().
TRAINER_PARTS = $(filter-out $(BUILD)/trainer/main.o,$(TRAINER_OBJECTS))
HOST_PARTS = $(call objects,tests/lib/lv2host*.c)
NETWORK_PARTS = $(patsubst %,$(BUILD)/trainer/network/%.o,conv initialize linear_init named_arch \
	network packed_weights residual signal strided) $(call objects,trainer/products/*.c) \
	$(BUILD)/trainer/base/parse.o

programs = $(patsubst %.c,$(BUILD)/%,$(sort $(wildcard $(1))))
ENGINE_TESTS = $(call programs,tests/shared/test_*.c)
PLUGIN_TESTS = $(call programs,tests/plugin/test_*.c)
TRAINER_TESTS = $(call programs,tests/trainer/test_*.c)
TESTS = $(ENGINE_TESTS) $(PLUGIN_TESTS) $(TRAINER_TESTS)
HOSTS = $(call programs,tests/plugin/host_*.c)
# The window's tests, on an X11 server without a screen.
UI_TESTS = $(if $(filter-out no,$(UI)),$(call programs,tests/ui/ui_test_*.c))
# Without -noreset the server starts anew when its last window has closed.
XVFB = xvfb-run -a -s '-screen 0 1600x1000x24 -noreset'
UI_PICTURE = $(BUILD)/tests/ui/picture
TORTURE = $(BUILD)/tests/plugin/torture
DEMO = $(BUILD)/tests/demo/demo
# What PyTorch is compared with.
DUMPS = $(call programs,tests/parity/dump_*.c)
BENCHES = $(patsubst %,$(BUILD)/tests/bench/%,counted plugin stages training)
FUZZERS = $(filter-out %_parts %_host %_mutate,$(call programs,tests/fuzz/fuzz_*.c))
CORPUS = $(BUILD)/tests/fuzz/make_corpus

test-programs: $(BENCHES) $(TESTS) $(HOSTS) $(DUMPS) $(DEMO) $(UI_TESTS)

ifeq ($(MACHINE),aarch64) # GCC 12 fails where it vectorises fmax() of doubles in a loop
$(BUILD)/tests/%.o: override CFLAGS += -fno-tree-vectorize
endif

# Tests of shared/ need the network alone, so that they can be built for other processors.
$(ENGINE_TESTS): %: %.o $(NETWORK_PARTS) $(SHARED_OBJECTS)
	$(call link,trainer)
$(PLUGIN_TESTS): %: %.o $(PLUGIN_OBJECTS) $(NETWORK_PARTS) $(SHARED_OBJECTS)
	$(call link,trainer)
$(BUILD)/tests/plugin/test_file_list: $(BUILD)/plugin/ui/file_list.o
$(TRAINER_TESTS) $(DUMPS): %: %.o $(TRAINER_PARTS) $(SHARED_OBJECTS)
	$(call link,trainer)
$(HOSTS) $(DEMO) $(TORTURE): %: %.o $(HOST_PARTS) $(SHARED_OBJECTS)
	$(call link,hosts)

$(UI_TESTS) $(UI_PICTURE): %: %.o $(call objects,tests/ui/ui_host*.c tests/ui/bare_panel.c) \
		$(BUILD)/tests/ui/places.o $(UI_OBJECTS) $(HOST_PARTS) $(SHARED_OBJECTS)
	$(call link,ui_tests)

$(BUILD)/tests/plugin/host_instances $(BUILD)/tests/plugin/host_latency: \
	$(BUILD)/tests/lib/bare_plugin.o

# Their functions replace those of the C library, for the plugin too. ThreadSanitizer has its own.
GUARDED = $(BUILD)/tests/plugin/host_guard $(BUILD)/tests/plugin/host_realtime
$(GUARDED): $(BUILD)/tests/lib/realtime_guard.o $(BUILD)/tests/lib/guarded_thread.o
$(GUARDED): override LDFLAGS += -rdynamic

$(BENCHES): %: %.o $(NETWORK_PARTS) $(BUILD)/trainer/base/pool.o $(BUILD)/tests/lib/bare_plugin.o \
		$(patsubst %,$(BUILD)/trainer/network/%.o,adam gradient_sum) $(SHARED_OBJECTS)
	$(call link,trainer)

# Each fuzz target links the whole plugin and shared/.
FUZZ_PARTS = $(BUILD)/tests/fuzz/fuzz_parts.o $(BUILD)/tests/fuzz/fuzz_host.o $(PLUGIN_OBJECTS) \
	$(SHARED_OBJECTS) $(patsubst %,$(BUILD)/trainer/network/%.o,initialize linear_init)
$(FUZZERS): %: %.o $(BUILD)/tests/fuzz/fuzz_mutate.o $(FUZZ_PARTS)
	$(call link,shared,-fsanitize=fuzzer)
$(CORPUS): %: %.o $(FUZZ_PARTS)
	$(call link,shared)
# Files that only the trainer reads.
fuzz_needs = $(BUILD)/tests/fuzz/$(1): $(patsubst %,$(BUILD)/trainer/%.o,$(2))
$(call fuzz_needs,fuzz_checkpoint,training/checkpoint training/music_list output/json_file \
	network/adam base/parse base/ranks_one network/schedule)
$(call fuzz_needs,fuzz_classifier,network/m5_weights)
$(call fuzz_needs,fuzz_latents,latents/latent_set output/json_file data/split)
$(call fuzz_needs,fuzz_report,output/csv output/result_folder output/gnuplot output/html \
	output/page_css output/plot output/plot_axis base/progress output/report_curves \
	output/report_folder output/report_sounds)
$(BUILD)/tests/fuzz/fuzz_report: $(call objects,trainer/audio/*.c trainer/formats/*.c)
$(BUILD)/tests/fuzz/fuzz_report: override LDLIBS += $(libs_trainer)
$(call fuzz_needs,fuzz_sweep,training/sweep_file training/training_settings cli/option data/split \
	base/automation network/named_arch network/schedule network/loss base/parse)
$(call fuzz_needs,make_corpus,training/checkpoint training/music_list latents/latent_set \
	network/m5_weights network/named_arch base/parse base/ranks_one output/json_file data/split)

# ---- The two commands of README.md ----

DEMO_DEPENDS = $(BUILD_DEPENDS) liblilv-dev sox libsox-fmt-base python3-numpy python3-cairo
EXAMPLES_DEPENDS = mma fluidsynth fluid-soundfont-gm espeak-ng python3-cairo imagemagick
CHECK_DEPENDS = $(BUILD_DEPENDS) chromium gnuplot-nox groff mandoc liblilv-dev lilv-utils sordi \
	binutils sox libsox-fmt-base python3 locales python3-protobuf python3-torch python3-numpy \
	openmpi-bin libopenmpi-dev $(EXAMPLES_DEPENDS) \
	$(if $(filter-out no,$(UI)),xvfb xauth libxtst-dev)

demo:
	$(install_packages) $(DEMO_DEPENDS)
	@$(MAKE) --no-print-directory -j$$(nproc) all $(DEMO)
	@tests/demo/demo.sh "$(abspath $(BUILD))" "$(abspath $(BUILD))/demo"

examples:
	$(install_packages) $(DEMO_DEPENDS) $(EXAMPLES_DEPENDS)
	@$(MAKE) --no-print-directory -j$$(nproc) all $(DEMO)
	@/usr/bin/python3 -B tests/demo/examples.py "$(abspath $(BUILD))" "$(abspath $(BUILD))/examples"

SMALL_PICTURE = -strip +dither -colors 64 -define png:compression-level=9
pictures: picture
	$(install_packages) $(CHECK_DEPENDS)
	@$(MAKE) --no-print-directory -j$$(nproc) all $(UI_PICTURE)
	$(TEST_ENVIRONMENT) $(XVFB) $(UI_PICTURE) tests/clip.flac 6 $(BUILD)/window.png \
		model=$(abspath $(BUNDLE))/models/espectro.safetensors \
		reference=$(abspath $(BUNDLE))/references/choir-espectro.safetensors \
		noise=0.6 drift=8 blend=0.3 wait=6
	LANG=es $(TEST_ENVIRONMENT) $(XVFB) $(UI_PICTURE) tests/clip.flac 1 $(BUILD)/window-list.png \
		model=$(abspath $(BUNDLE))/models/orquesta.safetensors noise=0.6 capture=1 wait=9 \
		click=300,20
	for name in window window-list; do \
		convert $(BUILD)/$$name.png $(SMALL_PICTURE) plugin/pictures/$$name.png; done
	$(install_packages) $(HOSTS_DEPENDS) openbox
	$(TEST_ENVIRONMENT) tests/hosts/first_minutes.sh $(BUILD)/first
	for step in automate preset capture; do convert $(BUILD)/first/first-$$step.png \
		-resize 720x $(SMALL_PICTURE) plugin/pictures/first-$$step.png || exit 1; done

picture: demo
	$(install_packages) imagemagick
	convert $(BUILD)/demo/before-after.png $(SMALL_PICTURE) plugin/pictures/light.png

TEST_ENVIRONMENT = TRAINER="$(abspath $(BUILD))/bin/trainer" \
	TRASLUZ_LV2="$(abspath $(BUILD))/lv2" LV2_PATH="$(abspath $(BUILD))/lv2:/usr/lib/lv2" \
	OPENBLAS_NUM_THREADS=1
THREADS_MAKE = BUILD=$(BUILD)/threads CFLAGS="-O1 -g -fsanitize=thread"
HOST_THREADS = $(BUILD)/threads/tests/plugin/host_threads

# Tests in Ardour and jalv run only if both are installed: they depend on a whole desktop.
REAL_HOSTS = $(if $(shell which ardour7-lua),tests/hosts/ardour.sh) \
	$(if $(shell which jalv),tests/hosts/jalv.sh)
COMMAND_TESTS = $(filter-out %/locale.sh %/ranks.sh,$(sort $(wildcard tests/commands/*.sh)))
# Names without spaces, so that TEST= can choose.
ALL_TESTS = $(TESTS) $(HOSTS) $(UI_TESTS) $(COMMAND_TESTS) tests/commands/locale.sh \
	tests/commands/ranks.sh tests/plugin/ttl.sh tests/packaging/install.sh tests/demo/examples.sh \
	$(HOST_THREADS) \
	tests/parity/pytorch.py tests/parity/pytorch_m5.py $(sort $(wildcard tests/layout/*)) \
	$(REAL_HOSTS)
CHOSEN_TESTS = $(strip $(if $(TEST), \
	$(foreach test,$(ALL_TESTS),$(if $(findstring $(TEST),$(test)),$(test))),$(ALL_TESTS)))
# The command that runs a test.
test_command = $(strip $(if $(filter $(HOST_THREADS),$(1)),\
	BUILD=$(BUILD)/threads tests/lib/sanitized.sh $(1),\
	$(if $(filter $(UI_TESTS),$(1)),$(XVFB) )$(if $(filter %.py,$(1)),/usr/bin/python3 \
	)$(1) $(ARGUMENTS_$(basename $(notdir $(1))))))
ARGUMENTS_locale = $(BUILD)/tests/shared/test_weights
ARGUMENTS_ranks = $(BUILD)/mpi/bin/trainer
ARGUMENTS_ttl = $(BUNDLE)
ARGUMENTS_pytorch = $(BUILD)/tests/parity/dump_network $(BUILD)/tests/parity/dump_spectrum \
	shared/FORMAT.md
ARGUMENTS_pytorch_m5 = $(BUILD)/tests/parity/dump_m5

check:
	@[ -n "$(CHOSEN_TESTS)" ] || { echo "check: no test has '$(TEST)' in its path" >&2; exit 1; }
	$(install_packages) $(CHECK_DEPENDS)
	@$(MAKE) --no-print-directory -j$$(nproc) all test-programs
	@[ -z "$(filter %/ranks.sh,$(CHOSEN_TESTS))" ] || $(MAKE) --no-print-directory -j$$(nproc) \
		MPI=1 BUILD=$(BUILD)/mpi $(BUILD)/mpi/bin/trainer
	@[ -z "$(filter $(HOST_THREADS),$(CHOSEN_TESTS))" ] || $(MAKE) --no-print-directory \
		-j$$(nproc) $(THREADS_MAKE) all $(HOST_THREADS)
	@$(TEST_ENVIRONMENT) tests/lib/run.sh \
		$(foreach test,$(CHOSEN_TESTS),"$(call test_command,$(test))")

# ---- Longer tests ----

HOSTS_DEPENDS = $(BUILD_DEPENDS) ardour jalv jackd2 python3 sox \
	$(if $(filter-out no,$(UI)),xvfb x11-utils xdotool imagemagick libqt5x11extras5)
check-hosts:
	$(install_packages) $(HOSTS_DEPENDS)
	@$(MAKE) --no-print-directory -j$$(nproc) all
	@$(TEST_ENVIRONMENT) tests/lib/run.sh tests/hosts/ardour.sh tests/hosts/jalv.sh \
		$(if $(filter-out no,$(UI)),tests/hosts/window.sh)

# clang's libFuzzer: `make fuzz` takes FUZZ_SECONDS for each target, `make check-fuzz` a fixed
# number of cases.
FUZZ_SECONDS ?= 600
FUZZ_DEPENDS = $(BUILD_DEPENDS) clang libclang-rt-14-dev
FUZZ_FLAGS = address,undefined
FUZZ_MAKE = BUILD=$(BUILD)/fuzz CC=clang LDFLAGS=-fsanitize=fuzzer-no-link,$(FUZZ_FLAGS) \
	CFLAGS="-O1 -g -fsanitize=fuzzer-no-link,$(FUZZ_FLAGS),float-cast-overflow \
	-fno-sanitize-recover=all"
RUN_FUZZ = tests/fuzz/fuzz.sh $(BUILD)/fuzz/tests/fuzz

fuzz-programs: $(FUZZERS) $(CORPUS)

fuzz:
	$(install_packages) $(FUZZ_DEPENDS)
	@$(MAKE) --no-print-directory -j$$(nproc) $(FUZZ_MAKE) fuzz-programs
	@$(RUN_FUZZ) -max_total_time=$(FUZZ_SECONDS)

check-fuzz:
	$(install_packages) $(FUZZ_DEPENDS)
	@$(MAKE) --no-print-directory -j$$(nproc) $(FUZZ_MAKE) fuzz-programs
	@JOBS=$$(nproc) tests/lib/run.sh "$(RUN_FUZZ) -runs=60000 arch weights latent sweep" \
		"$(RUN_FUZZ) -runs=10000 checkpoint latents classifier report" \
		"$(RUN_FUZZ) -runs=4000 messages state"

# An hour of audio through several instances as fast as possible; half a minute for CI.
TORTURE_SECONDS ?= 3600
torture: all $(TORTURE)
	@$(TEST_ENVIRONMENT) $(TORTURE) $(TORTURE_SECONDS)
check-torture: all $(TORTURE)
	@$(TEST_ENVIRONMENT) tests/lib/run.sh "$(TORTURE) 30"

# The suite under AddressSanitizer, LeakSanitizer and UndefinedBehaviorSanitizer, and the trainer's
# threads under ThreadSanitizer. Guarded tests are left out: they replace memory functions, as the
# sanitizers do. Warnings are off, because with sanitizers gcc misjudges lengths of texts. libubsan
# is linked statically, because otherwise it does not write to the log that sanitized.sh reads.
ASAN = $(BUILD)/asan
ASAN_MAKE = BUILD=$(ASAN) WARNINGS= LDFLAGS=-static-libubsan CFLAGS="-O1 -g \
	-fno-omit-frame-pointer -fno-sanitize-recover=all \
	-fsanitize=address,undefined,float-cast-overflow"
ASAN_TESTS = $(patsubst $(BUILD)/%,$(ASAN)/%,$(filter-out $(GUARDED),$(TESTS) $(HOSTS)))
ASAN_UI_TESTS = $(patsubst $(BUILD)/%,$(ASAN)/%,$(UI_TESTS))
ASAN_SCRIPTS = $(patsubst %,tests/commands/%.sh,commands study models music report runs)
TSAN_TESTS = $(patsubst %,$(BUILD)/threads/tests/trainer/test_%,dataset training)
ASAN_RUN = BUILD=$(ASAN) tests/lib/sanitized.sh
check-sanitizers:
	$(install_packages) $(CHECK_DEPENDS)
	@$(MAKE) --no-print-directory -j$$(nproc) $(ASAN_MAKE) all $(ASAN_TESTS) \
		$(ASAN_UI_TESTS) $(ASAN)/tests/plugin/torture
	@$(MAKE) --no-print-directory -j$$(nproc) $(THREADS_MAKE) WARNINGS= $(TSAN_TESTS)
	@JOBS=$$(nproc) tests/lib/run.sh $(patsubst %,"$(ASAN_RUN) %",$(ASAN_TESTS) $(ASAN_SCRIPTS)) \
		$(patsubst %,"$(ASAN_RUN) $(XVFB) %",$(ASAN_UI_TESTS)) \
		"$(ASAN_RUN) $(ASAN)/tests/plugin/torture 6" "$(ASAN_RUN) tests/commands/kill.sh 10" \
		$(patsubst %,"BUILD=$(BUILD)/threads tests/lib/sanitized.sh %",$(TSAN_TESTS))

# valgrind 3.19 does not support AVX-512.
VALGRIND = valgrind -q --error-exitcode=9 --leak-check=full --errors-for-leak-kinds=definite
VALGRIND_TESTS = $(patsubst %,$(BUILD)/tests/plugin/host_%,instances recordings)
check-valgrind: all $(VALGRIND_TESTS)
	$(install_packages) $(CHECK_DEPENDS) valgrind
	@$(TEST_ENVIRONMENT) TRASLUZ_KERNELS=avx2 tests/lib/run.sh \
		$(patsubst %,"$(VALGRIND) %",$(VALGRIND_TESTS))

# Instruction counts of engine and training against stored ones; `make count` stores them.
COUNT = tests/bench/count.sh "$(abspath $(BUILD))/tests/bench/counted"
check-counts: all $(BUILD)/tests/bench/counted
	$(install_packages) $(CHECK_DEPENDS) valgrind
	@$(TEST_ENVIRONMENT) tests/lib/run.sh '$(COUNT)'
count: all $(BUILD)/tests/bench/counted
	@$(TEST_ENVIRONMENT) $(COUNT) --update

# Builds with the flags of packagers.
PACKAGERS_DEPENDS = $(BUILD_DEPENDS) clang lld lilv-utils binutils util-linux git
FORTIFIED = -Wdate-time -D_FORTIFY_SOURCE=2
check-packagers:
	$(install_packages) $(PACKAGERS_DEPENDS)
	@tests/lib/run.sh "tests/packaging/packagers.sh gcc:-O0 'gcc:-O2 -flto=auto::$(FORTIFIED)'"
check-packagers-all:
	$(install_packages) $(PACKAGERS_DEPENDS)
	@tests/lib/run.sh "tests/packaging/packagers.sh gcc:-O0 gcc:-O2 gcc:-O3 \
		'gcc:-O3 -flto=auto' 'gcc:-O2::$(FORTIFIED)' clang:-O0 clang:-O3 \
		'clang:-O3 -flto:-fuse-ld=lld'"

# Cross-compiles the plugin, and runs the tests of its sound under qemu.
check-aarch64:
	$(install_packages) make pkg-config gcc-aarch64-linux-gnu libc6-dev-arm64-cross qemu-user
	@JOBS=$$(nproc) tests/packaging/aarch64.sh "$(MAKE)" "$(BUILD)/aarch64" \
		"$(patsubst $(BUILD)/%,%,$(filter-out %test_file %test_file_list %test_limits, \
		$(ENGINE_TESTS) $(PLUGIN_TESTS)))" \
		libc6 lv2-dev libjansson-dev nettle-dev libkissfft-dev libopenblas-dev

# Reports which lines of the programs the tests run, in a build of its own.
COVERAGE_TESTS = $(filter-out $(HOST_THREADS) $(REAL_HOSTS) %/ranks.sh %/install.sh %/ttl.sh, \
	$(ALL_TESTS))
coverage:
	$(install_packages) $(CHECK_DEPENDS) gcovr
	@$(MAKE) --no-print-directory -j$$(nproc) BUILD=$(BUILD)/coverage WARNINGS= \
		CFLAGS="-O1 -g --coverage" run-coverage
run-coverage: all test-programs
	@find $(BUILD) -name '*.gcda' -delete
	-@$(TEST_ENVIRONMENT) tests/lib/run.sh \
		$(foreach test,$(COVERAGE_TESTS),"$(call test_command,$(test))")
	gcovr --root . --filter shared/ --filter plugin/ --filter trainer/ --print-summary \
		--output $(BUILD)/coverage.txt $(BUILD)

# Takes some minutes; best on a quiet machine.
bench:
	$(install_packages) $(CHECK_DEPENDS)
	@$(MAKE) --no-print-directory -j$$(nproc) all $(BENCHES)
	@$(TEST_ENVIRONMENT) /usr/bin/python3 -B tests/bench/bench.py "$(BUILD)" \
		$(sort $(wildcard presets/models/*.safetensors))

# ---- Style ----

SOURCES = $(wildcard $(foreach room,shared plugin trainer tests,$(room)/*.[ch] $(room)/*/*.[ch]))

PROGRAM_SOURCES = $(filter-out tests/%.c %.h %/ranks_mpi.c,$(SOURCES))
TEXTS = $(filter-out tests/fuzz/corpus/% tests/plugin/fixtures/% %.flac %.safetensors %.png, \
	$(shell git ls-files))
# Spanish words and names that codespell takes for mistakes.
SPELLED = nam,fo,controles,hace,doble,momento,trian,sectoid,filetest
LINT_DEPENDS = $(BUILD_DEPENDS) liblilv-dev clang clang-format clang-tidy cppcheck shellcheck \
	codespell

# cppcheck mistakes an Error that is going to be written for one that is read (ctuuninitvar).
lint:
	$(install_packages) $(LINT_DEPENDS)
	clang-format --dry-run --Werror $(SOURCES)
	codespell --quiet-level 3 --ignore-words-list $(SPELLED) $(TEXTS)
	shellcheck -x trainer/*.sh tests/*/*.sh presets/*.sh .ci/run
	cppcheck -j $$(nproc) --quiet --error-exitcode=1 --std=c11 \
		--enable=warning,performance,portability --inline-suppr --suppress=missingIncludeSystem \
		--suppress=ctuuninitvar -Ishared -Itrainer -Iplugin -Iplugin/ui shared plugin trainer
	printf '%s\n' $(PROGRAM_SOURCES) | xargs -P $$(nproc) -n 8 sh -c 'clang-tidy --quiet "$$@" -- \
		$(OUR_CPPFLAGS) $(INCLUDES_tests) $(INCLUDES_ui) $(cflags_tests) $(cflags_ui) \
		-std=c11' lint
	$(MAKE) --no-print-directory BUILD=$(BUILD)/clang CC=clang all test-programs

format:
	clang-format -i $(SOURCES)

.PHONY: demo examples picture pictures check check-hosts check-aarch64 check-fuzz check-sanitizers \
	check-torture check-valgrind check-counts count check-packagers check-packagers-all coverage \
	run-coverage fuzz fuzz-programs torture bench test-programs lint format
