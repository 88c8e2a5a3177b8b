// ui_test_hands.c: what the pointer and the keys do to each control and to the lists of files.
#include "control.h"
#include "controls/ports.h"
#include "lib/check.h"
#include "ui/places.h"
#include "ui/ui_host.h"

#include <math.h>
#include <X11/keysym.h>

static UiHost *host;

// Returns the number of the last thing of this kind that the window said of a port, or -1.
static int last_said(UiHost *of, SaidKind kind, int port)
{
    int i = ui_host_said(of) - 1;
    while (i >= 0 &&
           (ui_host_said_at(of, i)->kind != kind || ui_host_said_at(of, i)->port != (uint32_t)port))
        i--;
    return i;
}

static bool is_let_go(UiHost *of, void *data)
{
    return last_said(of, SAID_LETS_GO, *(int *)data) >= 0;
}

// A drag is taken, moved and let go, in this order; to the right, the value rises by the share of
// the range that the pointer moved by. Shift: a tenth.
static void drag(const ControlInfo *info, const Place *place, HandKeys keys)
{
    const double share = 0.4, middle = place->y + 8;
    int port = info->port;
    ui_host_automate(host, port, control_at(info, 0.2));
    ui_host_steps(host, 0.5); // no double click
    ui_host_forget(host);
    ui_host_drag(host, place->x + 10, middle, place->x + 10 + share * place->width, middle, keys);
    CHECK_MSG(ui_host_until(host, is_let_go, &port), "%s: not let go", info->symbol);
    const int taken = last_said(host, SAID_TAKES, port), left = last_said(host, SAID_LETS_GO, port);
    const int moved = last_said(host, SAID_VALUE, port);
    CHECK_MSG(taken >= 0 && taken < moved && moved < left, "%s: order %d %d %d", info->symbol,
              taken, moved, left);
    const double now = control_share(info, ui_host_value(host, port));
    const double wanted = control_share(info, control_at(info, 0.2)) + share * (keys ? 0.1 : 1);
    const double whole = info->kind == CONTROL_WHOLE ? 1.0 / (double)(info->high - info->low) : 0;
    CHECK_MSG(fabs(now - wanted) < 0.02 + whole, "%s: %g, not %g", info->symbol, now, wanted);
}

static void test_each_row_is_dragged(void)
{
    Place place;
    for (int i = 0; place_control(i, &place); i++) {
        const ControlInfo *info = place_control(i, &place);
        if (info->kind >= CONTROL_SWITCH || place.height > 60) continue;
        drag(info, &place, HAND_PLAIN);
        if (info->kind != CONTROL_WHOLE) drag(info, &place, HAND_SHIFT);
        ui_host_automate(host, info->port, info->start);
    }
}

typedef struct {
    int port;
    float value;
} Wanted;

static bool has_value(UiHost *of, void *data)
{
    const Wanted *wanted = data;
    return last_said(of, SAID_VALUE, wanted->port) >= 0 &&
           ui_host_value(of, wanted->port) == wanted->value;
}

// The dial turns by half of its range for a hundred units of the panel up or to the right.
static void test_the_dial_is_dragged(void)
{
    static const struct {
        double x, y, share;
        HandKeys keys;
    } way[] = {{0, -80, 0.4, 0}, {80, 0, 0.4, 0}, {0, 30, -0.15, 0}, {0, -80, 0.04, HAND_SHIFT}};
    Place place;
    const ControlInfo *info = place_control(place_find(PORT_NOISE), &place);
    const double x = place.x + place.width / 2, y = place.y + 85;
    for (size_t w = 0; w < sizeof way / sizeof *way; w++) {
        int port = info->port;
        ui_host_automate(host, port, control_at(info, 0.3));
        ui_host_steps(host, 0.5); // no double click
        ui_host_forget(host);
        ui_host_drag(host, x, y, x + way[w].x, y + way[w].y, way[w].keys);
        CHECK(ui_host_until(host, is_let_go, &port));
        CHECK(last_said(host, SAID_TAKES, port) >= 0);
        const double now = control_share(info, ui_host_value(host, port));
        CHECK_MSG(fabs(now - 0.3 - way[w].share) < 0.02, "%zu: %g", w, now);
    }
    ui_host_automate(host, info->port, info->start);
}

static void test_each_switch_and_choice_is_clicked(void)
{
    Place place;
    for (int i = 0; place_control(i, &place); i++) {
        const ControlInfo *info = place_control(i, &place);
        if (info->kind < CONTROL_SWITCH || place.height > 60) continue;
        Wanted next = {info->port, control_step(info, info->start, 1, false)};
        ui_host_automate(host, info->port, info->start);
        ui_host_forget(host);
        ui_host_click(host, place.x + 20, place.y + 8, 1, HAND_PLAIN);
        CHECK_MSG(ui_host_until(host, has_value, &next), "%s: not %g", info->symbol,
                  (double)next.value);
        ui_host_automate(host, info->port, info->start);
    }
}

static void test_each_character_of_noise_is_clicked(void)
{
    Place place;
    const ControlInfo *info = place_control(place_find(PORT_NOISE_MODE), &place);
    for (int i = 0; i < info->points; i++) {
        Wanted wanted = {info->port, info->point[i].value};
        ui_host_automate(host, info->port, info->point[(i + 1) % info->points].value);
        ui_host_forget(host);
        ui_host_click(host, place.x + 20, place.y + (i + 0.4) * place.height / info->points, 1,
                      HAND_PLAIN);
        CHECK_MSG(ui_host_until(host, has_value, &wanted), "%s", info->point[i].label[0]);
    }
}

// Tab goes from control to control; arrows, Return and Delete set them.
static void test_keys_reach_each_control(void)
{
    Place place;
    const ControlInfo *first = place_control(0, &place);
    ui_host_click(host, place.x + 10, place.y + 20, 1, HAND_PLAIN);
    ui_host_steps(host, 0.2);
    for (int i = 0; place_control(i, &place); i++) {
        const ControlInfo *info = place_control(i, &place);
        const bool falls = info->start >= info->high && info->kind < CONTROL_SWITCH;
        Wanted moved = {info->port, control_step(info, info->start, falls ? -1 : 1, false)};
        Wanted reset = {info->port, info->start};
        ui_host_automate(host, info->port, info->start);
        ui_host_forget(host);
        ui_host_key(host, falls ? XK_Down : XK_Up, HAND_PLAIN);
        CHECK_MSG(ui_host_until(host, has_value, &moved), "%s: not %g by a key", info->symbol,
                  (double)moved.value);
        ui_host_key(host, XK_Delete, HAND_PLAIN);
        CHECK_MSG(ui_host_until(host, has_value, &reset), "%s: not reset by a key", info->symbol);
        ui_host_key(host, XK_Tab, HAND_PLAIN);
        ui_host_steps(host, 0.02);
    }
    Wanted around = {first->port, control_step(first, first->start, 1, false)};
    ui_host_forget(host);
    ui_host_key(host, XK_Up, HAND_PLAIN);
    CHECK(ui_host_until(host, has_value, &around));
}

static bool has_asked(UiHost *of, void *data)
{
    (void)data;
    for (int i = 0; i < ui_host_said(of); i++)
        if (ui_host_said_at(of, i)->kind == SAID_REQUEST) return true;
    return false;
}

// The row before the last one is "other file…".
static void ask_for_other_file(UiHost *of)
{
    const Place name = place_file(false);
    ui_host_click(of, name.x + name.width / 2, name.y + name.height / 2, 1, HAND_PLAIN);
    ui_host_steps(of, 0.3);
    for (int i = 0; i < 2; i++) ui_host_key(of, XK_Up, HAND_PLAIN);
    ui_host_key(of, XK_Return, HAND_PLAIN);
    ui_host_steps(of, 0.3);
}

static void test_other_files_are_the_hosts_or_from_a_list_of_our_own(void)
{
    UiHost *asks = ui_host_new(&(UiHostOptions){.requests = true});
    REQUIRE(asks);
    ui_host_steps(asks, 0.3);
    ask_for_other_file(asks);
    CHECK(ui_host_until(asks, has_asked, NULL));
    CHECK(strcmp(ui_host_said_at(asks, last_said(asks, SAID_REQUEST, 0))->text,
                 "urn:trasluz:model") == 0);
    ui_host_free(asks);

    const Place map = place_map();
    const uint64_t before = ui_host_pixels(host, map.x + map.width - 60, map.y, 50, 200);
    ask_for_other_file(host);
    CHECK(ui_host_pixels(host, map.x + map.width - 60, map.y, 50, 200) != before);
    ui_host_key(host, XK_Escape, HAND_PLAIN);
    ui_host_steps(host, 0.2);
}

int main(void)
{
    host = ui_host_new(&(UiHostOptions){.scale = 0});
    if (!host) return 1;
    ui_host_steps(host, 0.5);
    RUN(test_each_row_is_dragged);
    RUN(test_the_dial_is_dragged);
    RUN(test_each_switch_and_choice_is_clicked);
    RUN(test_each_character_of_noise_is_clicked);
    RUN(test_keys_reach_each_control);
    RUN(test_other_files_are_the_hosts_or_from_a_list_of_our_own);
    ui_host_free(host);
    return check_status();
}
