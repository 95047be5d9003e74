/* Calls a function of several shared objects on guarded buffers, as told on its input.
 *
 * Authors: The tunembed developers
 * SPDX-License-Identifier: BSD-3-Clause
 *
 * Usage: harness MEMORY_BYTES DIAGNOSTICS_FILE. The function's own standard input and
 * output are /dev/null, what it writes to standard error goes to the file.
 *
 * Commands, one line each, and the line each is answered with:
 *   load PATH                    loaded ID | failed MESSAGE
 *   data COUNT PATH              ready | memory   (COUNT argument lines follow first:
 *     i VALUE | d VALUE | c RE IM | a OFFSET BYTES | r OFFSET BYTES)
 *   call ID TIMES MILLISECONDS   done WALL_NS CPU_NS WAITED_NS | bounds ARGUMENT OFFSET
 *   dump PATH                    dumped | memory
 * WAITED_NS is how long the threads were ready to run but had no core, -1 if unknown.
 * An array "a" is copied from the file at PATH before every call, "r" only once.
 * A process that is about to die says why: signal NUMBER, timeout, memory, stack, bounds.
 *
 * Every array lies between guard regions, see _guard.h.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <fenv.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "_guard.h"
#include "_clock.h"

#define RESULT_BYTES 64
#define STACK_GAP ((size_t)128 << 20) /* Linux leaves at least this much below it free */

typedef int (*Call)(void **arguments, void *result);

static Call *calls;
static size_t libraries;
static int reply;
static FILE *commands;
static char result[RESULT_BYTES];
static char *stack_top;
static size_t stack_bytes;

static void say(const char *text, size_t length) {
    while (length > 0) {
        ssize_t written = write(reply, text, length);
        if (written <= 0) _exit(3);
        text += written;
        length -= (size_t)written;
    }
}

static void answer(const char *format, long long a, long long b, long long c) {
    char text[96];
    int length = snprintf(text, sizeof text, format, a, b, c);
    say(text, (size_t)length);
}

static void on_alarm(int number) {
    (void)number;
    say("timeout\n", 8);
    _exit(0);
}

static void on_fault(int number, siginfo_t *info, void *context) {
    unsigned char *at = info->si_addr;
    int memory = errno == ENOMEM;
    (void)context;
    if (number == SIGSEGV || number == SIGBUS) {
        for (size_t k = 0; k < count; k++) {
            Argument *a = &arguments[k];
            if (a->map && ((at >= a->map && at < a->pages) ||
                           (at >= a->end && at < a->end + GUARD))) {
                answer("bounds %lld %lld\n", (long long)k, (long long)(at - a->data), 0);
                _exit(0);
            }
        }
        size_t depth = (char *)at < stack_top ? (size_t)(stack_top - (char *)at) : 0;
        if (depth + 65536 > stack_bytes && depth < stack_bytes + STACK_GAP) {
            say("stack\n", 6);
            _exit(0);
        }
    }
    if (memory && (number == SIGABRT || (uintptr_t)at < GUARD)) {
        say("memory\n", 7);
        _exit(0);
    }
    answer("signal %lld\n", number, 0, 0);
    _exit(0);
}

static void watch(void) {
    static char stack[1 << 16];
    stack_t alternate;
    struct sigaction action;
    int numbers[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};
    memset(&alternate, 0, sizeof alternate);
    alternate.ss_sp = stack;
    alternate.ss_size = sizeof stack;
    sigaltstack(&alternate, NULL);
    memset(&action, 0, sizeof action);
    action.sa_sigaction = on_fault;
    action.sa_flags = SA_SIGINFO | SA_ONSTACK;
    for (size_t k = 0; k < sizeof numbers / sizeof numbers[0]; k++)
        sigaction(numbers[k], &action, NULL);
    signal(SIGALRM, on_alarm);
    signal(SIGPIPE, SIG_DFL);
    signal(SIGXFSZ, SIG_IGN);
}

static void limit(int resource, rlim_t bytes) {
    struct rlimit wanted = {bytes, bytes};
    setrlimit(resource, &wanted);
}

static void load(const char *path) {
    void *handle = dlopen(path, RTLD_LAZY | RTLD_LOCAL);
    Call call = NULL;
    fesetenv(FE_DFL_ENV); /* an object linked with -ffast-math flushes denormals */
    if (handle) *(void **)&call = dlsym(handle, "tunembed_call");
    if (!call) {
        const char *error = dlerror();
        say("failed ", 7);
        if (error) say(error, strcspn(error, "\n"));
        say("\n", 1);
        return;
    }
    calls = realloc(calls, (libraries + 1) * sizeof *calls);
    calls[libraries] = call;
    answer("loaded %lld\n", (long long)libraries++, 0, 0);
}

static void release(void) {
    for (size_t k = 0; k < count; k++)
        if (arguments[k].map)
            munmap(arguments[k].map, GUARD + (size_t)(arguments[k].end - arguments[k].map));
    if (pristine) munmap(pristine, pristine_bytes);
    free(arguments);
    free(pointers);
    arguments = NULL;
    pointers = NULL;
    pristine = NULL;
    count = 0;
}

static int read_argument(Argument *a) {
    char line[256];
    unsigned long long offset, bytes;
    memset(a, 0, sizeof *a);
    if (!fgets(line, sizeof line, commands)) return 0;
    a->kind = line[0];
    if (a->kind == 'i') return sscanf(line + 1, "%lld", &a->scalar.i) == 1;
    if (a->kind == 'd') return sscanf(line + 1, "%lf", &a->scalar.d[0]) == 1;
    if (a->kind == 'c') return sscanf(line + 1, "%lf %lf", &a->scalar.d[0], &a->scalar.d[1]) == 2;
    if (sscanf(line + 1, "%llu %llu", &offset, &bytes) != 2) return 0;
    a->offset = (size_t)offset;
    a->bytes = (size_t)bytes;
    return 1;
}

static void data(size_t wanted, const char *path) {
    Argument *read = calloc(wanted + 1, sizeof *read);
    for (size_t k = 0; k < wanted; k++)
        if (!read_argument(&read[k])) _exit(4);
    release();
    pointers = calloc(wanted + 1, sizeof *pointers);
    arguments = read;
    pristine = map_file(path, O_RDONLY, MAP_PRIVATE, PROT_READ, &pristine_bytes);
    for (size_t k = 0; pristine && k < wanted; k++, count++) {
        int array = read[k].kind == 'a' || read[k].kind == 'r';
        if (array && !allocate(&read[k])) break;
        pointers[k] = array ? (void *)read[k].data : (void *)&read[k].scalar;
    }
    if (count == wanted && pristine)
        say("ready\n", 6);
    else
        say("memory\n", 7);
}

static int check_canaries(void) {
    for (size_t k = 0; k < count; k++) {
        const Argument *a = &arguments[k];
        const unsigned char *at;
        if (!a->map) continue;
        at = spoilt(a->data + a->bytes, a->end);
        if (!at) at = spoilt(a->pages, a->data);
        if (at) {
            answer("bounds %lld %lld\n", (long long)k, (long long)(at - a->data), 0);
            return 0;
        }
    }
    return 1;
}

static void alarm_after(long milliseconds) {
    struct itimerval timer = {{0, 0}, {milliseconds / 1000, milliseconds % 1000 * 1000}};
    setitimer(ITIMER_REAL, &timer, NULL);
}

static void call(size_t id, long times, long milliseconds) {
    const struct timespec pause = {0, 2000000}; /* until waiting OpenMP threads sleep */
    long long wall = 0, cpu = 0, delay;
    nanosleep(&pause, NULL);
    alarm_after(milliseconds);
    delay = waited();
    for (long k = 0; k < times; k++) {
        long long start, cpu_start;
        for (size_t n = 0; n < count; n++)
            if (arguments[n].kind == 'a')
                memcpy(arguments[n].data, pristine + arguments[n].offset, arguments[n].bytes);
        memset(result, 0, sizeof result);
        errno = 0;
        cpu_start = now(CLOCK_PROCESS_CPUTIME_ID);
        start = now(CLOCK_MONOTONIC);
        *(int *)(result + 32) = calls[id](pointers, result);
        wall += now(CLOCK_MONOTONIC) - start;
        cpu += now(CLOCK_PROCESS_CPUTIME_ID) - cpu_start;
    }
    delay = delay < 0 ? -1 : waited() - delay;
    alarm_after(0);
    if (check_canaries()) answer("done %lld %lld %lld\n", wall, cpu, delay);
}

static void dump(const char *path) {
    size_t bytes;
    unsigned char *out = map_file(path, O_RDWR, MAP_SHARED, PROT_READ | PROT_WRITE, &bytes);
    if (!out) {
        say("memory\n", 7);
        return;
    }
    memcpy(out, result, sizeof result);
    for (size_t k = 0; k < count; k++)
        if (arguments[k].map)
            memcpy(out + arguments[k].offset, arguments[k].data, arguments[k].bytes);
    munmap(out, bytes);
    say("dumped\n", 7);
}

static void redirect(const char *diagnostics) {
    int null = open("/dev/null", O_RDWR);
    int file = open(diagnostics, O_WRONLY | O_CREAT | O_APPEND, 0600);
    int input = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 100);
    reply = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 100);
    commands = input < 0 ? NULL : fdopen(input, "r");
    if (null < 0 || reply < 0 || !commands) _exit(5);
    dup2(null, STDIN_FILENO);
    dup2(null, STDOUT_FILENO);
    dup2(file < 0 ? null : file, STDERR_FILENO);
}

int main(int argc, char **argv) {
    static char line[8192];
    struct rlimit stack;
    if (argc != 3) return 2;
    redirect(argv[2]);
    watch();
    limit(RLIMIT_CORE, 0);
    limit(RLIMIT_FSIZE, 1 << 20);
    limit(RLIMIT_AS, (rlim_t)strtoull(argv[1], NULL, 10));
    stack_top = (char *)&stack;
    stack_bytes = getrlimit(RLIMIT_STACK, &stack) == 0 ? (size_t)stack.rlim_cur : 0;
    page = (size_t)sysconf(_SC_PAGESIZE);
    while (fgets(line, sizeof line, commands)) {
        size_t id, length = strcspn(line, "\n");
        long times, milliseconds;
        int at = 0;
        line[length] = '\0';
        if (strncmp(line, "load ", 5) == 0)
            load(line + 5);
        else if (sscanf(line, "data %zu %n", &id, &at) == 1 && at > 0)
            data(id, line + at);
        else if (sscanf(line, "call %zu %ld %ld", &id, &times, &milliseconds) == 3 &&
                 id < libraries)
            call(id, times, milliseconds);
        else if (strncmp(line, "dump ", 5) == 0)
            dump(line + 5);
        else
            _exit(6);
    }
    return 0;
}
