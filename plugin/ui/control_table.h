// control_table.h: what the window knows of the controls: name, help, range and unit, made from
// ttl/trasluz.ttl by ttl/controls.awk.
#ifndef TRASLUZ_UI_CONTROL_TABLE_H
#define TRASLUZ_UI_CONTROL_TABLE_H

enum { LANGUAGE_ENGLISH, LANGUAGE_SPANISH, LANGUAGES };
enum { CONTROL_POINTS = 4 };

typedef enum {
    CONTROL_LINEAR,
    CONTROL_LOGARITHMIC,
    CONTROL_WHOLE, // whole numbers
    CONTROL_SWITCH,
    CONTROL_CHOICE, // of the points
} ControlKind;

typedef struct {
    const char *symbol;
    int port;
    const char *name[LANGUAGES], *help[LANGUAGES];
    float low, high, start;      // the range, and the default
    const char *unit[LANGUAGES]; // "" where there is none
    ControlKind kind;
    struct {
        const char *label[LANGUAGES];
        float value;
    } point[CONTROL_POINTS]; // values that have a name
    int points;
} ControlInfo;

extern const ControlInfo control_table[];
extern const int control_table_rows;

#endif
