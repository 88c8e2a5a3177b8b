// panel.h: all that the window shows, and what hands do to it. Knows nothing of X11: it is given
// the pointer, the keys and the time, and draws what has changed. The window's thread only.
#ifndef TRASLUZ_UI_PANEL_H
#define TRASLUZ_UI_PANEL_H

#include "chooser.h"
#include "control.h"
#include "history.h"
#include "host.h"
#include "map.h"
#include "meters.h"

enum { PANEL_WIDTH = 900, PANEL_HEIGHT = 560 };
enum { CONTROLS_MAX = 40, NOTICE_BYTES = 1024 };

typedef enum {
    PART_FILES,
    PART_NOTICE,
    PART_MAP,
    PART_HISTORY,
    PART_SPECTRUM,
    PART_LEVELS,
    PARTS,
} Part;

// Keys that are no text.
typedef enum {
    KEY_TEXT, // `text` has the character
    KEY_NEXT,
    KEY_PREVIOUS,
    KEY_UP,
    KEY_DOWN,
    KEY_ENTER,
    KEY_ESCAPE,
    KEY_ERASE,
    KEY_RESET,
    KEY_FILE_BEFORE, // with Shift, of the references
    KEY_FILE_AFTER,
} Key;

typedef struct {
    Host host;
    int language;
    char bundle[FILE_PATH_BYTES];
    Control control[CONTROLS_MAX];
    int controls;
    Map map;
    History history;
    Meters meters;
    Chooser chooser;
    char file[FILE_KINDS][FILE_PATH_BYTES];
    char notice[NOTICE_BYTES]; // why a file is not used; "" where all are
    char about[128];           // what is told of the model in use
    bool has_model;            // one plays
    uint64_t effects;
    double rate;

    bool dirty[PARTS], control_dirty[CONTROLS_MAX], all_dirty;
    int held;   // control that is dragged, or -1
    int focus;  // control that the keys go to, or -1
    int hot;    // control under the pointer, or -1
    int typing; // control whose value is typed, or -1
    char typed[48];
    double pointer_x, pointer_y; // the last place
    double exact;                // share of the range of the control that is dragged
    double clicked_at, moved_at; // seconds
    int clicked;                 // control of the last click
    bool tip;                    // the help of the hot control is shown

    double listened_at, watched_at;
    long long watched; // time of the model's file that is followed
} Panel;

// Makes a panel that talks to the host. False where memory is short.
bool panel_init(Panel *panel, const Host *host, const char *bundle, int language, double rate);
void panel_free(Panel *panel);

// The host tells a control's value, or sends a message of the plugin.
void panel_value(Panel *panel, int port, float value);
void panel_message(Panel *panel, uint32_t format, uint32_t size, const void *buffer);

// What hands do, at the panel's own size. `now` in seconds.
void panel_press(Panel *panel, double x, double y, bool fine, bool resets, double now);
void panel_release(Panel *panel);
void panel_move(Panel *panel, double x, double y, bool fine, double now);
void panel_leave(Panel *panel);
void panel_wheel(Panel *panel, double x, double y, int steps, bool fine);
void panel_key(Panel *panel, Key key, const char *text, bool fine);

// What time brings: asks for views, shows help, follows a file that changes.
void panel_idle(Panel *panel, double now);

// Draws what has changed. Returns the number of boxes that were drawn, at most `room`; all of the
// panel is one box.
int panel_draw(Panel *panel, cairo_t *cr, Box *drawn, int room);

#endif
