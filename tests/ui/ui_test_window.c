// ui_test_window.c: the window in a host of our own, with the real plugin: what hands do arrives at
// the plugin's ports, what the plugin's ports do is drawn, and nothing harms it.
#include "control.h"
#include "controls/ports.h"
#include "lib/check.h"
#include "ui/places.h"
#include "ui/ui_host.h"

#include <lv2/atom/atom.h>
#include <math.h>
#include <unistd.h>

static UiHost *host;

// True if the window last set the port to this value.
static bool was_set(int port, float value)
{
    for (int i = ui_host_said(host) - 1; i >= 0; i--) {
        const Said *said = ui_host_said_at(host, i);
        if (said->kind == SAID_VALUE && said->port == (uint32_t)port)
            return fabsf(said->value - value) <= 1e-4f * fabsf(value) + 1e-6f;
    }
    return false;
}

typedef struct {
    int port;
    float value;
} Wanted;

static bool has_arrived(UiHost *of, void *data)
{
    const Wanted *wanted = data;
    (void)of;
    return was_set(wanted->port, wanted->value);
}

static void test_each_control_is_moved_by_the_wheel_and_reset_by_a_click(void)
{
    Place place;
    for (int i = 0; place_control(i, &place); i++) {
        const ControlInfo *info = place_control(i, &place);
        const double x = place.x + place.width / 2, y = place.y + place.height / 2;
        const int step = info->start >= info->high ? -1 : 1;
        Wanted moved = {info->port, control_step(info, info->start, step, false)};
        ui_host_forget(host);
        if (place.height > 60 && info->kind == CONTROL_CHOICE) continue; // a list: below
        ui_host_click(host, x, y, step > 0 ? 4 : 5, HAND_PLAIN);
        CHECK_MSG(ui_host_until(host, has_arrived, &moved), "%s: not %g", info->symbol,
                  (double)moved.value);
        CHECK(ui_host_value(host, info->port) == moved.value || !was_set(info->port, moved.value));
        Wanted reset = {info->port, info->start};
        ui_host_click(host, x, y, 1, HAND_CONTROL);
        CHECK_MSG(ui_host_until(host, has_arrived, &reset), "%s: not reset", info->symbol);
    }
}

static void test_what_the_host_moves_is_drawn(void)
{
    Place place;
    ui_host_point(host, 2, 2);
    for (int i = 0; place_control(i, &place); i++) {
        const ControlInfo *info = place_control(i, &place);
        const float other = info->start == info->low ? info->high : info->low;
        const uint64_t before = ui_host_pixels(host, place.x, place.y, place.width, place.height);
        ui_host_automate(host, info->port, other);
        ui_host_steps(host, 0.15);
        const uint64_t after = ui_host_pixels(host, place.x, place.y, place.width, place.height);
        CHECK_MSG(before != after, "%s: nothing is drawn", info->symbol);
        ui_host_automate(host, info->port, info->start);
        ui_host_steps(host, 0.05);
    }
}

static void test_a_value_can_be_typed(void)
{
    Place place;
    place_control(place_find(PORT_GAIN), &place);
    ui_host_forget(host);
    ui_host_click(host, place.x + 20, place.y + 8, 1, HAND_PLAIN);
    ui_host_click(host, place.x + 20, place.y + 8, 1, HAND_PLAIN);
    ui_host_steps(host, 0.1);
    ui_host_type(host, "-6");
    ui_host_key(host, 0xff0d, HAND_PLAIN); // Return
    Wanted typed = {PORT_GAIN, -6.0f};
    CHECK(ui_host_until(host, has_arrived, &typed));
}

static bool has_chosen(UiHost *of, void *data)
{
    (void)data;
    for (int i = 0; i < ui_host_said(of); i++) {
        const Said *said = ui_host_said_at(of, i);
        if (said->kind == SAID_MESSAGE && strstr(said->text, ".safetensors")) return true;
    }
    return false;
}

static void test_the_next_model_is_chosen(void)
{
    const Place next = place_file_step(false, 1);
    ui_host_forget(host);
    ui_host_click(host, next.x + next.width / 2, next.y + next.height / 2, 1, HAND_PLAIN);
    CHECK(ui_host_until(host, has_chosen, NULL));
}

static bool is_drawn(UiHost *of, void *data)
{
    const Place *place = data;
    return ui_host_colours(of, place->x, place->y, place->width, place->height) > 12;
}

static bool said_axes(UiHost *of, void *data)
{
    bool taken = false, moved = false, left = false;
    (void)data;
    for (int i = 0; i < ui_host_said(of); i++) {
        const Said *said = ui_host_said_at(of, i);
        if (said->port != PORT_AXIS_1) continue;
        taken = taken || said->kind == SAID_TAKES;
        moved = moved || (said->kind == SAID_VALUE && taken && said->value > 0.5f);
        left = left || (said->kind == SAID_LETS_GO && moved);
    }
    return taken && moved && left;
}

static void test_the_map_is_drawn_and_moves_the_axes(void)
{
    const char *bundle = getenv("TRASLUZ_LV2");
    char model[4096];
    Place map = place_map(), history = place_history();
    snprintf(model, sizeof model, "%s/trasluz.lv2/models/espectro.safetensors", bundle);
    ui_host_choose(host, "urn:trasluz:model", model);
    CHECK(ui_host_until(host, is_drawn, &map));
    CHECK(ui_host_until(host, is_drawn, &history));
    const double x = map.x + map.width / 2, y = map.y + map.height / 2;
    ui_host_steps(host, 1.0); // until the plugin has said that the model has axes
    ui_host_forget(host);
    ui_host_drag(host, x, y, x + 0.25 * map.width, y, HAND_PLAIN);
    CHECK(ui_host_until(host, said_axes, NULL));
}

static void test_it_takes_any_size(void)
{
    int width, height;
    CHECK(ui_host_resize(host, 450, 280));
    ui_host_steps(host, 0.3);
    ui_host_size(host, &width, &height);
    CHECK(width == 450 && height == 280);
    ui_host_resize_parent(host, 1350, 840);
    ui_host_steps(host, 1.0);
    ui_host_size(host, &width, &height);
    CHECK(width == 1350 && height == 840);
}

static void test_foreign_messages_do_no_harm(void)
{
    uint8_t bytes[300];
    for (int round = 0; round < 200; round++) {
        for (size_t i = 0; i < sizeof bytes; i++)
            bytes[i] = (uint8_t)(round * 31 + (int)i * 7 + round * (int)i);
        LV2_Atom head = {(uint32_t)round * 40, ui_host_urid(LV2_ATOM__Object)};
        memcpy(bytes, &head, sizeof head);
        ui_host_tell(host, PORT_NOTIFY, NULL, bytes, (uint32_t)(round * 3 / 2));
        ui_host_tell(host, PORT_NOTIFY, "urn:other:format", bytes, sizeof bytes);
        const float odd[] = {NAN, INFINITY, 1e30f};
        ui_host_tell(host, (uint32_t)(PORT_NOISE + round % 20), "", &odd[round % 3], sizeof(float));
        ui_host_tell(host, 1000, "", bytes, 4);
    }
    CHECK(ui_host_step(host));
}

int main(void)
{
    host = ui_host_new(&(UiHostOptions){.scale = 0});
    if (!host) return 1;
    ui_host_steps(host, 0.5);
    RUN(test_each_control_is_moved_by_the_wheel_and_reset_by_a_click);
    RUN(test_what_the_host_moves_is_drawn);
    RUN(test_a_value_can_be_typed);
    RUN(test_the_next_model_is_chosen);
    RUN(test_the_map_is_drawn_and_moves_the_axes);
    RUN(test_it_takes_any_size);
    RUN(test_foreign_messages_do_no_harm);
    ui_host_free(host);
    return check_status();
}
