// The whole table of decision.h: every combination of what can be known of a choice, against the
// rules as a person would say them.
#include "lib/check.h"
#include "session/decision.h"

// Each source is missing, loaded but not playable, or playable.
enum { MISSING, LOADED, PLAYABLE, STATES };

static Choice choice_of(bool live, bool has_name, const int state[SOURCES], bool copy_differs)
{
    Choice choice = {.live = live, .has_name = has_name, .copy_differs = copy_differs};
    for (Source s = SOURCE_FILE; s < SOURCES; s++) {
        choice.loaded[s] = state[s] != MISSING;
        choice.playable[s] = state[s] == PLAYABLE;
    }
    return choice;
}

// ---- Examples ----

typedef struct {
    const char *what;
    bool live, has_name;
    int file, copy, fallback, current;
    bool copy_differs;
    Decision wanted; // chosen, fallback, playing, status, refused
} Example;

static const Example examples[] = {
    {"a file is chosen",
     false,
     true,
     PLAYABLE,
     MISSING,
     MISSING,
     PLAYABLE,
     false,
     {SOURCE_FILE, SOURCE_NONE, SOURCE_FILE, FILE_IN_USE, false}},
    {"the file of a session, unchanged",
     false,
     true,
     PLAYABLE,
     PLAYABLE,
     MISSING,
     PLAYABLE,
     false,
     {SOURCE_FILE, SOURCE_NONE, SOURCE_FILE, FILE_IN_USE, false}},
    {"another file under the same name",
     false,
     true,
     PLAYABLE,
     PLAYABLE,
     MISSING,
     PLAYABLE,
     true,
     {SOURCE_COPY, SOURCE_NONE, SOURCE_COPY, FILE_REPLACED, false}},
    {"the file of a session is lost",
     false,
     true,
     MISSING,
     PLAYABLE,
     MISSING,
     PLAYABLE,
     false,
     {SOURCE_COPY, SOURCE_NONE, SOURCE_COPY, FILE_FAILED, false}},
    {"a file that cannot be read",
     false,
     true,
     MISSING,
     MISSING,
     MISSING,
     PLAYABLE,
     false,
     {SOURCE_NONE, SOURCE_CURRENT, SOURCE_CURRENT, FILE_FAILED, false}},
    {"the same, saved and opened again",
     false,
     true,
     MISSING,
     MISSING,
     PLAYABLE,
     PLAYABLE,
     false,
     {SOURCE_NONE, SOURCE_FALLBACK, SOURCE_FALLBACK, FILE_FAILED, false}},
    {"the file came back",
     false,
     true,
     PLAYABLE,
     MISSING,
     PLAYABLE,
     PLAYABLE,
     false,
     {SOURCE_FILE, SOURCE_NONE, SOURCE_FILE, FILE_IN_USE, false}},
    {"a reference of another model",
     false,
     true,
     LOADED,
     MISSING,
     MISSING,
     PLAYABLE,
     false,
     {SOURCE_FILE, SOURCE_CURRENT, SOURCE_CURRENT, FILE_IN_USE, false}},
    {"the same, where nothing plays",
     false,
     true,
     LOADED,
     MISSING,
     MISSING,
     MISSING,
     false,
     {SOURCE_FILE, SOURCE_NONE, SOURCE_NONE, FILE_IN_USE, false}},
    {"a fallback that cannot be played either is kept",
     false,
     true,
     LOADED,
     MISSING,
     LOADED,
     PLAYABLE,
     false,
     {SOURCE_FILE, SOURCE_FALLBACK, SOURCE_NONE, FILE_IN_USE, false}},
    {"no reference is wanted",
     false,
     false,
     MISSING,
     MISSING,
     MISSING,
     PLAYABLE,
     false,
     {SOURCE_NONE, SOURCE_NONE, SOURCE_NONE, FILE_IN_USE, false}},
    {"a person chooses a file",
     true,
     true,
     PLAYABLE,
     MISSING,
     MISSING,
     PLAYABLE,
     false,
     {SOURCE_FILE, SOURCE_NONE, SOURCE_FILE, FILE_IN_USE, false}},
    {"a person chooses a file that cannot be read",
     true,
     true,
     MISSING,
     MISSING,
     MISSING,
     PLAYABLE,
     false,
     {SOURCE_NONE, SOURCE_NONE, SOURCE_CURRENT, FILE_FAILED, true}},
    {"a person chooses a reference of another model",
     true,
     true,
     LOADED,
     MISSING,
     MISSING,
     MISSING,
     false,
     {SOURCE_FILE, SOURCE_NONE, SOURCE_NONE, FILE_IN_USE, true}},
    {"a person wants no reference",
     true,
     false,
     MISSING,
     MISSING,
     MISSING,
     PLAYABLE,
     false,
     {SOURCE_NONE, SOURCE_NONE, SOURCE_NONE, FILE_IN_USE, false}},
    {"a copy without a name",
     false,
     false,
     MISSING,
     PLAYABLE,
     MISSING,
     PLAYABLE,
     false,
     {SOURCE_COPY, SOURCE_NONE, SOURCE_COPY, FILE_IN_USE, false}},
};

static void test_examples(void)
{
    for (size_t i = 0; i < sizeof examples / sizeof *examples; i++) {
        const Example *example = &examples[i];
        const int state[SOURCES] = {MISSING, example->file, example->copy, example->fallback,
                                    example->current};
        const Choice choice =
            choice_of(example->live, example->has_name, state, example->copy_differs);
        const Decision decision = decide(&choice), *wanted = &example->wanted;
        CHECK_MSG(decision.chosen == wanted->chosen && decision.fallback == wanted->fallback &&
                      decision.playing == wanted->playing && decision.status == wanted->status &&
                      decision.refused == wanted->refused,
                  "%s: %d %d %d %d", example->what, (int)decision.chosen, (int)decision.fallback,
                  (int)decision.playing, (int)decision.status);
    }
}

// ---- Rules that hold in every case ----

static void check_rules(const Choice *choice)
{
    const Decision decision = decide(choice);
    const Source chosen = decision.chosen, playing = decision.playing;
    // Only what is loaded is chosen or kept, only what is playable plays.
    CHECK(chosen == SOURCE_NONE || choice->loaded[chosen]);
    CHECK(decision.fallback == SOURCE_NONE || choice->loaded[decision.fallback]);
    CHECK(playing == SOURCE_NONE || choice->playable[playing]);
    // What stands for the name is a file or its copy, and plays if it can.
    CHECK(chosen == SOURCE_NONE || chosen == SOURCE_FILE || chosen == SOURCE_COPY);
    CHECK(!choice->playable[chosen] || playing == chosen);
    // A fallback is kept only for a name that does not play; without a name nothing else plays.
    CHECK(decision.fallback == SOURCE_NONE || (choice->has_name && playing != chosen) ||
          playing == SOURCE_NONE);
    CHECK(choice->has_name || playing == chosen || playing == SOURCE_NONE);
    // A file that can be read is never given up for a fallback.
    CHECK(!choice->loaded[SOURCE_FILE] || chosen != SOURCE_NONE);
    // A missing file never stops the sound, unless a session has a fallback instead.
    CHECK(!choice->has_name || !choice->playable[SOURCE_CURRENT] ||
          (choice->loaded[SOURCE_FALLBACK] && !choice->live) || playing != SOURCE_NONE);
    // Only a person's choice is refused, and just if it cannot be played.
    CHECK(decision.refused == (choice->live && choice->has_name && !choice->playable[chosen]));
    CHECK((decision.status == FILE_IN_USE) == (!choice->has_name || chosen == SOURCE_FILE));
    CHECK(decision.status != FILE_REPLACED || choice->copy_differs);
}

static void test_rules_in_every_case(void)
{
    int state[SOURCES] = {MISSING};
    for (int cases = 0; cases < STATES * STATES * STATES * STATES * 8; cases++) {
        int rest = cases;
        for (Source s = SOURCE_FILE; s < SOURCES; s++, rest /= STATES) state[s] = rest % STATES;
        const bool has_name = rest & 1, copy_differs = rest & 2, live = rest & 4;
        if (!has_name && state[SOURCE_FILE] != MISSING) continue;
        if (copy_differs && (state[SOURCE_FILE] == MISSING || state[SOURCE_COPY] == MISSING))
            continue;
        const Choice choice = choice_of(live, has_name, state, copy_differs);
        check_rules(&choice);
    }
}

int main(void)
{
    RUN(test_examples);
    RUN(test_rules_in_every_case);
    return check_status();
}
