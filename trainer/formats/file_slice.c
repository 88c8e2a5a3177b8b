#include "formats/file_slice.h"

#include <errno.h>
#include <unistd.h>

size_t file_read_at(int fd, int64_t at, void *to, size_t n)
{
    size_t done = 0;
    while (done < n) {
        const ssize_t got = pread(fd, (char *)to + done, n - done, (off_t)at + (off_t)done);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) break;
        done += (size_t)got;
    }
    return done;
}

ssize_t file_slice_read(void *data, void *to, size_t n)
{
    FileSlice *slice = data;
    const int64_t left = slice->end - slice->start - slice->at;
    if (left <= 0) return 0;
    const size_t got =
        file_read_at(slice->fd, slice->start + slice->at, to, (int64_t)n < left ? n : (size_t)left);
    slice->at += (int64_t)got;
    return (ssize_t)got;
}

off_t file_slice_seek(void *data, off_t offset, int whence)
{
    FileSlice *slice = data;
    const int64_t size = slice->end - slice->start;
    const int64_t base = whence == SEEK_SET ? 0 : whence == SEEK_CUR ? slice->at : size;
    if (base + offset < 0) return -1;
    return (off_t)(slice->at = base + offset);
}

static sf_count_t slice_size(void *data)
{
    const FileSlice *slice = data;
    return slice->end - slice->start;
}

static sf_count_t slice_seek(sf_count_t offset, int whence, void *data)
{
    return file_slice_seek(data, offset, whence);
}

static sf_count_t slice_read(void *to, sf_count_t n, void *data)
{
    return file_slice_read(data, to, (size_t)n);
}

static sf_count_t slice_write(const void *from, sf_count_t n, void *data)
{
    (void)from;
    (void)n;
    (void)data;
    return 0;
}

static sf_count_t slice_tell(void *data)
{
    return ((const FileSlice *)data)->at;
}

SF_VIRTUAL_IO file_slice_io(void)
{
    return (SF_VIRTUAL_IO){slice_size, slice_seek, slice_read, slice_write, slice_tell};
}
