// file_uri.h: file URIs as hosts and file managers write them. Any thread.
#ifndef TRASLUZ_FILE_URI_H
#define TRASLUZ_FILE_URI_H

// Turns "file:///a%20path", "file://localhost/a%20path" or "file:/a%20path" into the path, in
// place. Other text stays as it is.
void file_uri_decode(char *text);

#endif
