/* Makes the arguments of generated kernels and compares what they did with them. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static unsigned state;
static int failures;

static unsigned next(void)
{
    state = state * 1664525u + 1013904223u;
    return state >> 8;
}

#define MAKE(type, value)                                                      \
    static type *make_##type(size_t n)                                         \
    {                                                                          \
        type *a = malloc(n * sizeof(type));                                    \
        for (size_t i = 0; i < n; i++)                                         \
            a[i] = value;                                                      \
        return a;                                                              \
    }

MAKE(double, 0.1 + next() % 1000 / 1000.0)
MAKE(float, 0.1f + next() % 1000 / 1000.0f)
MAKE(int, next() % 100)
MAKE(long, next() % 100)

static int *make_index(size_t n, int extent)
{
    int *a = malloc(n * sizeof(int));
    for (size_t i = 0; i < n; i++)
        a[i] = next() % (extent > 0 ? extent : 1);
    return a;
}

static int *make_offsets(size_t n, int total)
{
    int *a = malloc(n * sizeof(int));
    for (size_t i = 0; i < n; i++)
        a[i] = n > 1 ? (long)total * i / (n - 1) : 0;
    return a;
}

static void *copy(const void *a, size_t bytes)
{
    return memcpy(malloc(bytes), a, bytes);
}

#define COMPARE(type, tolerance)                                               \
    static void compare_##type(const char *what, type *a, type *b, size_t n)   \
    {                                                                          \
        for (size_t i = 0; i < n; i++) {                                       \
            double x = a[i], y = b[i];                                         \
            if (isfinite(x) && fabs(x - y) <= (tolerance) * (1 + fabs(x)))     \
                continue;                                                      \
            printf("%s[%zu]: %g without pragmas, %g with\n", what, i, x, y);   \
            failures++;                                                        \
            break;                                                             \
        }                                                                      \
        free(a);                                                               \
        free(b);                                                               \
    }

COMPARE(double, 1e-6)
COMPARE(float, 1e-2)
COMPARE(int, 0)
COMPARE(long, 0)
