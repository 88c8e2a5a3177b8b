#include "training/sweep_table.h"

#include "files/file.h"
#include "output/csv.h"
#include "output/plot.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { CURVES_MAX = 16 }; // in a figure

// ---- Order ----

static int by_validation(const void *a, const void *b)
{
    static const int rank[] = {[SWEEP_DONE] = 0, [SWEEP_FAILED] = 1, [SWEEP_WAITING] = 2};
    const SweepRow *x = a, *y = b;
    if (x->state != y->state) return rank[x->state] - rank[y->state];
    if (x->state == SWEEP_DONE && x->info.validation_loss != y->info.validation_loss)
        return x->info.validation_loss < y->info.validation_loss ? -1 : 1;
    return (x->number > y->number) - (x->number < y->number);
}

void sweep_table_sort(SweepRow *row, size_t rows)
{
    qsort(row, rows, sizeof *row, by_validation);
}

// ---- Columns: these follow the settings that vary ----

typedef enum {
    COLUMN_LATENT,
    COLUMN_SHARE,
    COLUMN_PARAMETERS,
    COLUMN_EPOCH,
    COLUMN_TRAIN,
    COLUMN_VALIDATION,
    COLUMN_TEST,
    COLUMNS
} Column;

static const char *const column_name[COLUMNS] = {
    "latent", "share", "parameters", "best_epoch", "train_loss", "validation_loss", "test_loss"};

enum { CELL = 48 }; // bytes

static void format_cell(const SweepRow *row, Column column, char text[CELL])
{
    const ModelInfo *info = &row->info;
    const uint64_t frames = arch_latent_frames(&row->arch, row->window);
    const uint64_t values = frames * (uint64_t)arch_latent_channels(&row->arch);
    const double loss[COLUMNS] = {[COLUMN_TRAIN] = info->train_loss,
                                  [COLUMN_VALIDATION] = info->validation_loss,
                                  [COLUMN_TEST] = info->test_loss};
    switch (column) {
    case COLUMN_LATENT:
        snprintf(text, CELL, "[%d,%" PRIu64 "]", arch_latent_channels(&row->arch), frames);
        break;
    case COLUMN_SHARE:
        snprintf(text, CELL, "%.1f %%", 100.0 * (double)values / (double)row->window);
        break;
    case COLUMN_PARAMETERS: snprintf(text, CELL, "%zu", arch_parameters(&row->arch)); break;
    case COLUMN_EPOCH:
        snprintf(text, CELL, row->state == SWEEP_DONE ? "%d" : "-", info->epochs);
        break;
    default: snprintf(text, CELL, row->state == SWEEP_DONE ? "%.6f" : "-", loss[column]); break;
    }
}

static bool varies(const SweepFile *file, size_t key)
{
    return file->key[key].values > 1;
}

static const char *state_text(const SweepRow *row)
{
    if (row->state == SWEEP_FAILED) return row->reason.text;
    return row->state == SWEEP_DONE ? "done" : "to come";
}

// ---- For people ----

// Returns the width of a column: that of the longest value of a setting, or of its name.
static int key_width(const SweepFile *file, size_t key)
{
    size_t width = strlen(file->key[key].name);
    for (size_t i = 0; i < file->key[key].values; i++)
        if (strlen(file->key[key].value[i]) > width) width = strlen(file->key[key].value[i]);
    return (int)width;
}

void sweep_table_print(const SweepFile *file, const SweepRow *row, size_t rows, FILE *to)
{
    static const int width[COLUMNS] = {10, 7, 10, 10, 10, 15, 9};
    for (size_t k = 0; k < file->keys; k++)
        if (varies(file, k)) fprintf(to, "%-*s  ", key_width(file, k), file->key[k].name);
    for (int c = 0; c < COLUMNS; c++) fprintf(to, "%*s ", width[c], column_name[c]);
    fputs(" state\n", to);
    for (size_t i = 0; i < rows; i++) {
        for (size_t k = 0; k < file->keys; k++)
            if (varies(file, k))
                fprintf(to, "%-*s  ", key_width(file, k), sweep_file_value(file, row[i].number, k));
        for (int c = 0; c < COLUMNS; c++) {
            char text[CELL];
            format_cell(&row[i], (Column)c, text);
            fprintf(to, "%*s ", width[c], text);
        }
        fprintf(to, " %s\n", state_text(&row[i]));
    }
}

static void write_markdown(const SweepFile *file, const SweepRow *row, size_t rows, FILE *to)
{
    int columns = COLUMNS + 1; // with the state
    for (size_t k = 0; k < file->keys; k++) {
        if (!varies(file, k)) continue;
        fprintf(to, "| %s ", file->key[k].name);
        columns++;
    }
    for (int c = 0; c < COLUMNS; c++) fprintf(to, "| %s ", column_name[c]);
    fputs("| state |\n", to);
    for (int c = 0; c < columns; c++) fputs("|---", to);
    fputs("|\n", to);
    for (size_t i = 0; i < rows; i++) {
        for (size_t k = 0; k < file->keys; k++)
            if (varies(file, k)) fprintf(to, "| %s ", sweep_file_value(file, row[i].number, k));
        for (int c = 0; c < COLUMNS; c++) {
            char text[CELL];
            format_cell(&row[i], (Column)c, text);
            fprintf(to, "| %s ", text);
        }
        fprintf(to, "| %s |\n", state_text(&row[i]));
    }
}

// ---- For programs ----

static void write_csv(const SweepFile *file, const SweepRow *row, size_t rows, FILE *to)
{
    fputs("folder", to);
    for (size_t k = 0; k < file->keys; k++)
        if (varies(file, k)) fprintf(to, ",%s", file->key[k].name);
    fputs(",latent_channels,latent_frames,share,parameters,best_epoch,train_loss,validation_loss,"
          "test_loss\n",
          to);
    for (size_t i = 0; i < rows; i++) {
        const SweepRow *r = &row[i];
        if (r->state != SWEEP_DONE) continue;
        const uint64_t frames = arch_latent_frames(&r->arch, r->window);
        const int channels = arch_latent_channels(&r->arch);
        csv_field(to, r->label);
        for (size_t k = 0; k < file->keys; k++) {
            if (!varies(file, k)) continue;
            fputc(',', to);
            csv_field(to, sweep_file_value(file, r->number, k));
        }
        fprintf(to, ",%d,%" PRIu64 ",%.6g,%zu,%d,%.9g,%.9g,%.9g\n", channels, frames,
                (double)frames * channels / (double)r->window, arch_parameters(&r->arch),
                r->info.epochs, r->info.train_loss, r->info.validation_loss, r->info.test_loss);
    }
}

typedef void TableWriter(const SweepFile *file, const SweepRow *row, size_t rows, FILE *to);

bool sweep_table_write(const SweepFile *file, const SweepRow *row, size_t rows, const char *folder,
                       Error *error)
{
    static const struct {
        const char *name;
        TableWriter *write;
    } tables[] = {{"sweep.csv", write_csv}, {"sweep.md", write_markdown}};
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        FileWriter writer;
        if (!file_create_in(&writer, folder, tables[i].name, error)) return false;
        tables[i].write(file, row, rows, writer.stream);
        if (!file_commit(&writer, error)) return false;
    }
    return true;
}

// ---- Curves ----

// A run's losses by epoch.
typedef struct {
    double *loss;
    size_t epochs;
} Curve;

static bool load_curve(Curve *curve, const char *folder, const char *column, Error *error)
{
    CsvTable table = {0};
    char *path = file_join(folder, "weights.csv");
    bool good = path ? csv_load(&table, path, error) || error_prefix(error, path)
                     : error_out_of_memory(error);
    if (good) {
        const size_t at = csv_column(&table, column);
        curve->loss = malloc((table.rows + 1) * sizeof *curve->loss);
        good = curve->loss || error_out_of_memory(error);
        if (good && at == table.columns) good = error_set(error, "%s: no %s", path, column);
        for (size_t i = 0; good && i < table.rows; i++)
            curve->loss[curve->epochs++] = csv_number(&table, i, at);
    }
    csv_free(&table);
    free(path);
    return good;
}

static bool draw_losses(const SweepRow *row, size_t rows, const char *folder, const char *name,
                        const char *column, const char *title, Error *error)
{
    PlotSeries series[CURVES_MAX];
    Curve curve[CURVES_MAX] = {{0}};
    size_t count = 0;
    bool good = true;
    for (size_t i = 0; good && i < rows && count < CURVES_MAX; i++) {
        if (row[i].state != SWEEP_DONE) continue;
        good = load_curve(&curve[count], row[i].folder, column, error);
        series[count] = (PlotSeries){
            .name = row[i].label, .y = curve[count].loss, .count = curve[count].epochs};
        count++;
    }
    const PlotFigure figure = {.title = title,
                               .x_label = "epoch",
                               .y_label = "loss",
                               .log_y = true,
                               .series = series,
                               .series_count = count};
    good = good && (count == 0 || plot_curves_in(folder, name, &figure, error));
    for (size_t i = 0; i < count; i++) free(curve[i].loss);
    return good;
}

bool sweep_table_draw(const SweepRow *row, size_t rows, const char *folder, Error *error)
{
    return draw_losses(row, rows, folder, "train_loss.svg", "train_loss", "Training loss", error) &&
           draw_losses(row, rows, folder, "validation_loss.svg", "validation_loss",
                       "Validation loss", error);
}
