/* The distinct colors of an image, sorted by red, then green, then blue.
 *
 * A bit for each of the 2^24 codes says whether the color occurs (2 MiB, which fits the second-level cache). The rank of
 * a color is the number of bits before its own: those of the words before, added up once, and those in its word. Exact;
 * two passes over the pixels, and nothing is sorted.
 */
#include "vector.h"

#define WORDS (1 << 18) /* of 64 codes each */

static inline uint32_t code_of(const uint8_t *pixel) {
    return (uint32_t)pixel[0] << 16 | (uint32_t)pixel[1] << 8 | pixel[2];
}

/* How many bits are set. A compiler that may not count on the instruction would call a slow function. */
static inline uint32_t count_bits(uint64_t v) {
#if defined(__POPCNT__) || defined(__aarch64__)
    return (uint32_t)__builtin_popcountll(v);
#else
    v -= v >> 1 & 0x5555555555555555;
    v = (v & 0x3333333333333333) + (v >> 2 & 0x3333333333333333);
    return (uint32_t)(((v + (v >> 4)) & 0x0F0F0F0F0F0F0F0F) * 0x0101010101010101 >> 56);
#endif
}

/* pixels (n x 3) in; present (WORDS, zero at first): the bit of each color that occurs; before (WORDS): how many bits are
 * set in the words before. Returns the number of distinct colors. One thread: two would fight for the same bits. */
int palette_find(int64_t n, const uint8_t *pixels, uint64_t *present, uint32_t *before) {
    for (int64_t i = 0; i < n; i++) {
        uint32_t code = code_of(pixels + 3 * i);
        present[code >> 6] |= (uint64_t)1 << (code & 63);
    }
    uint32_t total = 0;
    for (int64_t w = 0; w < WORDS; w++) {
        before[w] = total;
        total += count_bits(present[w]);
    }
    return (int)total;
}

/* After palette_find: colors (distinct x 3), counts (distinct, all zero at first) and indices (n) of the pixels' colors. */
int palette_fill(int64_t n, const uint8_t *pixels, const uint64_t *present, const uint32_t *before, double *colors,
                 int64_t *counts, int64_t *indices, int64_t n_threads) {
#pragma omp parallel num_threads((int)n_threads) if (n_threads > 1)
    {
#pragma omp for schedule(static) nowait
        for (int64_t i = 0; i < n; i++) {
            uint32_t code = code_of(pixels + 3 * i);
            uint64_t lower = ((uint64_t)1 << (code & 63)) - 1;
            indices[i] = before[code >> 6] + count_bits(present[code >> 6] & lower);
        }
#pragma omp for schedule(static, WORDS / 64)
        for (int64_t w = 0; w < WORDS; w++) {
            double *color = colors + 3 * (int64_t)before[w];
            for (uint64_t bits = present[w]; bits; bits &= bits - 1, color += 3) {
                int64_t code = w << 6 | __builtin_ctzll(bits);
                color[0] = (double)(code >> 16);
                color[1] = (double)(code >> 8 & 255);
                color[2] = (double)(code & 255);
            }
        }
    }
    for (int64_t i = 0; i < n; i++) counts[indices[i]]++;
    return 0;
}
