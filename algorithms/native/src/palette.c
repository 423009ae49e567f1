/* The distinct colors of an image, sorted by red, then green, then blue.
 *
 * A bit for each of the 2^24 codes says whether the color occurs (2 MiB, which fits the second-level cache). The rank of
 * a color is the number of bits before its own: those of smaller reds, those of the words before with its own red, and
 * those in its word. Exact; two passes over the pixels, and nothing is sorted.
 */
#include "vector.h"

#define REDS 256
#define RED_WORDS 1024 /* words of 64 codes with the same red */
#define WORDS (REDS * RED_WORDS)

/* Red, green, blue of pixel i in 24 bits. Four bytes from the one before are one load to a compiler, three are three. */
static inline uint32_t code_of(const uint8_t *pixels, int64_t i) {
    if (i == 0) return (uint32_t)pixels[0] << 16 | (uint32_t)pixels[1] << 8 | pixels[2];
    const uint8_t *b = pixels + 3 * i - 1;
    return ((uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3]) & 0xFFFFFF;
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
 * set in the words before with the same red; reds (REDS): how many colors with smaller reds. Returns the number of
 * distinct colors. One thread marks them: two would fight for the same bits. */
int palette_find(int64_t n, const uint8_t *pixels, uint64_t *present, uint16_t *before, uint32_t *reds,
                 int64_t n_threads) {
    for (int64_t i = 0; i < n; i++) {
        uint32_t code = code_of(pixels, i);
        present[code >> 6] |= (uint64_t)1 << (code & 63);
    }
#pragma omp parallel for num_threads((int)n_threads) if (n_threads > 1) schedule(static)
    for (int64_t red = 0; red < REDS; red++) {
        uint32_t total = 0;
        for (int64_t w = red * RED_WORDS; w < (red + 1) * RED_WORDS; w++) {
            before[w] = (uint16_t)total;
            total += count_bits(present[w]);
        }
        reds[red] = total;
    }
    uint32_t distinct = 0;
    for (int64_t red = 0; red < REDS; red++) {
        uint32_t own = reds[red];
        reds[red] = distinct;
        distinct += own;
    }
    return (int)distinct;
}

/* After palette_find: colors (distinct x 3), counts (distinct) and the indices (n) of the pixels' colors.
 *
 * The pixels are cut into parts, one for each thread. Each has a number for every color, its code in the lower half, how
 * many pixels of the part have it in the upper half: the first part has `counts` for them, the others have rows of
 * `seen` (n_parts - 1 x distinct). */
int palette_fill(int64_t n, const uint8_t *pixels, const uint64_t *present, const uint16_t *before,
                 const uint32_t *reds, int64_t distinct, int64_t n_parts, uint64_t *seen, double *colors,
                 int64_t *counts, int64_t *indices) {
#pragma omp parallel num_threads((int)n_parts) if (n_parts > 1)
    {
#pragma omp for schedule(static, 1)
        for (int64_t p = 0; p < n_parts; p++) {
            uint64_t *own = p > 0 ? seen + (p - 1) * distinct : (uint64_t *)counts;
            memset(own, 0, (size_t)distinct * sizeof *own);
            for (int64_t i = n * p / n_parts; i < n * (p + 1) / n_parts; i++) {
                uint32_t code = code_of(pixels, i);
                uint64_t lower = ((uint64_t)1 << (code & 63)) - 1;
                uint32_t rank = reds[code >> 16] + before[code >> 6] + count_bits(present[code >> 6] & lower);
                own[rank] = (own[rank] | code) + ((uint64_t)1 << 32);
                indices[i] = rank;
            }
        }
#pragma omp for schedule(static)
        for (int64_t c = 0; c < distinct; c++) {
            uint64_t code = (uint64_t)counts[c] & 0xFFFFFF, count = (uint64_t)counts[c] >> 32;
            for (int64_t p = 0; p < n_parts - 1; p++) {
                code |= seen[p * distinct + c] & 0xFFFFFF;
                count += seen[p * distinct + c] >> 32;
            }
            counts[c] = (int64_t)count;
            colors[3 * c] = (double)(uint32_t)(code >> 16);
            colors[3 * c + 1] = (double)(uint32_t)(code >> 8 & 255);
            colors[3 * c + 2] = (double)(uint32_t)(code & 255);
        }
    }
    return 0;
}
