#include "cli/option.h"

#include <math.h>
#include <string.h>

static void *value_of(const Option *option, void *values)
{
    return (char *)values + option->at;
}

const Option *option_find(const Option *table, const char *name)
{
    for (const Option *option = table; option->name; option++)
        if (strcmp(option->name, name) == 0 || (option->key && strcmp(option->key, name) == 0))
            return option;
    return NULL;
}

// ---- Reading ----

static bool read_choice(const Option *option, int *value, const char *text, Error *error)
{
    char list[256] = "";
    size_t used = 0;
    for (int i = 0; option->choices[i]; i++) {
        if (strcmp(text, option->choices[i]) == 0) {
            *value = i;
            return true;
        }
        const char *between = i == 0 ? "" : option->choices[i + 1] ? ", " : " or ";
        if (used < sizeof list)
            used += (size_t)snprintf(list + used, sizeof list - used, "%s%s", between,
                                     option->choices[i]);
    }
    return error_set(error, "must be %s, not '%s'", list, text);
}

static bool read_text(const Option *option, const char **value, const char *text, Error *error)
{
    if (option->check && !option->check(text, error)) return false;
    *value = text;
    return true;
}

static bool read_integer(const Option *option, void *value, const char *text, Error *error)
{
    long number;
    if (!parse_integer(text, (long)option->low, (long)option->high, &number, error)) return false;
    switch (option->kind) {
    case OPTION_INT: *(int *)value = (int)number; break;
    case OPTION_SIZE: *(size_t *)value = (size_t)number; break;
    case OPTION_UINT32: *(uint32_t *)value = (uint32_t)number; break;
    default: *(long *)value = number; break;
    }
    return true;
}

static bool read_float(const Option *option, void *value, const char *text, Error *error)
{
    double number;
    if (!parse_number(text, option->low, option->high, &number, error)) return false;
    if (option->kind == OPTION_FLOAT)
        *(float *)value = (float)number;
    else
        *(double *)value = number;
    return true;
}

bool option_read(const Option *option, void *values, const char *text, Error *error)
{
    void *value = value_of(option, values);
    switch (option->kind) {
    case OPTION_FLAG: *(bool *)value = true; return true;
    case OPTION_TEXT:
    case OPTION_INPUT:
    case OPTION_OUTPUT: return read_text(option, value, text, error);
    case OPTION_CHOICE: return read_choice(option, value, text, error);
    case OPTION_LIST: return parse_list(text, (long)option->low, (long)option->high, value, error);
    case OPTION_AUTOMATION: return automation_parse(text, option->low, option->high, value, error);
    case OPTION_FLOAT:
    case OPTION_DOUBLE: return read_float(option, value, text, error);
    case OPTION_INT:
    case OPTION_LONG:
    case OPTION_SIZE:
    case OPTION_UINT32:
    default: return read_integer(option, value, text, error);
    }
}

// ---- Defaults ----

// The value that means "not given".
static void unset(const Option *option, void *value)
{
    switch (option->kind) {
    case OPTION_FLAG: *(bool *)value = false; break;
    case OPTION_TEXT:
    case OPTION_INPUT:
    case OPTION_OUTPUT: *(const char **)value = NULL; break;
    case OPTION_CHOICE: *(int *)value = -1; break;
    case OPTION_INT: *(int *)value = 0; break;
    case OPTION_LONG: *(long *)value = -1; break;
    case OPTION_SIZE: *(size_t *)value = 0; break;
    case OPTION_UINT32: *(uint32_t *)value = 0; break;
    case OPTION_FLOAT: *(float *)value = 0.0f; break;
    case OPTION_DOUBLE: *(double *)value = option->deferred ? (double)NAN : 0.0; break;
    case OPTION_LIST: ((NumberList *)value)->count = 0; break;
    case OPTION_AUTOMATION: ((Automation *)value)->points = 0; break;
    }
}

void option_set_default(const Option *option, void *values)
{
    Error ignored; // a test reads all defaults
    unset(option, value_of(option, values));
    if (option->initial) option_read(option, values, option->initial, &ignored);
}

void options_set_defaults(const Option *table, void *values)
{
    for (const Option *option = table; option->name; option++) {
        if (option->deferred)
            unset(option, value_of(option, values));
        else
            option_set_default(option, values);
    }
}

bool option_is_given(const Option *option, const void *values)
{
    const void *value = (const char *)values + option->at;
    switch (option->kind) {
    case OPTION_FLAG: return *(const bool *)value;
    case OPTION_TEXT:
    case OPTION_INPUT:
    case OPTION_OUTPUT: return *(const char *const *)value != NULL;
    case OPTION_CHOICE: return *(const int *)value >= 0;
    case OPTION_INT: return *(const int *)value != 0;
    case OPTION_LONG: return *(const long *)value != -1;
    case OPTION_SIZE: return *(const size_t *)value != 0;
    case OPTION_UINT32: return *(const uint32_t *)value != 0;
    case OPTION_FLOAT: return *(const float *)value != 0.0f;
    case OPTION_DOUBLE: {
        const double number = *(const double *)value;
        return option->deferred ? !isnan(number) : number != 0.0;
    }
    case OPTION_LIST: return ((const NumberList *)value)->count > 0;
    case OPTION_AUTOMATION: return ((const Automation *)value)->points > 0;
    }
    return false;
}

// ---- JSON ----

static json_t *list_json(const NumberList *list)
{
    json_t *array = json_array();
    for (size_t i = 0; i < list->count; i++)
        json_array_append_new(array, json_integer(list->number[i]));
    return array;
}

json_t *option_automation_json(const Automation *automation)
{
    char text[AUTOMATION_POINTS_MAX * 32] = "";
    size_t used = 0;
    if (automation_is_constant(automation)) return json_real(automation_at(automation, 0.0));
    for (size_t i = 0; i < automation->points; i++)
        used += (size_t)snprintf(text + used, sizeof text - used, "%s%.9g:%.9g", i ? "," : "",
                                 automation->point[i].seconds, automation->point[i].value);
    return json_string(text);
}

static json_t *value_json(const Option *option, const void *value)
{
    switch (option->kind) {
    case OPTION_FLAG: return json_boolean(*(const bool *)value);
    case OPTION_TEXT:
    case OPTION_INPUT:
    case OPTION_OUTPUT: return json_string(*(const char *const *)value);
    case OPTION_CHOICE: return json_string(option->choices[*(const int *)value]);
    case OPTION_INT: return json_integer(*(const int *)value);
    case OPTION_LONG: return json_integer(*(const long *)value);
    case OPTION_SIZE: return json_integer((json_int_t) * (const size_t *)value);
    case OPTION_UINT32: return json_integer(*(const uint32_t *)value);
    case OPTION_FLOAT: return json_real((double)*(const float *)value);
    case OPTION_DOUBLE: return json_real(*(const double *)value);
    case OPTION_LIST: return list_json(value);
    case OPTION_AUTOMATION: return option_automation_json(value);
    }
    return NULL;
}

bool options_to_json(const Option *table, const void *values, json_t *object)
{
    for (const Option *option = table; option->name; option++) {
        const char *key = option->key ? option->key : option->name;
        const void *at = (const char *)values + option->at;
        json_t *value = value_json(option, at);
        const bool zero =
            option->kind == OPTION_CHOICE ? *(const int *)at == 0 : json_number_value(value) == 0.0;
        if (option->omitted && zero) {
            json_decref(value);
            continue;
        }
        if (json_object_set_new(object, key, value) != 0) return false;
    }
    return true;
}
