#include "session/decision.h"

static Source decide_chosen(const Choice *choice)
{
    if (choice->loaded[SOURCE_FILE] && !choice->copy_differs) return SOURCE_FILE;
    return choice->loaded[SOURCE_COPY] ? SOURCE_COPY : SOURCE_NONE;
}

static Source decide_fallback(const Choice *choice)
{
    if (choice->loaded[SOURCE_FALLBACK]) return SOURCE_FALLBACK;
    return choice->playable[SOURCE_CURRENT] ? SOURCE_CURRENT : SOURCE_NONE;
}

static FileStatus decide_status(const Choice *choice, Source chosen)
{
    if (!choice->has_name || chosen == SOURCE_FILE) return FILE_IN_USE;
    return choice->loaded[SOURCE_FILE] ? FILE_REPLACED : FILE_FAILED;
}

Decision decide(const Choice *choice)
{
    Decision decision = {.chosen = decide_chosen(choice)};
    decision.status = decide_status(choice, decision.chosen);
    if (choice->playable[decision.chosen]) {
        decision.playing = decision.chosen;
    } else if (choice->live && choice->has_name) {
        decision.refused = true;
        decision.playing = choice->playable[SOURCE_CURRENT] ? SOURCE_CURRENT : SOURCE_NONE;
    } else if (choice->has_name) {
        decision.fallback = decide_fallback(choice);
        if (choice->playable[decision.fallback]) decision.playing = decision.fallback;
    }
    return decision;
}
