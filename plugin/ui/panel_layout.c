#include "panel_layout.h"

#include "controls/ports.h"

#define TOP    384.0 // of the groups
#define HEIGHT 168.0
#define HEAD   21.0 // of a group, with its name
#define ROW    24.0

const Box layout_title = {14, 8, 110, 26}, layout_notice = {14, 37, 872, 18},
          layout_map = {14, 58, 348, 270}, layout_history = {374, 58, 312, 320},
          layout_spectrum = {698, 58, 188, 140}, layout_levels = {698, 208, 188, 140};

const Group layout_group[LAYOUT_GROUPS] = {
    {{"", ""}, {14, TOP, 216, HEIGHT}},
    {{"Latent", "Latente"}, {238, TOP, 152, HEIGHT}},
    {{"Reference", "Referencia"}, {398, TOP, 166, HEIGHT}},
    {{"Freeze", "Congelado"}, {572, TOP, 148, HEIGHT}},
    {{"Output", "Salida"}, {728, TOP, 158, HEIGHT}},
};

// Where a control is: in a row of a group, or in a box of its own; and its label, where its name
// repeats what the group says.
static const struct {
    int port, group, row; // group -1: the box
    Box box;
    Shape shape;
    const char *label[LANGUAGES];
} places[] = {
    {PORT_NOISE, -1, 0, {18, TOP + 4, 100, 110}, SHAPE_DIAL, {NULL}},
    {PORT_NOISE_MODE, -1, 0, {120, TOP + 22, 106, 84}, SHAPE_LIST, {NULL}},
    {PORT_DRIFT, -1, 0, {20, TOP + 117, 204, 22}, SHAPE_ROW, {NULL}},
    {PORT_SEED, -1, 0, {20, TOP + 141, 204, 22}, SHAPE_ROW, {"Seed", "Semilla"}},
    {PORT_AXIS_1, -1, 0, {14, 332, 172, 22}, SHAPE_ROW, {NULL}},
    {PORT_AXIS_2, -1, 0, {190, 332, 172, 22}, SHAPE_ROW, {NULL}},
    {PORT_AXIS_3, -1, 0, {14, 356, 172, 22}, SHAPE_ROW, {NULL}},
    {PORT_AXIS_4, -1, 0, {190, 356, 172, 22}, SHAPE_ROW, {NULL}},
    {PORT_DETAIL, 1, 0, {0, 0, 0, 0}, SHAPE_ROW, {NULL}},
    {PORT_SCALE, 1, 1, {0, 0, 0, 0}, SHAPE_ROW, {NULL}},
    {PORT_OFFSET, 1, 2, {0, 0, 0, 0}, SHAPE_ROW, {"Offset", "Desplazar"}},
    {PORT_SMEAR_MS, 1, 3, {0, 0, 0, 0}, SHAPE_ROW, {NULL}},
    {PORT_MATCH, 1, 4, {0, 0, 0, 0}, SHAPE_ROW, {NULL}},
    {PORT_BLEND, 2, 0, {0, 0, 0, 0}, SHAPE_ROW, {NULL}},
    {PORT_BLEND_MODE, 2, 1, {0, 0, 0, 0}, SHAPE_ROW, {"Mode", "Modo"}},
    {PORT_DYNAMICS, 2, 2, {0, 0, 0, 0}, SHAPE_ROW, {NULL}},
    {PORT_INPUT_BEATS, 2, 3, {0, 0, 0, 0}, SHAPE_ROW, {"Input for", "Entrada"}},
    {PORT_REFERENCE_BEATS, 2, 4, {0, 0, 0, 0}, SHAPE_ROW, {"Reference for", "Referencia"}},
    {PORT_CAPTURE, 2, 5, {0, 0, 0, 0}, SHAPE_ROW, {NULL}},
    {PORT_FREEZE, 3, 0, {0, 0, 0, 0}, SHAPE_ROW, {NULL}},
    {PORT_FREEZE_KIND, 3, 1, {0, 0, 0, 0}, SHAPE_ROW, {"Kind", "Clase"}},
    {PORT_FREEZE_UNIT, 3, 2, {0, 0, 0, 0}, SHAPE_ROW, {"Length in", "Largo en"}},
    {PORT_FREEZE_SECONDS, 3, 3, {0, 0, 0, 0}, SHAPE_ROW, {"Length", "Largo"}},
    {PORT_FREEZE_BEATS, 3, 4, {0, 0, 0, 0}, SHAPE_ROW, {"Length", "Largo"}},
    {PORT_ENABLED, 4, 0, {0, 0, 0, 0}, SHAPE_ROW, {NULL}},
    {PORT_WET, 4, 1, {0, 0, 0, 0}, SHAPE_ROW, {NULL}},
    {PORT_GAIN, 4, 2, {0, 0, 0, 0}, SHAPE_ROW, {"Gain", "Ganancia"}},
    {PORT_AUTO_GAIN, 4, 3, {0, 0, 0, 0}, SHAPE_ROW, {"Automatic gain", "Automática"}},
    {PORT_SOUNDS_IN_SILENCE, 4, 4, {0, 0, 0, 0}, SHAPE_ROW, {NULL}},
    {PORT_LATENCY_MODE, -1, 0, {698, 356, 188, 22}, SHAPE_ROW, {"Latency", "Latencia"}},
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
                        ROW - 2};
        }
        Control *placed = &control[count++];
        *placed =
            (Control){.info = info, .value = info->start, .shape = places[i].shape, .box = box};
        for (int language = 0; language < LANGUAGES; language++)
            placed->label[language] =
                places[i].label[language] ? places[i].label[language] : info->name[language];
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
                 22.0 * (shown > 0 ? shown : 1) + 4};
}
