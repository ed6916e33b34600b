/* Makes every flush to the disk take SLOW_DISK_MICROSECONDS (default 3000) longer, as on a disk that really
 * flushes; virtual disks often only say so. For benchmarks, see README.md:
 *
 *   cc -shared -fPIC -O2 -o slow-disk.so slow-disk.c -ldl
 *   LD_PRELOAD=$PWD/slow-disk.so keygate-benches …
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <unistd.h>

static int slowly(const char *name, int fd) {
    int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, name);
    const char *delay = getenv("SLOW_DISK_MICROSECONDS");
    usleep(delay ? (useconds_t)atoi(delay) : 3000);
    return real(fd);
}

int fsync(int fd) { return slowly("fsync", fd); }
int fdatasync(int fd) { return slowly("fdatasync", fd); }
