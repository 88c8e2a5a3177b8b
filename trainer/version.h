// version.h: which trainer this is.
#ifndef TRASLUZ_VERSION_H
#define TRASLUZ_VERSION_H

#define TRAINER_VERSION "0.2.0"

#endif
