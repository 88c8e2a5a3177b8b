// decision.h: the rules by which a chosen file, a session's copies and what plays now become what
// plays next. Pure functions: tests/plugin/test_decision.c has the whole table. Any thread.
#ifndef TRASLUZ_DECISION_H
#define TRASLUZ_DECISION_H

#include <stdbool.h>

// Where a model or a reference comes from.
typedef enum {
    SOURCE_NONE,
    SOURCE_FILE,     // the chosen file
    SOURCE_COPY,     // the session's copy of the chosen file
    SOURCE_FALLBACK, // the session's copy of what played in its place
    SOURCE_CURRENT,  // what plays now
    SOURCES
} Source;

// What is known of each source but SOURCE_NONE. A source that is not loaded cannot be played.
typedef struct {
    bool live;              // a person chose it just now, no session did
    bool has_name;          // a file is chosen; false: the user wants none
    bool loaded[SOURCES];   // it could be read
    bool playable[SOURCES]; // and can be played now
    bool copy_differs;      // file and copy are loaded and hold something else
} Choice;

typedef enum {
    FILE_IN_USE,   // or no file is chosen
    FILE_FAILED,   // it cannot be read
    FILE_REPLACED, // it is another one than the session was saved with
} FileStatus;

typedef struct {
    Source chosen;     // stands for the name, playable or not
    Source fallback;   // kept to play in its place; SOURCE_NONE where that is not needed
    Source playing;    // one of the two, or none
    FileStatus status; // why `chosen` is not the file
    bool refused;      // the choice is not taken: names, contents and sound stay as they are
} Decision;

// Decides:
//   - the file stands for its name, unless the session has a copy that is something else;
//   - a copy stands for a name, and none for no name;
//   - where that cannot be played the session's fallback plays, else what plays now;
//   - a live choice that cannot be played is refused.
// Real-time safe.
Decision decide(const Choice *choice);

#endif
