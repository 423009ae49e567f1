/* What this processor and this build can do. */
#if defined(_OPENMP)
#include <omp.h>
#endif

/* 2: AVX-512, 1: AVX2 with fused multiply-add, 0: neither, or not an x86-64 processor. */
int machine_level(void) {
#if defined(__x86_64__)
    __builtin_cpu_init();
    if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma") || !__builtin_cpu_supports("bmi2")) return 0;
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
                   __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
                   __builtin_cpu_supports("avx512cd")
               ? 2
               : 1;
#else
    return 0;
#endif
}

/* Threads OpenMP would use now (it heeds OMP_NUM_THREADS and threadpoolctl); 0 in a build without OpenMP. */
int machine_threads(void) {
#if defined(_OPENMP)
    return omp_get_max_threads();
#else
    return 0;
#endif
}
