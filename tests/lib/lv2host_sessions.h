// lv2host_sessions.h: what the tests of sessions share: instances with files of their own, and
// comparing what sounds and what is kept.
#ifndef TRASLUZ_LV2HOST_SESSIONS_H
#define TRASLUZ_LV2HOST_SESSIONS_H

#include "lib/lv2host_fixtures.h"

#define SCRAMBLER "16k12s4p4,8k5s3p2"

// What sessions keep beside the names.
#define MODEL_DATA         "urn:trasluz:modelData"
#define MODEL_STAND_IN     "urn:trasluz:modelStandIn"
#define REFERENCE_DATA     "urn:trasluz:referenceData"
#define REFERENCE_STAND_IN "urn:trasluz:referenceStandIn"
#define CHUNK              "http://lv2plug.in/ns/ext/atom#Chunk"
#define STRING             "http://lv2plug.in/ns/ext/atom#String"
#define PATH               "http://lv2plug.in/ns/ext/atom#Path"
#define OWN_COPY           "the session's own copy is used"
#define ANOTHER_FILE       OWN_COPY ": another file than the session was saved with"

// The model alone is heard. NULL as host_new().
Host *stereo_host(HostWorker worker);

// The same with files and controls that are not the default ones, before any sound.
Host *furnished_host(const char *model, const char *reference);

// One that has loaded `model`, NULL for none, and has forgotten what it was told meanwhile.
Host *host_with_model(const char *uri, HostWorker worker, const char *model);

// True if the plugin now gives its input back times `gain`, hop - 1 samples late.
bool sounds_like_wire(Host *host, size_t hop, float gain);

// What the plugin answers to patch:Get.
bool is_named(Host *host, const char *property, const char *path);
bool says(Host *host, const char *text); // the text is part of its notice
bool says_nothing(Host *host);

int log_lines(const char *text);

void copy_controls(Host *from, Host *to);

// Plays both: the first from before any sound, the second as it is.
bool same_sound(Host *a, Host *b);

// True if the session has the property and it is not empty: a text, or more than one zero byte.
bool has_value(HostSession *session, const char *key);

// A session that names this file and nothing else is opened.
void name_by_session(Host *host, const char *property, const char *path);

// True if both have the property, with the same bytes.
bool same_property(HostSession *a, const char *key_a, HostSession *b, const char *key_b);

#endif
