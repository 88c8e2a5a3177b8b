// version.h: which trainer this is.
#ifndef TRASLUZ_VERSION_H
#define TRASLUZ_VERSION_H

#define TRAINER_VERSION      "0.2.0"
#define TRAINER_VERSION_DATE "2026-11-23" // manual.sh reads it here

#endif
