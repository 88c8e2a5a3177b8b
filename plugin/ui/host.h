// host.h: the window's way to the host and, through it, to the plugin. The window's thread only.
#ifndef TRASLUZ_UI_HOST_H
#define TRASLUZ_UI_HOST_H

#include "host/view.h"

#include <lv2/atom/forge.h>
#include <lv2/ui/ui.h>
#include <lv2/urid/urid.h>
#include <stdbool.h>

typedef enum { FILE_MODEL, FILE_REFERENCE, FILE_KINDS } FileKind;

typedef struct {
    LV2UI_Write_Function write;
    LV2UI_Controller controller;
    const LV2UI_Touch *touch;                 // NULL where the host has none
    const LV2UI_Request_Value *request_value; // NULL where the host has none
    LV2_URID_Map *map;
    LV2_Atom_Forge forge;
    LV2_URID event_transfer, listen, view, view_data, patch_set, patch_get, patch_property,
        patch_value, path, notice, file[FILE_KINDS];
} Host;

// What a message of the plugin says.
typedef struct {
    enum { HEARD_NOTHING, HEARD_VIEW, HEARD_FILE, HEARD_NOTICE } what;
    FileKind kind;    // of the file
    const char *text; // path or notice, with its end; lives as long as the message
    View view;
} Heard;

void host_init(Host *host, LV2UI_Write_Function write, LV2UI_Controller controller,
               LV2_URID_Map *map);

// Sets a control, and tells the host when a hand takes it and lets it go.
void host_set(const Host *host, int port, float value);
void host_touch(const Host *host, int port, bool held);

// Chooses a file; "" takes the reference away.
void host_choose(Host *host, FileKind kind, const char *path);

// Asks the host for its own file dialog. False where it has none.
bool host_request_file(const Host *host, FileKind kind);

// Asks the plugin for views, for the next seconds.
void host_listen(Host *host);

// Asks the plugin for its files and its notice.
void host_ask(Host *host);

// Reads a message of the plugin. Anything that is not one of ours, or is not whole, says nothing.
void host_read(const Host *host, uint32_t format, uint32_t size, const void *buffer, Heard *heard);

#endif
