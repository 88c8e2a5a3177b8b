#include "panel_layout.h"

#include "controls/ports.h"

#define TOP    368.0
#define HEIGHT 182.0
#define ROW    17.0

const Box layout_title = {14, 8, 120, 26}, layout_notice = {14, 38, 872, 18},
          layout_map = {14, 62, 290, 290}, layout_history = {316, 60, 356, 292},
          layout_spectrum = {684, 60, 202, 164}, layout_levels = {684, 236, 202, 116};

const Group layout_group[LAYOUT_GROUPS] = {
    {{"", ""}, {14, TOP, 164, HEIGHT}},
    {{"Latent", "Latente"}, {186, TOP, 190, HEIGHT}},
    {{"Reference", "Referencia"}, {384, TOP, 182, HEIGHT}},
    {{"Freeze", "Congelado"}, {574, TOP, 152, HEIGHT}},
    {{"Output", "Salida"}, {734, TOP, 152, HEIGHT}},
};

static const struct {
    int port, group, row;
} places[] = {
    {PORT_NOISE, 0, -1},
    {PORT_NOISE_MODE, 0, 6},
    {PORT_DRIFT, 0, 7},
    {PORT_SEED, 0, 8},
    {PORT_DETAIL, 1, 0},
    {PORT_SCALE, 1, 1},
    {PORT_OFFSET, 1, 2},
    {PORT_SMEAR_MS, 1, 3},
    {PORT_MATCH, 1, 4},
    {PORT_AXIS_1, 1, 5},
    {PORT_AXIS_2, 1, 6},
    {PORT_AXIS_3, 1, 7},
    {PORT_AXIS_4, 1, 8},
    {PORT_BLEND, 2, 0},
    {PORT_BLEND_MODE, 2, 1},
    {PORT_DYNAMICS, 2, 2},
    {PORT_INPUT_BEATS, 2, 3},
    {PORT_REFERENCE_BEATS, 2, 4},
    {PORT_CAPTURE, 2, 6},
    {PORT_FREEZE, 3, 0},
    {PORT_FREEZE_KIND, 3, 1},
    {PORT_FREEZE_UNIT, 3, 2},
    {PORT_FREEZE_SECONDS, 3, 3},
    {PORT_FREEZE_BEATS, 3, 4},
    {PORT_ENABLED, 4, 0},
    {PORT_WET, 4, 1},
    {PORT_GAIN, 4, 2},
    {PORT_AUTO_GAIN, 4, 3},
    {PORT_SOUNDS_IN_SILENCE, 4, 5},
    {PORT_LATENCY_MODE, 4, 6},
};

static const ControlInfo *info_of(int port)
{
    for (int i = 0; i < control_table_rows; i++)
        if (control_table[i].port == port) return &control_table[i];
    return NULL;
}

int layout_controls(Control *control, int room)
{
    int count = 0;
    for (size_t i = 0; i < sizeof places / sizeof *places && count < room; i++) {
        const ControlInfo *info = info_of(places[i].port);
        const Box *group = &layout_group[places[i].group].box;
        if (!info) continue;
        const double top = places[i].group == 0 ? 3 : 22;
        control[count] = (Control){.info = info, .value = info->start};
        if (places[i].row < 0) {
            control[count].shape = SHAPE_DIAL;
            control[count].box = (Box){group->x + 12, group->y + 6, group->width - 24, 112};
        } else {
            control[count].box = (Box){group->x + 7,
                                       group->y + top + places[i].row * (ROW + 0.6) +
                                           (places[i].group == 0 ? 16 : 0),
                                       group->width - 14, ROW - 1};
        }
        count++;
    }
    return count;
}

Box layout_file(FileKind kind)
{
    return (Box){kind == FILE_MODEL ? 214 : 578, 9, 260, 24};
}

Box layout_file_step(FileKind kind, int step)
{
    const Box name = layout_file(kind);
    return (Box){step < 0 ? name.x - 26 : name.x + name.width + 2, name.y, 24, name.height};
}

Box layout_chooser(FileKind kind, int rows)
{
    const Box name = layout_file(kind);
    const int shown = rows < 20 ? rows : 20;
    const double width = 360;
    const double x = kind == FILE_MODEL ? name.x - 26 : 886 - width;
    return (Box){x, name.y + name.height + 3, width, 22.0 * (shown > 0 ? shown : 1)};
}
