#include "window.h"

#include <cairo-xlib.h>
#include <math.h>
#include <string.h>
#include <time.h>
#include <X11/keysym.h>
#include <X11/Xutil.h>

#define LOOK_EACH 0.25 // seconds

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

// ---- Errors ----

static int ignore_error(Display *display, XErrorEvent *error)
{
    (void)display, (void)error;
    return 0;
}

// Begin and end a stretch in which errors of the X11 server do not end the program. A host may
// destroy the window, or the parent, before we hear of it; then each request for it is an error,
// and Xlib's own handler exits.
static XErrorHandler begin_errors(void)
{
    return XSetErrorHandler(ignore_error);
}

static void end_errors(Display *display, XErrorHandler former)
{
    XSync(display, False);
    XSetErrorHandler(former);
}

// ---- Opening and closing ----

// Makes what is drawn in: memory that the server shares where it can, so that showing it copies
// nothing on our side. It is freed once the server has read it: Cairo would leak it else.
static bool make_image(UiWindow *window)
{
    XSync(window->display, False);
    cairo_surface_destroy(window->image);
    window->image = cairo_surface_create_similar_image(window->screen, CAIRO_FORMAT_RGB24,
                                                       window->width, window->height);
    window->panel->all_dirty = true;
    return cairo_surface_status(window->image) == CAIRO_STATUS_SUCCESS;
}

bool window_open(UiWindow *window, Panel *panel, unsigned long parent, int width, int height)
{
    *window = (UiWindow){.panel = panel, .width = width, .height = height, .parent = parent};
    window->display = XOpenDisplay(NULL);
    if (!window->display) {
        window->reason = "no X11 display (is DISPLAY set?)";
        return false;
    }
    const int screen = DefaultScreen(window->display);
    if (parent == 0) window->parent = RootWindow(window->display, screen);
    XSetWindowAttributes attributes = {
        .background_pixmap = None, // what is copied covers all: no flash before it
        .event_mask = ExposureMask | StructureNotifyMask | ButtonPressMask | ButtonReleaseMask |
                      PointerMotionMask | LeaveWindowMask | KeyPressMask,
    };
    window->window = XCreateWindow(window->display, window->parent, 0, 0, (unsigned)width,
                                   (unsigned)height, 0, CopyFromParent, InputOutput, CopyFromParent,
                                   CWBackPixmap | CWEventMask, &attributes);
    XStoreName(window->display, window->window, "Trasluz");
    XSizeHints hints = {.flags = PMinSize | PBaseSize | PAspect,
                        .min_width = PANEL_WIDTH / 2,
                        .min_height = PANEL_HEIGHT / 2,
                        .base_width = width,
                        .base_height = height,
                        .min_aspect = {PANEL_WIDTH, PANEL_HEIGHT},
                        .max_aspect = {PANEL_WIDTH, PANEL_HEIGHT}};
    XSetWMNormalHints(window->display, window->window, &hints);
    window->screen = cairo_xlib_surface_create(
        window->display, window->window, DefaultVisual(window->display, screen), width, height);
    if (!make_image(window)) {
        window_close(window);
        return false;
    }
    XMapRaised(window->display, window->window);
    XFlush(window->display);
    return true;
}

void window_close(UiWindow *window)
{
    if (!window->display) return;
    const XErrorHandler former = begin_errors();
    XSync(window->display, False); // see make_image()
    cairo_surface_destroy(window->image);
    cairo_surface_destroy(window->screen);
    if (!window->gone) XDestroyWindow(window->display, window->window);
    XSync(window->display, False);
    XCloseDisplay(window->display);
    XSetErrorHandler(former);
}

// ---- Sizes ----

static void take_size(UiWindow *window, int width, int height)
{
    if (width < 1 || height < 1 || (width == window->width && height == window->height)) return;
    window->width = width;
    window->height = height;
    cairo_xlib_surface_set_size(window->screen, width, height);
    make_image(window);
}

void window_resize(UiWindow *window, int width, int height)
{
    if (window->gone || width < 1 || height < 1) return;
    const XErrorHandler former = begin_errors();
    XResizeWindow(window->display, window->window, (unsigned)width, (unsigned)height);
    take_size(window, width, height);
    end_errors(window->display, former);
}

// Some hosts resize the parent alone, and tell nobody.
static void follow_parent(UiWindow *window, double time)
{
    XWindowAttributes attributes;
    if (time - window->looked_at < LOOK_EACH ||
        window->parent == DefaultRootWindow(window->display))
        return;
    window->looked_at = time;
    if (!XGetWindowAttributes(window->display, window->parent, &attributes)) return;
    const bool first = window->parent_width == 0;
    const bool changed =
        attributes.width != window->parent_width || attributes.height != window->parent_height;
    window->parent_width = attributes.width;
    window->parent_height = attributes.height;
    if (changed && !first) window_resize(window, attributes.width, attributes.height);
}

// The panel keeps its shape, in the middle of the window.
static double scale_of(const UiWindow *window)
{
    return fmin((double)window->width / PANEL_WIDTH, (double)window->height / PANEL_HEIGHT);
}

static double left_of(const UiWindow *window)
{
    return floor((window->width - scale_of(window) * PANEL_WIDTH) / 2);
}

static double top_of(const UiWindow *window)
{
    return floor((window->height - scale_of(window) * PANEL_HEIGHT) / 2);
}

// ---- Events ----

static void take_key(UiWindow *window, XKeyEvent *event)
{
    static const struct {
        KeySym symbol;
        Key key;
    } keys[] = {
        {XK_Tab, KEY_NEXT},
        {XK_ISO_Left_Tab, KEY_PREVIOUS},
        {XK_Up, KEY_UP},
        {XK_Right, KEY_UP},
        {XK_Down, KEY_DOWN},
        {XK_Left, KEY_DOWN},
        {XK_Return, KEY_ENTER},
        {XK_KP_Enter, KEY_ENTER},
        {XK_space, KEY_ENTER},
        {XK_Escape, KEY_ESCAPE},
        {XK_BackSpace, KEY_ERASE},
        {XK_Delete, KEY_RESET},
        {XK_Home, KEY_RESET},
        {XK_Page_Up, KEY_FILE_BEFORE},
        {XK_Page_Down, KEY_FILE_AFTER},
    };
    char text[16] = "";
    KeySym symbol = NoSymbol;
    const int length = XLookupString(event, text, sizeof text - 1, &symbol, NULL);
    text[length > 0 ? length : 0] = '\0';
    const bool fine = event->state & ShiftMask;
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        if (keys[i].symbol != symbol) continue;
        const bool back = symbol == XK_Tab && fine;
        panel_key(window->panel, back ? KEY_PREVIOUS : keys[i].key, text, fine);
        return;
    }
    if ((unsigned char)*text > ' ') panel_key(window->panel, KEY_TEXT, text, fine);
}

static void take_button(UiWindow *window, const XButtonEvent *event, double x, double y)
{
    const bool fine = event->state & ShiftMask, resets = event->state & ControlMask;
    if (event->button == Button1) {
        XSetInputFocus(window->display, window->window, RevertToParent, event->time);
        panel_press(window->panel, x, y, fine, resets, now());
    } else if (event->button == Button4 || event->button == Button5) {
        panel_wheel(window->panel, x, y, event->button == Button4 ? 1 : -1, fine);
    }
}

static void take_event(UiWindow *window, XEvent *event)
{
    const double scale = scale_of(window), left = left_of(window), top = top_of(window);
    switch (event->type) {
    case Expose: window->exposed = true; break;
    case ConfigureNotify:
        take_size(window, event->xconfigure.width, event->xconfigure.height);
        break;
    case DestroyNotify: window->gone = true; break;
    case ButtonPress:
        take_button(window, &event->xbutton, (event->xbutton.x - left) / scale,
                    (event->xbutton.y - top) / scale);
        break;
    case ButtonRelease:
        if (event->xbutton.button == Button1) panel_release(window->panel);
        break;
    case MotionNotify:
        panel_move(window->panel, (event->xmotion.x - left) / scale,
                   (event->xmotion.y - top) / scale, event->xmotion.state & ShiftMask, now());
        break;
    case LeaveNotify: panel_leave(window->panel); break;
    case KeyPress: take_key(window, &event->xkey); break;
    default: break;
    }
}

// ---- Drawing ----

// Copies a box of the panel to the screen, in whole pixels around it.
static void show(UiWindow *window, const Box *box)
{
    const double scale = scale_of(window), left = left_of(window), top = top_of(window);
    const double x = floor(left + scale * box->x) - 1, y = floor(top + scale * box->y) - 1;
    cairo_t *cr = cairo_create(window->screen);
    cairo_set_source_surface(cr, window->image, 0, 0);
    cairo_rectangle(cr, x, y, ceil(scale * box->width) + 2, ceil(scale * box->height) + 2);
    cairo_fill(cr);
    cairo_destroy(cr);
}

static void draw(UiWindow *window)
{
    enum { ROOM = PARTS + CONTROLS_MAX };
    Box drawn[ROOM];
    cairo_t *cr = cairo_create(window->image);
    cairo_set_antialias(cr, CAIRO_ANTIALIAS_FAST); // trails in two thirds of the time
    cairo_translate(cr, left_of(window), top_of(window));
    cairo_scale(cr, scale_of(window), scale_of(window));
    int count = panel_draw(window->panel, cr, drawn, ROOM);
    cairo_destroy(cr);
    if (window->exposed) {
        const double scale = scale_of(window);
        drawn[0] = (Box){-left_of(window) / scale, -top_of(window) / scale, window->width / scale,
                         window->height / scale};
        count = 1;
    }
    window->exposed = false;
    for (int i = 0; i < count; i++) show(window, &drawn[i]);
    if (count > 0) cairo_surface_flush(window->screen);
}

static void take_events(UiWindow *window)
{
    while (!window->gone && XPending(window->display) > 0) {
        XEvent event;
        XNextEvent(window->display, &event);
        take_event(window, &event);
    }
}

bool window_idle(UiWindow *window)
{
    const XErrorHandler former = begin_errors();
    take_events(window);
    if (!window->gone) {
        const double time = now();
        follow_parent(window, time);
        panel_idle(window->panel, time);
        draw(window);
    }
    end_errors(window->display, former);
    return !window->gone;
}
