// ui_test_latent.c: what the panel draws of the latent: the ghost of the reference, trails, marks
// of what goes on; and views that no plugin sends. Without an X11 server.
#include "latent/latent_tap.h"
#include "lib/check.h"
#include "panel_layout.h"
#include "ui/bare_panel.h"

#include <math.h>

// ---- What is drawn of the latent ----

static void the_ghost_is_the_reference(void)
{
    open_panel(0);
    say_file(FILE_MODEL, bundle("models/espectro.safetensors"));
    say_view();
    draw();
    const uint64_t without = pixels(&layout_map);
    CHECK(panel.map.ghost.count == 0);
    say_file(FILE_REFERENCE, bundle("references/choir-espectro.safetensors"));
    CHECK(panel.map.ghost.count > 100);
    draw();
    CHECK(pixels(&layout_map) != without);
    say_file(FILE_REFERENCE, bundle("references/disco-normal.safetensors")); // does not fit
    CHECK(panel.map.ghost.count == 0);
    panel_free(&panel);
}

// The point that a recording has at a share of its length.
static void point_of(int number, float point[2])
{
    point[0] = cosf(6.2832f * (float)number / VIEW_RECORDED);
    point[1] = sinf(6.2832f * (float)number / VIEW_RECORDED);
}

static void the_ghost_of_a_recording(void)
{
    open_panel(0);
    say_file(FILE_MODEL, bundle("models/espectro.safetensors"));
    say_file(FILE_REFERENCE, bundle("references/choir-espectro.safetensors"));
    const int of_file = panel.map.ghost.count;
    // While it records, what comes in.
    for (int i = 1; i <= 300; i++) {
        view.captured = (float)i / 30;
        for (int k = 0; k < view.points; k++) view.path_before[k][0] = (float)i / 100;
        say_view();
        if (i == 1) CHECK(panel.map.ghost.count == view.points);
    }
    const MapGhost *ghost = &panel.map.ghost;
    CHECK_MSG(ghost->count > MAP_GHOST / 2 && ghost->count <= MAP_GHOST, "%d", ghost->count);
    CHECK(fabsf(ghost->point[0].x - 0.01f) < 1e-5f);
    CHECK(fabsf(ghost->point[ghost->count / 2].x - 1.5f) < 0.3f); // evenly spread
    draw();
    const uint64_t recording = pixels(&layout_map);
    // After that, what the plugin has.
    view.captured = 0;
    view.recording = 10;
    view.recorded = 6;
    for (int first = 0; first < VIEW_RECORDED + 12; first += 6) {
        view.first_recorded = (uint8_t)(first % VIEW_RECORDED);
        for (int i = 0; i < 6; i++) point_of((first + i) % VIEW_RECORDED, view.path_recorded[i]);
        say_view();
    }
    CHECK(ghost->count == VIEW_RECORDED);
    for (int i = 0; i < VIEW_RECORDED; i += 17) {
        float point[2];
        point_of(i, point);
        CHECK(ghost->point[i].x == point[0] && ghost->point[i].y == point[1]);
    }
    draw();
    CHECK(pixels(&layout_map) != recording);
    // The file's again.
    view.recording = 0;
    view.recorded = 0;
    say_view();
    CHECK(ghost->count == of_file);
    panel_free(&panel);
}

static void trails_last_as_long_at_any_rate(void)
{
    static const int points[] = {1, 6, 12, 16};
    for (size_t p = 0; p < sizeof points / sizeof *points; p++) {
        open_panel(0);
        view.points = (uint8_t)points[p];
        for (int i = 0; i < 600; i++) {
            for (int k = 0; k < points[p]; k++) view.path_before[k][0] = (float)i / 30;
            say_view();
        }
        const Map *map = &panel.map;
        const int first = (map->at - map->count + MAP_TRAIL) % MAP_TRAIL;
        const float newest = map->before[(map->at - 1 + MAP_TRAIL) % MAP_TRAIL].x;
        const float seconds = newest - map->before[first].x;
        CHECK_MSG(seconds > 1.9f && (points[p] < 8 || seconds < 6), "%d points a view: %g s",
                  points[p], (double)seconds);
        panel_free(&panel);
    }
}

static int marks(HistoryMark mark)
{
    int count = 0;
    for (int i = 0; i < HISTORY_COLUMNS; i++) count += panel.history.mark[i] == mark;
    return count;
}

static void views(int count)
{
    for (int i = 0; i < count; i++) say_view();
}

static void the_history_marks_what_goes_on(void)
{
    open_panel(0);
    views(10);
    draw();
    const uint64_t before = pixels(&layout_history);
    view.captured = 1;
    views(20);
    view.captured = 0;
    view.frozen = 0.5f;
    views(30);
    CHECK(panel.history.held_since == 29);
    view.frozen = 0;
    view.turn = TURN_INPUT;
    views(40);
    view.turn = TURN_REFERENCE;
    views(50);
    CHECK(panel.history.held_since == -1);
    CHECK_MSG(marks(MARK_CAPTURE) == 20 && marks(MARK_FREEZE) == 30 && marks(MARK_INPUT) == 40 &&
                  marks(MARK_REFERENCE) == 50,
              "%d %d %d %d", marks(MARK_CAPTURE), marks(MARK_FREEZE), marks(MARK_INPUT),
              marks(MARK_REFERENCE));
    draw();
    CHECK(pixels(&layout_history) != before);
    panel_free(&panel);
}

// Each of these looks otherwise: nothing, recording, frozen, the input's turn, the reference's.
static void each_state_is_drawn(void)
{
    uint64_t seen[5];
    for (int state = 0; state < 5; state++) {
        open_panel(0);
        if (state == 1) view.captured = 0.5f;
        if (state == 2) view.frozen = 0.5f;
        if (state == 3) view.turn = TURN_INPUT;
        if (state == 4) view.turn = TURN_REFERENCE;
        views(10);
        draw();
        seen[state] = pixels(&layout_history);
        for (int i = 0; i < state; i++) CHECK_MSG(seen[i] != seen[state], "%d and %d", i, state);
        panel_free(&panel);
    }
}

static void ten_seconds_are_ten_seconds_with_any_blocks(void)
{
    open_panel(0);
    view.captured = 1;
    view.seconds = 0.1f; // of large blocks
    views(20);
    CHECK_MSG(abs(marks(MARK_CAPTURE) - 60) <= 1, "%d columns", marks(MARK_CAPTURE));
    view.captured = 0;
    view.frozen = 1;
    view.seconds = 0.02f;
    views(150);
    CHECK_MSG(abs(marks(MARK_FREEZE) - 90) <= 1, "%d columns", marks(MARK_FREEZE));
    panel_free(&panel);
}

static void views_with_wild_numbers_are_drawn_or_left(void)
{
    static const float wild[] = {NAN, INFINITY, -INFINITY, 1e38f, -1e38f, 1e-40f};
    open_panel(0);
    for (size_t w = 0; w < sizeof wild / sizeof *wild; w++)
        for (size_t at = 0; at + sizeof(float) <= sizeof view; at += sizeof(float)) {
            reset_view();
            memcpy((char *)&view + at, &wild[w], sizeof(float));
            say_view();
            CHECK_MSG(isfinite(panel.meters.share) && isfinite(panel.meters.latency) &&
                          isfinite(panel.map.points_per_second) && isfinite(panel.rate),
                      "%g at byte %zu", (double)wild[w], at);
            if (at % 64 == 0) draw();
        }
    draw();
    panel_free(&panel);
}

int main(void)
{
    RUN(the_ghost_is_the_reference);
    RUN(the_ghost_of_a_recording);
    RUN(trails_last_as_long_at_any_rate);
    RUN(the_history_marks_what_goes_on);
    RUN(each_state_is_drawn);
    RUN(ten_seconds_are_ten_seconds_with_any_blocks);
    RUN(views_with_wild_numbers_are_drawn_or_left);
    end_panels();
    return check_status();
}
