// ui_host.h: a host for the plugin's window, on the X11 server that DISPLAY names. It runs the real
// plugin (lib/lv2host.h) in real time, carries messages and values both ways, moves the pointer and
// the keys by XTest, and looks at the pixels. All from the test's thread.
#ifndef TRASLUZ_TESTS_UI_HOST_H
#define TRASLUZ_TESTS_UI_HOST_H

#include <lv2/urid/urid.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct UiHost UiHost;

typedef struct {
    const char *uri; // of the plugin; NULL: stereo
    double rate;     // Hz; 0: 48000
    float scale;     // ui:scaleFactor; 0: is not lent
    bool no_plugin;  // no plugin runs: what the window says goes nowhere
    bool no_parent;  // the window is the child of the root
    bool requests;   // lends ui:requestValue
} UiHostOptions;

// Fills a block of input, n samples of each channel.
typedef void (*UiHostSound)(void *data, float *const *in, int channels, size_t n);

// Opens the plugin and its window. NULL where the window refuses.
UiHost *ui_host_new(const UiHostOptions *options);
void ui_host_free(UiHost *host);

// Calls the window's instantiate() with a host that lends URIDs or nothing, on whatever DISPLAY
// says. True if it opens; then it is closed again.
bool ui_host_try(bool with_map);

// Destroys the parent window, and with it the plugin's.
void ui_host_destroy_parent(UiHost *host);

// How many windows the X11 server has below its root.
int ui_host_windows(void);

// How many messages of the plugin the window was given.
int ui_host_forwarded(const UiHost *host);

// What the input is; without one, a chord.
void ui_host_set_sound(UiHost *host, UiHostSound sound, void *data);

// Plays the time that has passed since the last step, at most a tenth of a second, and lets the
// window work. False where the window says that it is closed.
bool ui_host_step(UiHost *host);
// Lets the window work once, at once: nothing is played.
bool ui_host_idle(UiHost *host);
void ui_host_steps(UiHost *host, double time);

// Steps until the condition holds; false where it does not within 20 seconds.
bool ui_host_until(UiHost *host, bool (*holds)(UiHost *host, void *data), void *data);

// ---- What the window says to the host ----

typedef enum { SAID_VALUE, SAID_TAKES, SAID_LETS_GO, SAID_MESSAGE, SAID_REQUEST } SaidKind;
typedef struct {
    SaidKind kind;
    uint32_t port;
    float value;
    char text[512]; // path of a patch:Set; URI of what is requested
} Said;
int ui_host_said(const UiHost *host);
const Said *ui_host_said_at(const UiHost *host, int index);
void ui_host_forget(UiHost *host);

// The value that the plugin's port has.
float ui_host_value(const UiHost *host, int port);
// The host moves a control, as by automation.
void ui_host_automate(UiHost *host, int port, float value);
// Sends bytes to the window's port, as if they came from the plugin. `type` NULL: eventTransfer.
void ui_host_tell(UiHost *host, uint32_t port, const char *type, const void *bytes, uint32_t size);
uint32_t ui_host_urid(const char *uri);
LV2_URID_Map *ui_host_map(void); // the same URIDs, as hosts lend them
// The plugin's input becomes this file property.
void ui_host_choose(UiHost *host, const char *property, const char *path);

// ---- Hands. Places are the panel's own, 900 by 560 ----

typedef enum { HAND_PLAIN = 0, HAND_SHIFT = 1, HAND_CONTROL = 2 } HandKeys;
void ui_host_point(UiHost *host, double x, double y);
void ui_host_button(UiHost *host, int button, bool down);
void ui_host_click(UiHost *host, double x, double y, int button, HandKeys keys);
void ui_host_drag(UiHost *host, double x, double y, double to_x, double to_y, HandKeys keys);
void ui_host_hold(UiHost *host, HandKeys keys, bool down);
void ui_host_key(UiHost *host, unsigned long symbol, HandKeys keys);
void ui_host_type(UiHost *host, const char *text);

// ---- What is seen ----

void ui_host_size(UiHost *host, int *width, int *height);
// The host's parent window alone is resized, as Qt hosts do; or the window, by ui:resize.
void ui_host_resize_parent(UiHost *host, int width, int height);
bool ui_host_resize(UiHost *host, int width, int height);
bool ui_host_resize_window(UiHost *host, int width, int height); // by ui:resize alone
// A number that differs where the pixels of a box of the panel differ.
uint64_t ui_host_pixels(UiHost *host, double x, double y, double width, double height);
// How many different colours the box has, at most 256.
int ui_host_colours(UiHost *host, double x, double y, double width, double height);
bool ui_host_save_png(UiHost *host, const char *path);
// Processor time that the window took so far, in seconds.
double ui_host_cost(const UiHost *host);

#endif
