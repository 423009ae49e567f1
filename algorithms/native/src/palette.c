/* The distinct colors of an image, sorted by red, then green, then blue.
 *
 * The 24-bit codes are sorted with the pixels' positions by two rounds of radix sort (12 bits each), and runs of
 * equal codes are counted. Exact; linear in the number of pixels.
 */
#include "vector.h"

/* pixels (n x 3) in; keys: scratch of n; colors (n x 3), counts (n) and indices (n) out, of which the first two are
 * filled as far as there are distinct colors. Returns how many those are. indices serve as scratch until the codes,
 * sorted twice, are back in keys: memory touched for the first time costs more than sorting does. */
int palette(int64_t n, const uint8_t *pixels, uint64_t *keys, double *colors, int64_t *counts, int64_t *indices) {
    uint64_t *spare = (uint64_t *)indices;
    int64_t starts[2][4096] = {{0}};
    for (int64_t i = 0; i < n; i++) {
        uint64_t code = (uint64_t)pixels[3 * i] << 16 | (uint64_t)pixels[3 * i + 1] << 8 | pixels[3 * i + 2];
        starts[0][code & 4095]++;
        starts[1][code >> 12]++;
        keys[i] = code << 32 | (uint64_t)i;
    }
    for (int round = 0; round < 2; round++) {
        int64_t start = 0;
        for (int v = 0; v < 4096; v++) {
            int64_t count = starts[round][v];
            starts[round][v] = start;
            start += count;
        }
        for (int64_t i = 0; i < n; i++) spare[starts[round][keys[i] >> (32 + 12 * round) & 4095]++] = keys[i];
        uint64_t *swap = keys;
        keys = spare;
        spare = swap;
    }
    int64_t distinct = 0;
    for (int64_t i = 0; i < n; i++) {
        uint64_t code = keys[i] >> 32;
        if (i == 0 || code != keys[i - 1] >> 32) {
            colors[3 * distinct] = (double)(code >> 16);
            colors[3 * distinct + 1] = (double)(code >> 8 & 255);
            colors[3 * distinct + 2] = (double)(code & 255);
            counts[distinct++] = 0;
        }
        counts[distinct - 1]++;
        indices[keys[i] & 0xFFFFFFFF] = distinct - 1;
    }
    return (int)distinct;
}
