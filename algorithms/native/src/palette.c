/* The distinct colors of an image, sorted by red, then green, then blue.
 *
 * The 24-bit codes are sorted with the pixels' positions by three rounds of radix sort, a byte each, and runs of
 * equal codes are counted. Exact; linear in the number of pixels.
 */
#include "vector.h"

/* pixels (n x 3) in; keys and spare: scratch of n; colors (n x 3), counts (n) and indices (n) out, of which the
 * first two are filled as far as there are distinct colors. Returns how many those are. */
int palette(int64_t n, const uint8_t *pixels, uint64_t *keys, uint64_t *spare, double *colors, int64_t *counts,
                int64_t *indices) {
    int64_t starts[3][256] = {{0}};
    for (int64_t i = 0; i < n; i++) {
        uint64_t code = (uint64_t)pixels[3 * i] << 16 | (uint64_t)pixels[3 * i + 1] << 8 | pixels[3 * i + 2];
        for (int byte = 0; byte < 3; byte++) starts[byte][code >> 8 * byte & 255]++;
        keys[i] = code << 32 | (uint64_t)i;
    }
    for (int byte = 0; byte < 3; byte++) {
        int64_t start = 0;
        for (int v = 0; v < 256; v++) {
            int64_t count = starts[byte][v];
            starts[byte][v] = start;
            start += count;
        }
        for (int64_t i = 0; i < n; i++) spare[starts[byte][keys[i] >> (32 + 8 * byte) & 255]++] = keys[i];
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
