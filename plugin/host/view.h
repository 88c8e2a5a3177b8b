// view.h: what the plugin shows of itself to its window. The window asks, by an object of the type
// TRASLUZ_LISTEN_URI without properties on the control port, again at least each second. Then the
// plugin sends objects of the type TRASLUZ_VIEW_URI on the notify port, with one property,
// TRASLUZ_VIEW_DATA_URI, an atom:Chunk: a View. Window and plugin come from one build and one
// bundle; a View of another size or version is ignored.
//
// Everything else goes by the ports and by patch:Set and patch:Get, as with any host: see
// messages.h.
#ifndef TRASLUZ_VIEW_H
#define TRASLUZ_VIEW_H

#include <stdint.h>

#define TRASLUZ_LISTEN_URI    "urn:trasluz:listen"
#define TRASLUZ_VIEW_URI      "urn:trasluz:view"
#define TRASLUZ_VIEW_DATA_URI "urn:trasluz:viewData"

enum {
    VIEW_VERSION = 2,
    VIEW_CHANNELS = 64,  // of the latent
    VIEW_BANDS = 64,     // of the spectra
    VIEW_POINTS = 16,    // of the map
    VIEW_RECORDED = 256, // points of a recorded reference, a few in each view
    VIEW_PER_SECOND = 30,
    VIEW_LISTEN_SECONDS = 2, // the plugin falls silent so long after the window's last request
};

// A level as a byte: dB = level / 2 - 100; a sine at full scale has 0 dB in a
// narrow band, less in a wide one. A deviation: sigma = deviation / 32.
typedef struct {
    uint32_t version;
    uint32_t serial;  // counts the views
    uint64_t effects; // ports whose control has an effect now, bit by bit
    float rate;       // of the host, Hz
    float seconds;    // since the view before; large blocks bring fewer views
    float latency;    // samples
    float share;      // of a core: time spent in run() for the time played
    float peak_in[2], peak_out[2];
    float captured;  // seconds that the recording under way has; 0: none is
    float recording; // seconds of the recording that is the reference; 0: it is none
    float frozen;    // seconds of the stretch that is held; 0: nothing is
    uint8_t audio_channels;
    uint8_t spectral;                 // the model's kind: 0 waveforms, 1 spectra
    uint8_t has_axes;                 // the map is along stored axes, else the first two channels
    uint8_t sounding;                 // one moment is held and sounds on
    uint8_t turn;                     // LatentTurn
    uint8_t has_model;                // 0: the input passes through
    uint8_t channels;                 // of the latent that are shown
    uint8_t points;                   // since the view before
    uint8_t first_recorded, recorded; // points of the recording: number of the first, how many
    int8_t before[VIEW_CHANNELS], after[VIEW_CHANNELS]; // deviations of the last latent frame
    float path_before[VIEW_POINTS][2], path_after[VIEW_POINTS][2]; // sigmas
    float path_recorded[VIEW_POINTS][2];                           // likewise
    uint8_t spectrum_in[VIEW_BANDS], spectrum_out[VIEW_BANDS];     // levels
} View;

#endif
