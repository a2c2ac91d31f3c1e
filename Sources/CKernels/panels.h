// What the two kinds of panels share (panels.c, dots.c): how rows are cut into blocks, and turned.

#ifndef CKERNELS_PANELS_H
#define CKERNELS_PANELS_H

#include "products.h"
#include "vectors.h"

enum { HALF = PANEL_COLUMNS / 2 };

// Rows that share a pass over a panel, with 32 vector registers: 28 accumulators, two weights, an
// input.
enum { MOST_ROWS = 14 };

// The first row of a block: blocks are as even as they can be.
static inline int64_t block_start(int64_t rows, int64_t blocks, int64_t block) {
  return rows * block / blocks;
}

// Inputs that are summed before their sum is added to that of those before.
static inline int64_t stretch_of(int64_t inputs) {
  return inputs > 1024 ? 1024 : 512;
}

// Sixteen vectors of sixteen words, turned by exchanging ever larger squares.
#define SHUFFLE(a, b, ...) __builtin_shufflevector(a, b, __VA_ARGS__)
#define EXCHANGE(SIZE, LOW, HIGH)                                                                 \
  UNROLLED for (int r = 0; r < 16; r++) {                                                         \
    if (r & (SIZE)) continue;                                                                     \
    u32x16 a = words[r], b = words[r + (SIZE)];                                                   \
    words[r] = SHUFFLE(a, b, LOW);                                                                \
    words[r + (SIZE)] = SHUFFLE(a, b, HIGH);                                                      \
  }
#define LIST(...) __VA_ARGS__

SI_INLINE void transpose(u32x16 *words) {
  EXCHANGE(
      1, LIST(0, 16, 2, 18, 4, 20, 6, 22, 8, 24, 10, 26, 12, 28, 14, 30),
      LIST(1, 17, 3, 19, 5, 21, 7, 23, 9, 25, 11, 27, 13, 29, 15, 31))
  EXCHANGE(
      2, LIST(0, 1, 16, 17, 4, 5, 20, 21, 8, 9, 24, 25, 12, 13, 28, 29),
      LIST(2, 3, 18, 19, 6, 7, 22, 23, 10, 11, 26, 27, 14, 15, 30, 31))
  EXCHANGE(
      4, LIST(0, 1, 2, 3, 16, 17, 18, 19, 8, 9, 10, 11, 24, 25, 26, 27),
      LIST(4, 5, 6, 7, 20, 21, 22, 23, 12, 13, 14, 15, 28, 29, 30, 31))
  EXCHANGE(
      8, LIST(0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23),
      LIST(8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31))
}

// bf16 rows begin at any even address.
typedef uint32_t words_anywhere __attribute__((vector_size(64), aligned(2)));

#endif
