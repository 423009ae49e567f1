/* How points in three dimensions are laid out for Lloyd's iteration: in blocks of neighbors, blocks in groups, groups in
 * bunches. Boxes around the children of a group or a bunch are kept together. */
#ifndef KSQUARED_BOXES_H
#define KSQUARED_BOXES_H

#include "vector.h"

#define BLOCK 64      /* points to a block */
#define FAN 8         /* blocks to a group, groups to a bunch */
#define BOXES 6 * FAN /* numbers in FAN boxes: midpoints x, y, z, then half sides */
#define PART 5        /* numbers that stand for the points of a block or group: weight, mean, scatter about the mean */

static inline int64_t quotient_up(int64_t n, int64_t d) { return (n + d - 1) / d; }

#endif
