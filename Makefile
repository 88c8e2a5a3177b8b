# Trasluz: an LV2 plugin and its trainer. `make demo` shows it, `make check` tests it; see README.md.

PREFIX ?= /usr/local
LV2DIR ?= $(PREFIX)/lib/lv2
BUILD ?= build
CC ?= cc
PKG_CONFIG ?= pkg-config
CFLAGS ?= -O3 -g

override CFLAGS += -std=c11 -fPIC -fvisibility=hidden -fno-math-errno -fno-trapping-math -pthread
WARNINGS = -Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes -Werror
CPPFLAGS += -D_POSIX_C_SOURCE=200809L -Ishared -MMD -MP

# What each room may use.
SHARED_PACKAGES = samplerate jansson libmd
PLUGIN_PACKAGES = lv2
TRAINER_PACKAGES = openblas sndfile kissfft-float
TEST_PACKAGES = lilv-0 sndfile

packages_cflags = $(shell $(PKG_CONFIG) --cflags $(1))
packages_libs = $(shell $(PKG_CONFIG) --libs $(1))

SHARED_OBJECTS = $(patsubst %.c,$(BUILD)/%.o,$(sort $(wildcard shared/*.c)))
PLUGIN_OBJECTS = $(patsubst %.c,$(BUILD)/%.o,$(sort $(wildcard plugin/*.c)))
TRAINER_OBJECTS = $(patsubst %.c,$(BUILD)/%.o,$(sort $(wildcard trainer/*.c)))
# The trainer without its main(), for the tests.
TRAINER_PARTS = $(filter-out $(BUILD)/trainer/main.o,$(TRAINER_OBJECTS))

# tests/test_*.c know shared/ and trainer/; tests/host_*.c load the built plugin through lilv.
TESTS = $(patsubst tests/%.c,$(BUILD)/tests/%,$(sort $(wildcard tests/test_*.c)))
HOSTS = $(patsubst tests/%.c,$(BUILD)/tests/%,$(sort $(wildcard tests/host_*.c)))
HOST_PARTS = $(patsubst %.c,$(BUILD)/%.o,$(sort $(wildcard tests/lv2host*.c)))

BUNDLE = $(BUILD)/trasluz.lv2
BUNDLE_DATA = $(patsubst ttl/%,$(BUNDLE)/%,$(wildcard ttl/*.ttl)) \
	$(patsubst presets/%,$(BUNDLE)/%,$(wildcard presets/*.ttl presets/models/* presets/references/*))

all: $(BUNDLE)/trasluz.so $(BUNDLE_DATA) $(BUILD)/trainer-bin/trainer

$(BUILD)/shared/%.o: shared/%.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(call packages_cflags,$(SHARED_PACKAGES)) $(CFLAGS) $(WARNINGS) -c -o $@ $<

$(BUILD)/plugin/%.o: plugin/%.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(call packages_cflags,$(PLUGIN_PACKAGES) $(SHARED_PACKAGES)) $(CFLAGS) $(WARNINGS) -c -o $@ $<

$(BUILD)/trainer/%.o: trainer/%.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(call packages_cflags,$(TRAINER_PACKAGES) $(SHARED_PACKAGES)) $(CFLAGS) $(WARNINGS) -c -o $@ $<

$(BUILD)/tests/%.o: tests/%.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) -Itrainer $(call packages_cflags,$(PLUGIN_PACKAGES) $(TRAINER_PACKAGES) $(SHARED_PACKAGES) $(TEST_PACKAGES)) $(CFLAGS) $(WARNINGS) -c -o $@ $<

$(BUNDLE)/trasluz.so: $(PLUGIN_OBJECTS) $(SHARED_OBJECTS)
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(LDFLAGS) -shared -Wl,--no-undefined -o $@ $^ $(call packages_libs,$(SHARED_PACKAGES)) -lm

$(BUNDLE)/%: ttl/%
	@mkdir -p $(@D)
	cp $< $@

$(BUNDLE)/%: presets/%
	@mkdir -p $(@D)
	cp $< $@

$(BUILD)/trainer-bin/trainer: $(TRAINER_OBJECTS) $(SHARED_OBJECTS)
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(call packages_libs,$(TRAINER_PACKAGES) $(SHARED_PACKAGES)) -lm

$(TESTS): $(BUILD)/tests/test_%: $(BUILD)/tests/test_%.o $(TRAINER_PARTS) $(SHARED_OBJECTS)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(call packages_libs,$(TRAINER_PACKAGES) $(SHARED_PACKAGES)) -lm

$(HOSTS): $(BUILD)/tests/host_%: $(BUILD)/tests/host_%.o $(HOST_PARTS) $(SHARED_OBJECTS)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(call packages_libs,$(TEST_PACKAGES) $(SHARED_PACKAGES)) -lm

clean:
	rm -rf $(BUILD)

.PHONY: all clean
-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
