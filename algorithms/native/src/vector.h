/* Short vectors of doubles, as wide as the instruction set the file is compiled for.
 *
 * Every kernel is compiled once for each level of an instruction set (see build.py) and the widest one the
 * processor has is loaded. Where the compiler's own vector types lack an operation, the few intrinsics are
 * here and nowhere else; on other processors (NEON included) the plain forms below are vectorized by the
 * compiler. Comparisons give masks of type `vm`, all ones where true.
 */
#ifndef KSQUARED_VECTOR_H
#define KSQUARED_VECTOR_H

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#if defined(__AVX2__)
#include <immintrin.h>
#endif

#if defined(__AVX512F__)
#define LANES 8
#elif defined(__AVX2__)
#define LANES 4
#else
#define LANES 2
#endif
#define LARGEST_LANES 8 /* arrays padded to a multiple of this fit every level */

typedef double vd __attribute__((vector_size(LANES * 8)));
typedef int64_t vi __attribute__((vector_size(LANES * 8)));
#if defined(__AVX512F__)
typedef __mmask8 vm;
#else
typedef vi vm;
#endif

static inline vd load(const double *p) { vd v; memcpy(&v, p, sizeof v); return v; }
static inline void store(double *p, vd v) { memcpy(p, &v, sizeof v); }
static inline void add_to(double *p, vd v) { store(p, load(p) + v); }

static inline vd fill(double x) { return x - (vd){0}; }
static inline vd absolute(vd v) { return (vd)((vi)v & INT64_MAX); }

#if defined(__AVX512F__)
static inline vd multiply_add(vd a, vd b, vd c) { return (vd)_mm512_fmadd_pd((__m512d)a, (__m512d)b, (__m512d)c); }
static inline vd multiply_subtract(vd a, vd b, vd c) { return (vd)_mm512_fnmadd_pd((__m512d)a, (__m512d)b, (__m512d)c); }
static inline vd smaller(vd a, vd b) { return (vd)_mm512_min_pd((__m512d)a, (__m512d)b); }
static inline vd larger(vd a, vd b) { return (vd)_mm512_max_pd((__m512d)a, (__m512d)b); }
static inline vm less(vd a, vd b) { return _mm512_cmp_pd_mask((__m512d)a, (__m512d)b, _CMP_LT_OQ); }
static inline vm less_equal(vd a, vd b) { return _mm512_cmp_pd_mask((__m512d)a, (__m512d)b, _CMP_LE_OQ); }
static inline vm equal(vd a, vd b) { return _mm512_cmp_pd_mask((__m512d)a, (__m512d)b, _CMP_EQ_OQ); }
static inline vm different(vd a, vd b) { return _mm512_cmp_pd_mask((__m512d)a, (__m512d)b, _CMP_NEQ_UQ); }
static inline vd choose(vm m, vd a, vd b) { return (vd)_mm512_mask_blend_pd(m, (__m512d)b, (__m512d)a); }
static inline unsigned mask_bits(vm m) { return m; }
#else
static inline vm less(vd a, vd b) { return a < b; }
static inline vm less_equal(vd a, vd b) { return a <= b; }
static inline vm equal(vd a, vd b) { return a == b; }
static inline vm different(vd a, vd b) { return a != b; }
#if defined(__AVX2__)
static inline vd multiply_add(vd a, vd b, vd c) { return (vd)_mm256_fmadd_pd((__m256d)a, (__m256d)b, (__m256d)c); }
static inline vd multiply_subtract(vd a, vd b, vd c) { return (vd)_mm256_fnmadd_pd((__m256d)a, (__m256d)b, (__m256d)c); }
static inline vd smaller(vd a, vd b) { return (vd)_mm256_min_pd((__m256d)a, (__m256d)b); }
static inline vd larger(vd a, vd b) { return (vd)_mm256_max_pd((__m256d)a, (__m256d)b); }
static inline vd choose(vm m, vd a, vd b) { return (vd)_mm256_blendv_pd((__m256d)b, (__m256d)a, (__m256d)m); }
static inline unsigned mask_bits(vm m) { return (unsigned)_mm256_movemask_pd((__m256d)m); }
#else
static inline vd choose(vm m, vd a, vd b) { return (vd)((m & (vi)a) | (~m & (vi)b)); }
static inline vd multiply_add(vd a, vd b, vd c) { return a * b + c; }
static inline vd multiply_subtract(vd a, vd b, vd c) { return c - a * b; }
static inline vd smaller(vd a, vd b) { return choose(a < b, a, b); }
static inline vd larger(vd a, vd b) { return choose(a > b, a, b); }
static inline unsigned mask_bits(vm m) {
    unsigned bits = 0;
    for (int l = 0; l < LANES; l++) bits |= (unsigned)(m[l] & 1) << l;
    return bits;
}
#endif
#endif

/* The sum of the lanes, in the same order everywhere: upper half onto lower half until one is left. */
#if defined(__AVX2__)
static inline double sum_four(__m256d v) {
    __m128d two = _mm_add_pd(_mm256_castpd256_pd128(v), _mm256_extractf128_pd(v, 1));
    return _mm_cvtsd_f64(_mm_add_sd(two, _mm_unpackhi_pd(two, two)));
}
#endif
static inline double sum_lanes(vd v) {
#if defined(__AVX512F__)
    return sum_four(_mm256_add_pd(_mm512_castpd512_pd256((__m512d)v), _mm512_extractf64x4_pd((__m512d)v, 1)));
#elif defined(__AVX2__)
    return sum_four((__m256d)v);
#else
    return v[0] + v[1];
#endif
}

/* Numbers in single precision, twice as many to a vector, for a first guess that doubles then settle. */
#define FLOAT_LANES (2 * LANES)
typedef float vf __attribute__((vector_size(LANES * 8)));

static inline vf load_floats(const float *p) { vf v; memcpy(&v, p, sizeof v); return v; }
static inline void store_floats(float *p, vf v) { memcpy(p, &v, sizeof v); }
static inline vf fill_floats(float x) { return x - (vf){0}; }

#if defined(__AVX512F__)
static inline vf multiply_add_floats(vf a, vf b, vf c) { return (vf)_mm512_fmadd_ps((__m512)a, (__m512)b, (__m512)c); }
static inline vf smaller_floats(vf a, vf b) { return (vf)_mm512_min_ps((__m512)a, (__m512)b); }
static inline vf larger_floats(vf a, vf b) { return (vf)_mm512_max_ps((__m512)a, (__m512)b); }
static inline vf choose_less(vf a, vf b, vf then, vf otherwise) {
    return (vf)_mm512_mask_blend_ps(_mm512_cmp_ps_mask((__m512)a, (__m512)b, _CMP_LT_OQ), (__m512)otherwise, (__m512)then);
}
#else
typedef int32_t vfm __attribute__((vector_size(LANES * 8)));
static inline vf choose_less(vf a, vf b, vf then, vf otherwise) {
    vfm m = a < b;
    return (vf)((m & (vfm)then) | (~m & (vfm)otherwise));
}
#if defined(__AVX2__)
static inline vf multiply_add_floats(vf a, vf b, vf c) { return (vf)_mm256_fmadd_ps((__m256)a, (__m256)b, (__m256)c); }
static inline vf smaller_floats(vf a, vf b) { return (vf)_mm256_min_ps((__m256)a, (__m256)b); }
static inline vf larger_floats(vf a, vf b) { return (vf)_mm256_max_ps((__m256)a, (__m256)b); }
#else
static inline vf multiply_add_floats(vf a, vf b, vf c) { return a * b + c; }
static inline vf smaller_floats(vf a, vf b) { return choose_less(a, b, a, b); }
static inline vf larger_floats(vf a, vf b) { return choose_less(b, a, a, b); }
#endif
#endif

/* The first address from p on where vectors do not straddle cache lines; leave room for ALIGNMENT - 1 numbers. */
#define ALIGNMENT 8
static inline double *aligned(double *p) { return p + (64 - (uintptr_t)p % 64) % 64 / sizeof *p; }

static inline double smallest_lane(vd v) {
    double s = v[0];
    for (int l = 1; l < LANES; l++) s = v[l] < s ? v[l] : s;
    return s;
}

#endif
