/* Clocks: of the wall, and of the time that threads waited for a core.
 *
 * Authors: The tunembed developers
 * SPDX-License-Identifier: BSD-3-Clause
 */
static long long now(clockid_t clock) {
    struct timespec t;
    clock_gettime(clock, &t);
    return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static long long waited(void) {
    long long sum = 0;
    struct dirent *entry;
    DIR *tasks = opendir("/proc/self/task");
    if (!tasks) return -1;
    while (sum >= 0 && (entry = readdir(tasks))) {
        char path[64];
        long long ran, delay;
        FILE *file;
        if (entry->d_name[0] == '.') continue;
        snprintf(path, sizeof path, "/proc/self/task/%.20s/schedstat", entry->d_name);
        file = fopen(path, "r");
        if (file && fscanf(file, "%lld %lld", &ran, &delay) == 2)
            sum += delay;
        else
            sum = -1;
        if (file) fclose(file);
    }
    closedir(tasks);
    return sum;
}
