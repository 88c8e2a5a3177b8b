// bus_error.h: files are mapped into memory; if another program cuts one that is in use, or its
// disk fails, the processor cannot read it and the program gets SIGBUS. For the main thread.
#ifndef TRASLUZ_BUS_ERROR_H
#define TRASLUZ_BUS_ERROR_H

// From now on the program ends then with a message and exit status 1, in any thread. What it wrote
// before stays, such as the checkpoint of a training.
void bus_error_catch(void);

#endif
