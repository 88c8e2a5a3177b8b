#include "notice.h"

#include "control_table.h"
#include "file_list.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

// What the plugin writes before a reason where the copy plays that the session keeps.
#define COPY "the session's own copy is used: "

// Reasons that a player meets, in Spanish.
static const struct {
    const char *english, *spanish;
} reasons[] = {
    {"No such file or directory", "el archivo no existe"},
    {"Permission denied", "no hay permiso para leerlo"},
    {"another file than the session was saved with", "el archivo ha cambiado"},
    {"there is no model to play it with", "no hay modelo para él"},
    {"out of memory", "falta memoria"},
    {"not a safetensors file", "no es un archivo safetensors"},
    {"not a Trasluz weights file", "no es un archivo de pesos de Trasluz"},
    {"not a Trasluz latent file", "no es un archivo de latente de Trasluz"},
    {"not a regular file", "no es un archivo normal"},
    {"it is damaged", "está dañado"},
    {"it is cut short", "está incompleto"},
    {"a value is not finite", "un valor no es finito"},
    {"no effect with this model", "sin efecto con este modelo"},
    {"for models of spectra", "para modelos de espectros"},
    {"for models of waveforms", "para modelos de ondas"},
    {"for models of spectra that store axes", "para modelos de espectros que guardan ejes"},
    {"for models that store statistics of their music",
     "para modelos que guardan estadísticas de su música"},
};

// Returns the Spanish of a reason or of a control's name; NULL where it is neither.
static const char *find_spanish(const char *english, size_t length)
{
    for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
        if (strlen(reasons[i].english) == length && !strncmp(english, reasons[i].english, length))
            return reasons[i].spanish;
    for (int i = 0; i < control_table_rows; i++) {
        const char *const *name = control_table[i].name;
        if (strlen(name[LANGUAGE_ENGLISH]) == length &&
            !strncmp(english, name[LANGUAGE_ENGLISH], length))
            return name[LANGUAGE_SPANISH];
    }
    return NULL;
}

// Copies a line with the parts between its punctuation in the language, as far as they are known.
static int translate(const char *line, int language, char *text, size_t room)
{
    if (language == LANGUAGE_ENGLISH) return snprintf(text, room, "%s", line);
    size_t length = 0;
    text[0] = '\0';
    while (*line && length < room) {
        size_t end = strcspn(line, ",;:()");
        size_t trimmed = end;
        while (trimmed > 0 && line[trimmed - 1] == ' ') trimmed--;
        const char *spanish = find_spanish(line, trimmed);
        const size_t gap = end + strspn(line + end, ",;:() ") - trimmed;
        length += (size_t)snprintf(text + length, room - length, "%.*s%.*s",
                                   spanish ? (int)strlen(spanish) : (int)trimmed,
                                   spanish ? spanish : line, (int)gap, line + trimmed);
        line += trimmed + gap;
    }
    return (int)length;
}

// Returns the part of a line after "word ", or NULL where it begins with something else.
static const char *after(const char *line, const char *word)
{
    const size_t length = strlen(word);
    return strncmp(line, word, length) == 0 && line[length] == ' ' ? line + length + 1 : NULL;
}

// Returns where the reason begins in "PATH: reason": after the file's ending, or else after the
// first ": ". NULL where there is none.
static const char *find_reason(const char *path)
{
    const char *ending = strstr(path, ".safetensors: ");
    const char *colon = ending ? ending + strlen(".safetensors") : strstr(path, ": ");
    return colon ? colon + 2 : NULL;
}

// Writes a sentence for one line; returns its length, or more than `room` where it is cut.
static int write_line(const char *line, int language, char *text, size_t room)
{
    static const char *const used[LANGUAGES][FILE_KINDS] = {
        {"Model %s is not used: %s", "Reference %s is not used: %s"},
        {"El modelo %s no se usa: %s", "La referencia %s no se usa: %s"},
    };
    static const char *const copied[LANGUAGES][FILE_KINDS] = {
        {"A copy of the model %s plays: %s", "A copy of the reference %s plays: %s"},
        {"Suena una copia del modelo %s: %s", "Suena una copia de la referencia %s: %s"},
    };
    const char *model = after(line, "model"), *reference = after(line, "reference");
    const char *path = model ? model : reference;
    const char *reason = path ? find_reason(path) : NULL;
    if (!reason) return translate(line, language, text, room);
    const FileKind kind = model ? FILE_MODEL : FILE_REFERENCE;
    char whole[FILE_PATH_BYTES], name[96];
    snprintf(whole, sizeof whole, "%.*s", (int)(reason - path - 2), path);
    file_name(whole, name, sizeof name);
    const bool copy = strncmp(reason, COPY, strlen(COPY)) == 0;
    char because[512];
    translate(copy ? reason + strlen(COPY) : reason, language, because, sizeof because);
    return snprintf(text, room, (copy ? copied : used)[language][kind], name, because);
}

void notice_write(const char *status, int language, char *text, size_t room)
{
    size_t length = 0;
    text[0] = '\0';
    while (*status && length + 4 < room) {
        char line[1024];
        const size_t end = strcspn(status, "\n");
        snprintf(line, sizeof line, "%.*s", (int)end, status);
        if (length > 0) length += (size_t)snprintf(text + length, room - length, "  ·  ");
        if (*line && length < room)
            length += (size_t)write_line(line, language, text + length, room - length);
        status += end + (status[end] == '\n');
    }
}
