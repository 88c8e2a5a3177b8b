#include "output/report_folder.h"

#include "files/file.h"
#include "output/html.h"
#include "output/report_sounds.h"
#include "output/result_folder.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { TABLE_ROWS_OPEN = 40, SETTINGS_OPEN = 16, FOLDERS_OPEN = 4, DEPTH_MAX = 3 };

// ---- Objects ----

static void value_text(const json_t *value, char text[600])
{
    char *dump =
        json_is_string(value) ? NULL : json_dumps(value, JSON_ENCODE_ANY | JSON_REAL_PRECISION(6));
    snprintf(text, 600, "%s", dump ? dump : json_is_string(value) ? json_string_value(value) : "");
    free(dump);
}

static void show_pair(FILE *page, const char *key, const json_t *value)
{
    char text[600];
    value_text(value, text);
    if (*text) html_pair(page, key, text);
}

static size_t count_values(json_t *object)
{
    size_t count = 0;
    const char *key;
    json_t *value;
    json_object_foreach (object, key, value) {
        count += json_is_object(value) ? json_object_size(value) : 1;
    }
    return count;
}

// Objects in an object are shown between its own values; a long one is folded.
static void show_object(FILE *page, const ResultItem *item)
{
    const char *key, *inner_key;
    json_t *value, *inner;
    const bool open = count_values(item->json) <= SETTINGS_OPEN;
    if (!open) html_fold_begin(page, item->name, false);
    html_table_begin(page, item->name);
    json_object_foreach (item->json, key, value) {
        if (strcmp(key, "files") == 0 && json_is_array(value)) continue; // in the page already
        if (!json_is_object(value)) {
            show_pair(page, key, value);
            continue;
        }
        json_object_foreach (value, inner_key, inner) {
            show_pair(page, inner_key, inner);
        }
    }
    html_table_end(page);
    if (!open) html_fold_end(page);
}

static bool is_generation(const ResultItem *item)
{
    const char *kind = json_string_value(json_object_get(item->json, "kind"));
    return item->kind == ITEM_JSON && kind && strcmp(kind, "generation") == 0;
}

// Shows the JSON files of `trainer generate`, a row for each.
static void show_generations(FILE *page, const ResultFolder *folder)
{
    static const struct {
        const char *key, *heading;
    } columns[] = {
        {"way", "way"},           {"noise", "noise"},
        {"offset", "offset"},     {"blend", "blend"},
        {"absolute", "absolute"}, {"seconds", "seconds"},
        {"level_db", "level dB"}, {"centroid_hz", "centroid Hz"},
        {"flatness", "flatness"}, {"change_snr_db", "change SNR dB"},
    };
    enum { COLUMNS = sizeof columns / sizeof *columns };
    size_t records = 0;
    for (size_t i = 0; i < folder->count; i++) records += is_generation(&folder->item[i]);
    if (records == 0) return;
    html_table_begin(page, "generated music");
    html_row_begin(page);
    html_cell(page, "record", true);
    html_cell(page, "parts", true);
    for (size_t c = 0; c < COLUMNS; c++) html_cell(page, columns[c].heading, true);
    html_row_end(page);
    for (size_t i = 0; i < folder->count; i++) {
        const ResultItem *item = &folder->item[i];
        if (!is_generation(item)) continue;
        char text[600];
        html_row_begin(page);
        html_cell(page, item->name, false);
        snprintf(text, sizeof text, "%zu", json_array_size(json_object_get(item->json, "parts")));
        html_cell(page, text, false);
        for (size_t c = 0; c < COLUMNS; c++) {
            value_text(json_object_get(item->json, columns[c].key), text);
            html_cell(page, strcmp(text, "null") == 0 ? "" : text, false);
        }
        html_row_end(page);
    }
    html_table_end(page);
}

static void show_settings(FILE *page, const ResultFolder *folder)
{
    bool any = false;
    for (size_t i = 0; i < folder->count; i++) {
        const ResultItem *item = &folder->item[i];
        if (item->kind != ITEM_JSON || is_generation(item)) continue;
        if (!any) html_paragraph(page, "Settings and the call that the results are of:");
        any = true;
        show_object(page, item);
    }
}

// ---- Tables and their figures ----

static bool show_curves(const Report *report, const ResultFolder *folder, Error *error)
{
    bool ok = true;
    html_figures_begin(report->target.page);
    for (size_t i = 0; ok && i < folder->count; i++) {
        const ResultItem *item = &folder->item[i];
        const NamedTable table = {item->name, &item->table};
        if (item->curves) ok = figure_curves(&report->target, &table, 1, error);
    }
    html_figures_end(report->target.page);
    return ok;
}

static void show_table(FILE *page, const ResultItem *item)
{
    char summary[320];
    const bool open = item->table.rows <= TABLE_ROWS_OPEN && !item->curves;
    snprintf(summary, sizeof summary, "%.200s, %zu rows", item->name, item->table.rows);
    if (!open) html_fold_begin(page, summary, false);
    html_table(page, &item->table, item->name);
    if (!open) html_fold_end(page);
}

static void show_tables(FILE *page, const ResultFolder *folder)
{
    if (result_folder_count(folder, ITEM_TABLE) > 0)
        html_paragraph(page, "Numbers of the results, a table for each CSV file:");
    for (size_t i = 0; i < folder->count; i++)
        if (folder->item[i].kind == ITEM_TABLE) show_table(page, &folder->item[i]);
}

// ---- Pictures and sounds ----

// Reads the header: width and height are the first eight bytes after the name of the first chunk.
static bool is_wide(const ResultItem *item, const unsigned char *bytes, size_t size)
{
    if (strcmp(item->type, "image/png") != 0 || size < 24) return false;
    const unsigned width = (unsigned)bytes[18] << 8 | bytes[19];
    const unsigned height = (unsigned)bytes[22] << 8 | bytes[23];
    return width > 2 * height;
}

static bool show_picture(FILE *page, const ResultItem *item, Error *error)
{
    size_t size;
    unsigned char *bytes = file_read(item->path, CSV_FILE_MAX, &size, error);
    if (!bytes) return error_prefix(error, item->path);
    html_picture(page, item->type, bytes, size, is_wide(item, bytes, size), item->name);
    free(bytes);
    return true;
}

static bool show_pictures(const Report *report, const ResultFolder *folder, Error *error)
{
    FILE *page = report->target.page;
    const size_t all = result_folder_count(folder, ITEM_PICTURE);
    size_t pictures = 0;
    char text[160];
    bool ok = true;
    if (all == 0) return true;
    html_paragraph(page, "Pictures of the results:");
    html_figures_begin(page);
    for (size_t i = 0; ok && i < folder->count; i++)
        if (folder->item[i].kind == ITEM_PICTURE && pictures++ < report->pictures)
            ok = show_picture(page, &folder->item[i], error);
    html_figures_end(page);
    if (all > report->pictures) {
        snprintf(text, sizeof text, "The first %zu of %zu pictures.", report->pictures, all);
        html_paragraph(page, text);
    }
    return ok;
}

static void show_sounds(const Report *report, const ResultFolder *folder)
{
    FILE *page = report->target.page;
    bool originals = false;
    char text[240];
    if (result_folder_count(folder, ITEM_SOUND) == 0 || report->excerpt <= 0.0) return;
    for (size_t i = 0; i < folder->count; i++)
        originals |= sound_is_original(folder, &folder->item[i]);
    snprintf(text, sizeof text, "Sounds, at most %g s from the middle of each%s:", report->excerpt,
             originals ? "; first the original, then the same part as the model decodes it" : "");
    html_paragraph(page, text);
    html_figures_begin(page);
    for (size_t i = 0; i < folder->count; i++) {
        const ResultItem *item = &folder->item[i];
        if (item->kind == ITEM_SOUND && !sound_is_original(folder, item))
            show_sound(page, folder, item, report->excerpt);
    }
    html_figures_end(page);
}

// ---- Folders in folders ----

static bool show_folder(const Report *report, const char *path, int depth, bool *any, Error *error);

// Collects the first table of curves in each folder; the tables still belong to the folders.
static size_t find_curves(const ResultFolder *folders, const ResultItem *const *of, size_t count,
                          NamedTable *tables)
{
    size_t found = 0;
    for (size_t f = 0; f < count; f++)
        for (size_t i = 0; i < folders[f].count; i++) {
            const ResultItem *item = &folders[f].item[i];
            if (!item->curves) continue;
            tables[found++] = (NamedTable){of[f]->name, &item->table};
            break;
        }
    return found;
}

static bool show_common_curves(const Report *report, const ResultFolder *folder, Error *error)
{
    const size_t room = result_folder_count(folder, ITEM_FOLDER);
    ResultFolder *inner = calloc(room + 1, sizeof *inner);
    const ResultItem **of = calloc(room + 1, sizeof *of);
    NamedTable *tables = calloc(room + 1, sizeof *tables);
    bool ok = (inner && of && tables) || error_out_of_memory(error);
    size_t count = 0;
    for (size_t i = 0; ok && i < folder->count; i++) {
        if (folder->item[i].kind != ITEM_FOLDER) continue;
        of[count] = &folder->item[i];
        ok = result_folder_open(&inner[count], folder->item[i].path, report->kinds, error);
        count += ok;
    }
    const size_t found = ok ? find_curves(inner, of, count, tables) : 0;
    if (found > 1) {
        html_paragraph(report->target.page, "The curves of the folders below, together:");
        html_figures_begin(report->target.page);
        ok = figure_curves(&report->target, tables, found, error);
        html_figures_end(report->target.page);
    }
    for (size_t f = 0; f < count; f++) result_folder_close(&inner[f]);
    free(inner);
    free((void *)of);
    free(tables);
    return ok;
}

static bool show_folders(const Report *report, const ResultFolder *folder, int depth, bool *any,
                         Error *error)
{
    const bool open = result_folder_count(folder, ITEM_FOLDER) <= FOLDERS_OPEN;
    bool ok = true;
    for (size_t i = 0; ok && i < folder->count; i++) {
        const ResultItem *item = &folder->item[i];
        if (item->kind != ITEM_FOLDER) continue;
        html_fold_begin(report->target.page, item->name, open);
        ok = show_folder(report, item->path, depth + 1, any, error);
        html_fold_end(report->target.page);
    }
    return ok;
}

// What a folder is, where no command declares it.
static const char *about(const ResultFolder *folder)
{
    if (folder->about) return folder->about;
    for (size_t i = 0; i < folder->count; i++)
        if (is_generation(&folder->item[i]))
            return "Music that `trainer generate` made of latents: sounds, pictures and numbers.";
    return result_folder_count(folder, ITEM_FOLDER) > 0
               ? "Folders of results, each in a section of its own below."
               : "Files that no command of `trainer` describes, shown as they are.";
}

static bool show_folder(const Report *report, const char *path, int depth, bool *any, Error *error)
{
    ResultFolder folder;
    FILE *page = report->target.page;
    if (depth > DEPTH_MAX) return true; // a link may form a circle
    if (!result_folder_open(&folder, path, report->kinds, error)) return false;
    *any |= result_folder_count(&folder, ITEM_OTHER) + result_folder_count(&folder, ITEM_FOLDER) <
            folder.count;
    html_paragraph(page, about(&folder));
    bool ok = folder.has_figures ||
              (show_common_curves(report, &folder, error) && show_curves(report, &folder, error));
    if (ok) {
        show_generations(page, &folder);
        show_tables(page, &folder);
    }
    if (ok) show_sounds(report, &folder);
    ok = ok && show_pictures(report, &folder, error);
    if (ok) show_settings(page, &folder);
    ok = ok && show_folders(report, &folder, depth, any, error);
    result_folder_close(&folder);
    progress_step(report->progress, 1);
    return ok;
}

static size_t count_folders(const char *path, int depth)
{
    size_t count = 1;
    DIR *entries = depth < DEPTH_MAX ? opendir(path) : NULL;
    for (const struct dirent *entry; entries && (entry = readdir(entries));) {
        struct stat status;
        char *inner = entry->d_name[0] != '.' ? file_join(path, entry->d_name) : NULL;
        if (inner && stat(inner, &status) == 0 && S_ISDIR(status.st_mode))
            count += count_folders(inner, depth + 1);
        free(inner);
    }
    if (entries) closedir(entries);
    return count;
}

size_t report_folders(const char *path)
{
    return count_folders(path, 0);
}

bool report_folder(const Report *report, const char *path, Error *error)
{
    bool any = false;
    if (!show_folder(report, path, 0, &any, error)) return false;
    return any || error_set(error, "%s: contains nothing that a report can show", path);
}
