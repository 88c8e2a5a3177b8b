// preset_bundle.h: presets of the plugin in a bundle of their own, which every host lists. lilv
// writes them: the controls with the defaults that the installed plugin has, and the files as the
// plugin keeps them in its state. For the main thread; blocks and allocates.
#ifndef TRASLUZ_PRESET_BUNDLE_H
#define TRASLUZ_PRESET_BUNDLE_H

#include "files/error.h"

typedef struct {
    const char *label; // the name in the host's list
    const char *name;  // of the file and in the URI: letters, digits, '-'
    const char *comment;
    const char *model, *reference; // files in the bundle; reference "" for none
    double blend;
} BundlePreset;

typedef struct PresetBundle PresetBundle;

// Starts a bundle in an existing folder, an absolute path. Needs the plugin where LV2 plugins are
// found (LV2_PATH); NULL, with a message, where it is not installed.
PresetBundle *preset_bundle_new(const char *folder, Error *error);
void preset_bundle_free(PresetBundle *bundle); // NULL is allowed

// Adds a preset, for a mono and for a stereo track.
bool preset_bundle_add(PresetBundle *bundle, const BundlePreset *preset, Error *error);

#endif
