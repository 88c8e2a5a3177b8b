// version.h: the version of plugin, trainer and archive.
#ifndef TRASLUZ_VERSION_H
#define TRASLUZ_VERSION_H

#define TRASLUZ_VERSION      "0.6.0"
#define TRASLUZ_VERSION_DATE "2026-11-28"

#endif
