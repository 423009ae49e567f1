/* Where the threads that help wake up.
 *
 * In a virtual machine Linux takes a core that has slept for a while to be busy, and wakes a sleeping thread on the core
 * of the one that calls it: both then share a core until the next tick of the scheduler, up to 8 ms later, which is more
 * than a small fit takes. So before a call its helpers are told to run anywhere but on the caller's core.
 */
#define _GNU_SOURCE
#include <stdint.h>

#if defined(__linux__) && defined(_OPENMP)
#include <omp.h>
#include <sched.h>
#include <signal.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define MOST 256                  /* helpers that are placed */
#define AWAKE_NANOSECONDS 1000000 /* so long after a call they still are where they were */

/* The helpers of this thread: OpenMP keeps a team for each thread that calls. */
static __thread struct {
    int64_t n;
    pid_t threads[MOST];
    int64_t placed;
} team;

static int64_t now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * (int64_t)1000000000 + t.tv_nsec;
}

int place_workers(int64_t n_threads) {
    int64_t n = n_threads < MOST ? n_threads : MOST;
    if (n < 2 || (n == team.n && now() - team.placed < AWAKE_NANOSECONDS)) return 0;
    if (n != team.n) {
        pid_t *threads = team.threads;
#pragma omp parallel num_threads((int)n)
        threads[omp_get_thread_num()] = (pid_t)syscall(SYS_gettid);
        team.n = n;
    }
    cpu_set_t others;
    int here = sched_getcpu(), known = sched_getaffinity(0, sizeof others, &others) == 0;
    if (!known || here < 0 || CPU_COUNT(&others) < 2) return 0;
    CPU_CLR(here, &others);
    for (int64_t i = 1; i < n; i++) /* a helper that has ended since may not be another process's thread by now */
        if (syscall(SYS_tgkill, getpid(), team.threads[i], 0) == 0)
            sched_setaffinity(team.threads[i], sizeof others, &others);
    team.placed = now();
    return 0;
}
#else
int place_workers(int64_t n_threads) {
    (void)n_threads;
    return 0;
}
#endif
