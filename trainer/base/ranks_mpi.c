// ranks.h on MPI.
#include "base/ranks.h"

#include <limits.h>
#include <mpi.h>
#include <stdio.h>

static int processes = 1, own = 0;

// MPI's own failures end all processes (MPI_ERRORS_ARE_FATAL).
void ranks_begin(void)
{
    int level;
    MPI_Init_thread(NULL, NULL, MPI_THREAD_FUNNELED, &level);
    MPI_Comm_size(MPI_COMM_WORLD, &processes);
    MPI_Comm_rank(MPI_COMM_WORLD, &own);
    // Messages of the others reach the first by ranks_agree().
    if (own > 0 && (!freopen("/dev/null", "w", stdout) || !freopen("/dev/null", "w", stderr)))
        MPI_Abort(MPI_COMM_WORLD, 1);
}

void ranks_end(void)
{
    MPI_Finalize();
    processes = 1;
    own = 0;
}

bool ranks_first(void)
{
    return own == 0;
}

static int share_begin(int n, int process)
{
    return (int)((long long)n * process / processes);
}

void ranks_share(int n, int *from, int *to)
{
    *from = share_begin(n, own);
    *to = share_begin(n, own + 1);
}

// Each process in turn sends its share. The caller sums them, always in the same order.
void ranks_gather(void *items, size_t size, int n)
{
    if (processes == 1) return;
    MPI_Datatype item;
    MPI_Type_contiguous((int)size, MPI_BYTE, &item);
    MPI_Type_commit(&item);
    for (int p = 0; p < processes; p++) {
        const int from = share_begin(n, p), to = share_begin(n, p + 1);
        if (to > from)
            MPI_Bcast((char *)items + (size_t)from * size, to - from, item, p, MPI_COMM_WORLD);
    }
    MPI_Type_free(&item);
}

void ranks_copy(void *bytes, size_t size)
{
    if (processes == 1) return;
    for (size_t at = 0; at < size; at += INT_MAX) {
        const size_t left = size - at;
        MPI_Bcast((char *)bytes + at, left < INT_MAX ? (int)left : INT_MAX, MPI_BYTE, 0,
                  MPI_COMM_WORLD);
    }
}

bool ranks_any(bool it)
{
    int any = it;
    if (processes > 1) MPI_Allreduce(MPI_IN_PLACE, &any, 1, MPI_INT, MPI_LOR, MPI_COMM_WORLD);
    return any != 0;
}

bool ranks_agree(bool good, Error *error)
{
    if (processes == 1) return good;
    int first = good ? INT_MAX : own;
    MPI_Allreduce(MPI_IN_PLACE, &first, 1, MPI_INT, MPI_MIN, MPI_COMM_WORLD);
    if (first == INT_MAX) return true;
    MPI_Bcast(error->text, (int)sizeof error->text, MPI_CHAR, first, MPI_COMM_WORLD);
    return false;
}
