/* Buffers between inaccessible guard regions.
 *
 * Authors: The tunembed developers
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * The rest of a buffer's pages holds canary bytes 0xff, which read as NaN or -1.
 */
#define GUARD ((size_t)2 << 20)
#define CANARY 0xff
#define ALIGNMENT 64
#ifndef MAP_ANONYMOUS
#define MAP_ANONYMOUS MAP_ANON
#endif

typedef struct {
    char kind;
    size_t offset, bytes;
    unsigned char *map, *pages, *end, *data; /* [map guard [pages data end] guard] */
    union {
        long long i;
        double d[2];
    } scalar;
} Argument;

static Argument *arguments;
static void **pointers;
static size_t count, page;
static unsigned char *pristine;
static size_t pristine_bytes;

static int allocate(Argument *a) {
    size_t inside = (a->bytes + page) / page * page; /* at least one canary byte */
    unsigned char *map = mmap(NULL, GUARD + inside + GUARD, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (map == MAP_FAILED) return 0;
    if (mprotect(map + GUARD, inside, PROT_READ | PROT_WRITE) != 0) {
        munmap(map, GUARD + inside + GUARD);
        return 0;
    }
    a->map = map;
    a->pages = map + GUARD;
    a->end = a->pages + inside;
    a->data = a->end - (a->bytes + ALIGNMENT) / ALIGNMENT * ALIGNMENT;
    memset(a->pages, CANARY, inside);
    memcpy(a->data, pristine + a->offset, a->bytes);
    return 1;
}

static unsigned char *map_file(const char *path, int flags, int sharing, int protection, size_t *bytes) {
    struct stat status;
    unsigned char *map = MAP_FAILED;
    int file = open(path, flags | O_CLOEXEC);
    if (file >= 0 && fstat(file, &status) == 0) {
        *bytes = (size_t)status.st_size;
        map = mmap(NULL, *bytes, protection, sharing, file, 0);
    }
    if (file >= 0) close(file);
    return map == MAP_FAILED ? NULL : map;
}

static const unsigned char *spoilt(const unsigned char *from, const unsigned char *to) {
    while (from < to && *from == CANARY) from++;
    return from < to ? from : NULL;
}

