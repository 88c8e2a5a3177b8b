// ui_host_hands.c: pointer, keys and pixels.
#include "ui/ui_host_parts.h"

#include <cairo-xlib.h>
#include <math.h>
#include <string.h>
#include <X11/extensions/XTest.h>
#include <X11/keysym.h>
#include <X11/Xutil.h>

enum { PANEL_W = 900, PANEL_H = 560 };

void ui_host_size(UiHost *host, int *width, int *height)
{
    XWindowAttributes attributes;
    XSync(host->display, False);
    XGetWindowAttributes(host->display, host->window, &attributes);
    *width = attributes.width;
    *height = attributes.height;
}

// The panel keeps its shape, in the middle of the window.
static void to_window(UiHost *host, double x, double y, int *left, int *top, double *scale)
{
    int width, height;
    ui_host_size(host, &width, &height);
    *scale = fmin((double)width / PANEL_W, (double)height / PANEL_H);
    *left = (int)lround(floor((width - *scale * PANEL_W) / 2) + *scale * x);
    *top = (int)lround(floor((height - *scale * PANEL_H) / 2) + *scale * y);
}

void ui_host_point(UiHost *host, double x, double y)
{
    int left, top, root_x, root_y;
    double scale;
    Window child;
    to_window(host, x, y, &left, &top, &scale);
    XTranslateCoordinates(host->display, host->window, DefaultRootWindow(host->display), left, top,
                          &root_x, &root_y, &child);
    XTestFakeMotionEvent(host->display, -1, root_x, root_y, 0);
    XSync(host->display, False);
}

void ui_host_button(UiHost *host, int button, bool down)
{
    XTestFakeButtonEvent(host->display, (unsigned)button, down, 0);
    XSync(host->display, False);
}

static void send_key(UiHost *host, KeySym symbol, bool down)
{
    XTestFakeKeyEvent(host->display, XKeysymToKeycode(host->display, symbol), down, 0);
    XSync(host->display, False);
}

void ui_host_hold(UiHost *host, HandKeys keys, bool down)
{
    if (keys & HAND_SHIFT) send_key(host, XK_Shift_L, down);
    if (keys & HAND_CONTROL) send_key(host, XK_Control_L, down);
}

void ui_host_click(UiHost *host, double x, double y, int button, HandKeys keys)
{
    ui_host_hold(host, keys, true);
    ui_host_point(host, x, y);
    ui_host_button(host, button, true);
    ui_host_button(host, button, false);
    ui_host_hold(host, keys, false);
}

void ui_host_drag(UiHost *host, double x, double y, double to_x, double to_y, HandKeys keys)
{
    enum { STEPS = 8 };
    ui_host_point(host, x, y);
    ui_host_button(host, 1, true);
    ui_host_hold(host, keys, true);
    for (int i = 1; i <= STEPS; i++)
        ui_host_point(host, x + (to_x - x) * i / STEPS, y + (to_y - y) * i / STEPS);
    ui_host_button(host, 1, false);
    ui_host_hold(host, keys, false);
}

void ui_host_key(UiHost *host, unsigned long symbol, HandKeys keys)
{
    ui_host_hold(host, keys, true);
    send_key(host, symbol, true);
    send_key(host, symbol, false);
    ui_host_hold(host, keys, false);
}

void ui_host_type(UiHost *host, const char *text)
{
    for (; *text; text++) ui_host_key(host, (unsigned char)*text, HAND_PLAIN);
}

void ui_host_resize_parent(UiHost *host, int width, int height)
{
    XResizeWindow(host->display, host->parent, (unsigned)width, (unsigned)height);
    XSync(host->display, False);
}

bool ui_host_resize_window(UiHost *host, int width, int height)
{
    return host->resized->ui_resize(host->ui, width, height) == 0;
}

bool ui_host_resize(UiHost *host, int width, int height)
{
    ui_host_resize_parent(host, width, height);
    return ui_host_resize_window(host, width, height);
}

// ---- Pixels ----

static XImage *look(UiHost *host, double x, double y, double width, double height)
{
    int left, top, right, bottom, all_width, all_height;
    double scale;
    to_window(host, x, y, &left, &top, &scale);
    to_window(host, x + width, y + height, &right, &bottom, &scale);
    ui_host_size(host, &all_width, &all_height);
    left = left < 0 ? 0 : left;
    top = top < 0 ? 0 : top;
    right = right > all_width ? all_width : right;
    bottom = bottom > all_height ? all_height : bottom;
    return XGetImage(host->display, host->window, left, top, (unsigned)(right - left),
                     (unsigned)(bottom - top), AllPlanes, ZPixmap);
}

uint64_t ui_host_pixels(UiHost *host, double x, double y, double width, double height)
{
    XImage *image = look(host, x, y, width, height);
    uint64_t hash = 1469598103934665603u;
    for (int j = 0; j < image->height; j++)
        for (int i = 0; i < image->width; i++)
            hash = (hash ^ (XGetPixel(image, i, j) & 0xffffff)) * 1099511628211u;
    XDestroyImage(image);
    return hash;
}

int ui_host_colours(UiHost *host, double x, double y, double width, double height)
{
    XImage *image = look(host, x, y, width, height);
    unsigned long seen[256];
    int count = 0;
    for (int p = 0; p < image->width * image->height && count < 256; p++) {
        const unsigned long pixel = XGetPixel(image, p % image->width, p / image->width) & 0xffffff;
        int i = 0;
        while (i < count && seen[i] != pixel) i++;
        if (i == count) seen[count++] = pixel;
    }
    XDestroyImage(image);
    return count;
}

bool ui_host_save_png(UiHost *host, const char *path)
{
    XImage *image = look(host, 0, 0, PANEL_W, PANEL_H);
    cairo_surface_t *surface =
        cairo_image_surface_create(CAIRO_FORMAT_RGB24, image->width, image->height);
    cairo_surface_flush(surface);
    const int stride = cairo_image_surface_get_stride(surface);
    for (int j = 0; j < image->height; j++)
        for (int i = 0; i < image->width; i++) {
            const uint32_t pixel = (uint32_t)XGetPixel(image, i, j) & 0xffffff;
            memcpy(cairo_image_surface_get_data(surface) + j * stride + 4 * i, &pixel, 4);
        }
    cairo_surface_mark_dirty(surface);
    const bool written = cairo_surface_write_to_png(surface, path) == CAIRO_STATUS_SUCCESS;
    cairo_surface_destroy(surface);
    XDestroyImage(image);
    return written;
}
