#include "training/loss_table.h"

#include "base/ranks.h"
#include "files/file.h"
#include "training/training_paths.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define CSV_HEADER                                                                                 \
    "epoch,learning_rate,train_loss,validation_loss,validation_mse,audio_seconds,seconds\n"

bool training_is_table(const char *path)
{
    return file_begins(path, CSV_HEADER);
}

// The bytes of the header and the first `epochs` lines.
static size_t size_of_lines(const unsigned char *bytes, size_t size, int epochs)
{
    size_t kept = 0;
    int lines = 0;
    for (size_t i = 0; i < size && lines <= epochs; i++) {
        if (bytes[i] == '\n') lines++;
        kept = i + 1;
    }
    return kept;
}

static bool write_kept(const char *path, const unsigned char *bytes, size_t size, Error *error)
{
    FileWriter writer;
    if (!file_create(&writer, path, error)) return false;
    if (bytes)
        fwrite(bytes, 1, size, writer.stream);
    else
        fputs(CSV_HEADER, writer.stream);
    return file_commit(&writer, error);
}

bool loss_table_open(LossTable *table, const char *output, int epochs, Error *error)
{
    *table = (LossTable){.path = training_table_path(output)};
    if (!table->path) return error_out_of_memory(error);
    if (!ranks_first()) return true;
    size_t size = 0;
    Error ignored;
    unsigned char *bytes =
        epochs > 0 ? file_read(table->path, SIZE_MAX / 2, &size, &ignored) : NULL;
    const bool ok =
        write_kept(table->path, bytes, bytes ? size_of_lines(bytes, size, epochs) : 0, error);
    free(bytes);
    if (!ok) return false;
    table->file = fopen(table->path, "a");
    return table->file || error_set(error, "%s: %s", table->path, strerror(errno));
}

void loss_table_close(LossTable *table)
{
    if (table->file) fclose(table->file);
    free(table->path);
    *table = (LossTable){0};
}

bool loss_table_add(LossTable *table, const TrainingEpoch *epoch, double audio, double seconds,
                    Error *error)
{
    if (!table->file) return true;
    fprintf(table->file, "%d,%.6g,%.9g,%.9g,%.9g,%.1f,%.1f\n", epoch->epoch, epoch->learning_rate,
            epoch->train_loss, epoch->validation_loss, epoch->validation_mse, audio, seconds);
    return (fflush(table->file) == 0 && !ferror(table->file)) ||
           error_set(error, "%s: %s", table->path, strerror(errno));
}
