#include "panel_layout.h"

#include "controls/ports.h"

#define TOP    366.0 // of the groups
#define HEIGHT 184.0
#define HEAD   24.0 // of a group, with its name
#define ROW    26.0

const Box layout_title = {14, 8, 110, 26}, layout_notice = {14, 37, 872, 18},
          layout_map = {14, 60, 290, 242}, layout_history = {316, 60, 356, 298},
          layout_spectrum = {684, 60, 202, 150}, layout_levels = {684, 218, 202, 108};

const Group layout_group[LAYOUT_GROUPS] = {
    {{"", ""}, {14, TOP, 224, HEIGHT}},
    {{"Latent", "Latente"}, {246, TOP, 146, HEIGHT}},
    {{"Reference", "Referencia"}, {400, TOP, 160, HEIGHT}},
    {{"Freeze", "Congelado"}, {568, TOP, 154, HEIGHT}},
    {{"Output", "Salida"}, {730, TOP, 156, HEIGHT}},
};

// Where a control is: in a row of a group, or in a box of its own.
static const struct {
    int port, group, row; // group -1: the box
    Box box;
    Shape shape;
} places[] = {
    {PORT_NOISE, -1, 0, {18, TOP + 4, 100, 122}, SHAPE_DIAL},
    {PORT_NOISE_MODE, -1, 0, {122, TOP + 26, 112, 84}, SHAPE_LIST},
    {PORT_DRIFT, -1, 0, {20, TOP + 128, 212, 23}, SHAPE_ROW},
    {PORT_SEED, -1, 0, {20, TOP + 154, 212, 23}, SHAPE_ROW},
    {PORT_AXIS_1, -1, 0, {14, 308, 143, 23}, SHAPE_ROW},
    {PORT_AXIS_2, -1, 0, {161, 308, 143, 23}, SHAPE_ROW},
    {PORT_AXIS_3, -1, 0, {14, 335, 143, 23}, SHAPE_ROW},
    {PORT_AXIS_4, -1, 0, {161, 335, 143, 23}, SHAPE_ROW},
    {PORT_DETAIL, 1, 0, {0, 0, 0, 0}, SHAPE_ROW},
    {PORT_SCALE, 1, 1, {0, 0, 0, 0}, SHAPE_ROW},
    {PORT_OFFSET, 1, 2, {0, 0, 0, 0}, SHAPE_ROW},
    {PORT_SMEAR_MS, 1, 3, {0, 0, 0, 0}, SHAPE_ROW},
    {PORT_MATCH, 1, 4, {0, 0, 0, 0}, SHAPE_ROW},
    {PORT_BLEND, 2, 0, {0, 0, 0, 0}, SHAPE_ROW},
    {PORT_BLEND_MODE, 2, 1, {0, 0, 0, 0}, SHAPE_ROW},
    {PORT_DYNAMICS, 2, 2, {0, 0, 0, 0}, SHAPE_ROW},
    {PORT_INPUT_BEATS, 2, 3, {0, 0, 0, 0}, SHAPE_ROW},
    {PORT_REFERENCE_BEATS, 2, 4, {0, 0, 0, 0}, SHAPE_ROW},
    {PORT_CAPTURE, 2, 5, {0, 0, 0, 0}, SHAPE_ROW},
    {PORT_FREEZE, 3, 0, {0, 0, 0, 0}, SHAPE_ROW},
    {PORT_FREEZE_KIND, 3, 1, {0, 0, 0, 0}, SHAPE_ROW},
    {PORT_FREEZE_UNIT, 3, 2, {0, 0, 0, 0}, SHAPE_ROW},
    {PORT_FREEZE_SECONDS, 3, 3, {0, 0, 0, 0}, SHAPE_ROW},
    {PORT_FREEZE_BEATS, 3, 4, {0, 0, 0, 0}, SHAPE_ROW},
    {PORT_ENABLED, 4, 0, {0, 0, 0, 0}, SHAPE_ROW},
    {PORT_WET, 4, 1, {0, 0, 0, 0}, SHAPE_ROW},
    {PORT_GAIN, 4, 2, {0, 0, 0, 0}, SHAPE_ROW},
    {PORT_AUTO_GAIN, 4, 3, {0, 0, 0, 0}, SHAPE_ROW},
    {PORT_SOUNDS_IN_SILENCE, 4, 4, {0, 0, 0, 0}, SHAPE_ROW},
    {PORT_LATENCY_MODE, -1, 0, {684, 335, 202, 23}, SHAPE_ROW},
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
        if (!info) continue;
        Box box = places[i].box;
        if (places[i].group >= 0) {
            const Box *group = &layout_group[places[i].group].box;
            box = (Box){group->x + 6, group->y + HEAD + places[i].row * ROW, group->width - 12,
                        ROW - 3};
        }
        control[count++] =
            (Control){.info = info, .value = info->start, .shape = places[i].shape, .box = box};
    }
    return count;
}

Box layout_file(FileKind kind)
{
    return (Box){kind == FILE_MODEL ? 158 : 541, 8, 317, 25};
}

Box layout_file_step(FileKind kind, int step)
{
    const Box name = layout_file(kind);
    return (Box){step < 0 ? name.x - 28 : name.x + name.width + 3, name.y, 25, name.height};
}

Box layout_chooser(FileKind kind, int rows)
{
    const Box name = layout_file(kind);
    const int shown = rows < 20 ? rows : 20;
    return (Box){name.x - 28, name.y + name.height + 3, name.width + 56,
                 22.0 * (shown > 0 ? shown : 1)};
}
