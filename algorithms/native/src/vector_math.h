/* Exponential and logarithm of vectors, on the ranges that a mixture needs. */
#ifndef KSQUARED_VECTOR_MATH_H
#define KSQUARED_VECTOR_MATH_H

#include "vector.h"

typedef uint64_t vu __attribute__((vector_size(LANES * 8)));

#define LARGEST_EXPONENT 708 /* e^-708 is 3e-308; less would be subnormal */

/* e^x for lowest <= x <= 0, relative error below 5e-16; 0 for x < lowest, which is -LARGEST_EXPONENT or more.
 * x = n ln 2 + r, |r| <= 0.347, Taylor to r^12; 2^n is put together from its bits. */
static inline vd exponential(vd x, double lowest) {
    const double shift = 0x1.8p52; /* adding it rounds to whole numbers and leaves them in the low bits */
    static const double coefficients[] = {1.0 / 39916800, 1.0 / 3628800, 1.0 / 362880, 1.0 / 40320, 1.0 / 5040,
                                          1.0 / 720, 1.0 / 120, 1.0 / 24, 1.0 / 6, 0.5, 1.0, 1.0};
    vd rounded = multiply_add(x, fill(1.4426950408889634), fill(shift));
    vd n = rounded - fill(shift);
    vd r = multiply_subtract(n, fill(0x1.62e42fefa0000p-1), x); /* ln 2 in two parts, the first short */
    r = multiply_subtract(n, fill(0x1.cf79abc9e3b3ap-40), r);
    vd p = fill(1.0 / 479001600);
    for (int i = 0; i < 12; i++) p = multiply_add(p, r, fill(coefficients[i]));
    vd power = (vd)(((vu)rounded << 52) + ((uint64_t)1023 << 52));
    return choose(less(x, fill(lowest)), fill(0), p * power);
}

/* ln x for finite x >= 1, absolute error below 3e-16 max(1, ln x).
 * x = 2^n m with sqrt(1/2) <= m < sqrt(2); ln m = 2 artanh((m - 1) / (m + 1)). */
static inline vd logarithm(vd x) {
    const uint64_t root_half = 0x3FE6A09E667F3BCD;
    vu n = ((vu)x - root_half) >> 52;
    vd m = (vd)((vu)x - (n << 52)), whole = (vd)(n | 0x4330000000000000) - fill(0x1p52);
    vd s = (m - fill(1)) / (m + fill(1)), z = s * s, p = fill(1.0 / 21);
    for (int i = 19; i >= 1; i -= 2) p = multiply_add(p, z, fill(1.0 / i));
    return multiply_add(whole, fill(0x1.62e42fefa39efp-1), fill(2) * s * p);
}

#endif
