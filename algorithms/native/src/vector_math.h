/* Exponential and logarithm of vectors, on the ranges that a mixture needs. */
#ifndef KSQUARED_VECTOR_MATH_H
#define KSQUARED_VECTOR_MATH_H

#include "vector.h"

typedef uint64_t vu __attribute__((vector_size(LANES * 8)));

#define LARGEST_EXPONENT 708 /* e^-708 is 3e-308; less would be subnormal */

/* e^x for lowest <= x <= 0, relative error below 6e-16; 0 for x < lowest, which is -LARGEST_EXPONENT or more.
 * x = n ln 2 + r, |r| <= 0.347, Taylor to r^12, even and odd powers side by side; 2^n is put together from its bits. */
static inline vd exponential(vd x, double lowest) {
    const double shift = 0x1.8p52; /* adding it rounds to whole numbers and leaves them in the low bits */
    static const double odd[] = {1.0 / 39916800, 1.0 / 362880, 1.0 / 5040, 1.0 / 120, 1.0 / 6, 1.0};
    static const double even[] = {1.0 / 479001600, 1.0 / 3628800, 1.0 / 40320, 1.0 / 720, 1.0 / 24, 0.5, 1.0};
    vd rounded = multiply_add(x, fill(1.4426950408889634), fill(shift));
    vd n = rounded - fill(shift);
    vd r = multiply_subtract(n, fill(0x1.62e42fefa0000p-1), x); /* ln 2 in two parts, the first short */
    r = multiply_subtract(n, fill(0x1.cf79abc9e3b3ap-40), r);
    vd square = r * r, p = fill(odd[0]), q = fill(even[0]);
    for (int i = 1; i < 6; i++) p = multiply_add(p, square, fill(odd[i]));
    for (int i = 1; i < 7; i++) q = multiply_add(q, square, fill(even[i]));
    vd power = (vd)(((vu)rounded << 52) + ((uint64_t)1023 << 52));
    return choose(less(x, fill(lowest)), fill(0), multiply_add(p, r, q) * power);
}

/* ln x for finite x >= 1, absolute error below 4e-16 max(1, ln x), and 1 / x, relative error below 4e-16.
 * x = 2^n m with sqrt(1/2) <= m < sqrt(2); ln m = 2 artanh s, s = (m - 1) / (m + 1). Both quotients come from the one
 * slow division 1 / (x (m + 1)). */
static inline vd logarithm(vd x, vd *reciprocal) {
    const uint64_t root_half = 0x3FE6A09E667F3BCD;
    vu n = ((vu)x - root_half) >> 52;
    vd m = (vd)((vu)x - (n << 52)), whole = (vd)(n | 0x4330000000000000) - fill(0x1p52);
    vd above = m + fill(1), quotient = fill(1) / (x * above);
    *reciprocal = quotient * above;
    vd s = (m - fill(1)) * (quotient * x), z = s * s, fourth = z * z;
    vd p = fill(1.0 / 21), q = fill(1.0 / 19);
    for (int i = 17; i >= 1; i -= 4) p = multiply_add(p, fourth, fill(1.0 / i));
    for (int i = 15; i >= 3; i -= 4) q = multiply_add(q, fourth, fill(1.0 / i));
    return multiply_add(whole, fill(0x1.62e42fefa39efp-1), fill(2) * s * multiply_add(q, z, p));
}

#endif
