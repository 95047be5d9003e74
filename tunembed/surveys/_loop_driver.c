/* Calls the versions of a loop in turns and prints what each call took.
 *
 * Authors: The tunembed developers
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * Usage: driver CORE SEED ROUNDS BUDGET SAMPLE VERSION..., the baseline (0) first.
 *   BUDGET   seconds after which no new round starts (five are always made)
 *   SAMPLE   seconds that a sample should take; a call that takes longer is one sample
 *   CORE     where to run, -1: anywhere
 *
 * Output:
 *   check VERSION DIGEST                      all arrays after one call on equal inputs
 *   sample VERSION SECONDS BASELINE WAITED    of one call: processor time, that of the
 *       baseline just before and after, and the share of the wall time without a core
 */
#define _GNU_SOURCE
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct tunembed_array {
    void *at;
    unsigned long bytes;
};
extern const struct tunembed_array tunembed_arrays[];
extern const int tunembed_array_count;
extern void (*const tunembed_runs[])(long);

#define FEWEST_ROUNDS 5
#define BETWEEN 6 /* versions between two samples of the baseline */
#define MOST 64

typedef struct {
    double seconds, waited;
} Sample;

static int versions[MOST], count;
static long times[MOST];
static uint64_t state;

static uint64_t next(void) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state;
}

static void fill(void) {
    state = 88172645463325252u;
    for (int k = 0; k < tunembed_array_count; k++) {
        unsigned char *at = tunembed_arrays[k].at;
        unsigned long left = tunembed_arrays[k].bytes;
        while (left > 0) {
            uint64_t word = next();
            unsigned long step = left < sizeof word ? left : sizeof word;
            memcpy(at, &word, step);
            at += step;
            left -= step;
        }
    }
}

static uint64_t digest(void) {
    uint64_t sum = 14695981039346656037u;
    for (int k = 0; k < tunembed_array_count; k++) {
        const unsigned char *at = tunembed_arrays[k].at;
        unsigned long left = tunembed_arrays[k].bytes;
        while (left > 0) {
            uint64_t word = 0;
            unsigned long step = left < sizeof word ? left : sizeof word;
            memcpy(&word, at, step);
            sum = (sum ^ word) * 1099511628211u;
            at += step;
            left -= step;
        }
    }
    return sum;
}

static double now(clockid_t clock) {
    struct timespec t;
    clock_gettime(clock, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static Sample sample(int k) {
    Sample taken;
    double wall = now(CLOCK_MONOTONIC), cpu = now(CLOCK_THREAD_CPUTIME_ID);
    tunembed_runs[versions[k]](times[k]);
    cpu = now(CLOCK_THREAD_CPUTIME_ID) - cpu;
    wall = now(CLOCK_MONOTONIC) - wall;
    taken.seconds = cpu / (double)times[k];
    taken.waited = wall > cpu ? (wall - cpu) / wall : 0.0;
    return taken;
}

static void calibrate(int k, double wanted) {
    double seconds;
    times[k] = 1;
    sample(k);
    for (;;) {
        seconds = sample(k).seconds;
        if (seconds * (double)times[k] >= wanted / 4) break;
        times[k] *= 4;
    }
    times[k] = (long)(wanted / seconds);
    if (times[k] < 1) times[k] = 1;
}

static void shuffle(int *order, int length) {
    for (int k = length - 1; k > 0; k--) {
        int other = (int)(next() % (uint64_t)(k + 1)), kept = order[k];
        order[k] = order[other];
        order[other] = kept;
    }
}

/* One sample of each version but the baseline, which runs before and after a few. */
static void round_of_samples(void) {
    int order[MOST], length = 0;
    Sample before = sample(0), taken[BETWEEN];
    for (int k = 1; k < count; k++) order[length++] = k;
    shuffle(order, length);
    for (int first = 0; first < length; first += BETWEEN) {
        int last = first + BETWEEN < length ? first + BETWEEN : length;
        Sample after;
        for (int k = first; k < last; k++) taken[k - first] = sample(order[k]);
        after = sample(0);
        for (int k = first; k < last; k++) {
            Sample own = taken[k - first];
            double waited = before.waited > after.waited ? before.waited : after.waited;
            if (own.waited > waited) waited = own.waited;
            printf("sample %d %.6e %.6e %.4f\n", versions[order[k]], own.seconds,
                   (before.seconds + after.seconds) / 2, waited);
        }
        before = after;
    }
}

static void pin(int core) {
    cpu_set_t set;
    if (core < 0) return;
    CPU_ZERO(&set);
    CPU_SET(core, &set);
    sched_setaffinity(0, sizeof set, &set); /* without it, the scheduler decides */
}

int main(int argc, char **argv) {
    double budget, wanted, started;
    long rounds;
    if (argc < 7 || argc - 6 > MOST) return 2;
    pin(atoi(argv[1]));
    rounds = atol(argv[3]);
    budget = atof(argv[4]);
    wanted = atof(argv[5]);
    for (count = 0; count + 6 < argc; count++) versions[count] = atoi(argv[count + 6]);
    for (int k = 0; k < count; k++) {
        fill();
        tunembed_runs[versions[k]](1);
        printf("check %d %016llx\n", versions[k], (unsigned long long)digest());
    }
    fflush(stdout);
    for (int k = 0; k < count; k++) calibrate(k, wanted);
    state = 88172645463325252u ^ (uint64_t)strtoull(argv[2], NULL, 10);
    started = now(CLOCK_MONOTONIC);
    for (long r = 0; r < rounds; r++) {
        if (r >= FEWEST_ROUNDS && now(CLOCK_MONOTONIC) - started > budget) break;
        round_of_samples();
    }
    puts("end");
    return 0;
}
