// Matrix products of bf16 numbers by the processor's own instruction (vdpbf16ps), which multiplies
// pairs of them and adds both products to an f32 sum; for processors where it takes no longer than
// an f32 multiply-add (AMD from Zen 4). Elsewhere it compiles and is not used.
//
//     output[r, c] = sum_i input[r, i] * weights[c, i]
//
// Weights lie in panels of PANEL_COLUMNS columns, pairs of inputs outermost, so that one vector has
// one pair of 16 columns. A block's inputs are arranged with its rows innermost, a pair a word. Sums
// are taken in the order that panels.c tells, so all three kinds of product have the same bits, but
// for subnormal numbers, which this instruction takes for zeros.

#include "panels.h"

int64_t dots_bytes(int64_t outputs, int64_t inputs) {
  int64_t panels = (outputs + PANEL_COLUMNS - 1) / PANEL_COLUMNS;
  return panels * ((inputs + 1) / 2) * PANEL_COLUMNS * (int64_t)sizeof(uint32_t);
}

// One word of two numbers; the lower half is the first of them.
static inline uint32_t pair_of(uint16_t first, uint16_t second) {
  return first | (uint32_t)second << 16;
}

// sum += second half of `pairs` times that of `word`, then the first halves, lane by lane.
#if defined(__x86_64__)
#include <immintrin.h>
#define DOTS_TARGET __attribute__((target("avx512bf16,avx512bw,avx512vl")))
#define ADD_DOT(sum, pairs, word)                                                                \
  (sum) = (f32x16)_mm512_dpbf16_ps(                                                              \
      (__m512)(sum), (__m512bh)(pairs), (__m512bh)_mm512_set1_epi32((int)(word)))
#else
#define DOTS_TARGET
SI_INLINE float number_of(uint32_t bits) {
  float number;
  memcpy(&number, &bits, sizeof number);
  return number;
}
#define ADD_DOT(sum, pairs, word)                                                                \
  (sum) += (f32x16)((pairs) & 0xffff0000u) * number_of((word) & 0xffff0000u);                    \
  (sum) += (f32x16)((pairs) << 16) * number_of((word) << 16)
#endif

DOTS_TARGET void dots_pack(const float *weights, int64_t outputs, int64_t inputs, void *packed) {
  int64_t panels = (outputs + PANEL_COLUMNS - 1) / PANEL_COLUMNS, pairs = (inputs + 1) / 2;
  for (int64_t p = 0; p < panels; p++) {
    uint32_t *panel = (uint32_t *)packed + p * pairs * PANEL_COLUMNS;
    for (int64_t half = 0; half < PANEL_COLUMNS; half += HALF) {
      // Sixteen pairs of sixteen columns at once, as a square that is turned.
      for (int64_t first = 0; first < pairs; first += SI_LANES) {
        u32x16 words[SI_LANES];
        for (int c = 0; c < SI_LANES; c++) {
          int64_t column = p * PANEL_COLUMNS + half + c, rest = inputs - 2 * first;
          uint16_t numbers[2 * SI_LANES] = {0};
          if (column < outputs) {
            const float *row = weights + column * inputs + 2 * first;
            if (rest >= 2 * SI_LANES) {
              f32x16 low = si_load(row), high = si_load(row + SI_LANES);
              si_store_bf16(numbers, &low);
              si_store_bf16(numbers + SI_LANES, &high);
            } else {
              for (int64_t i = 0; i < rest; i++) numbers[i] = si_bf16(row[i]);
            }
          }
          memcpy(words + c, numbers, sizeof numbers);
        }
        transpose(words);
        for (int64_t i = 0; i < SI_LANES && first + i < pairs; i++)
          memcpy(panel + (first + i) * PANEL_COLUMNS + half, words + i, sizeof words[i]);
      }
    }
  }
}

// Up to `count` numbers as bf16, the rest zero.
DOTS_TARGET SI_INLINE void load_numbers(
    const void *from, bool is_bf16, int64_t index, int64_t count, uint16_t *numbers) {
  if (is_bf16) {
    memcpy(numbers, (const uint16_t *)from + index, (size_t)count * sizeof *numbers);
    return;
  }
  const float *at = (const float *)from + index;
  int64_t i = 0;
  for (; i + SI_LANES <= count; i += SI_LANES) {
    f32x16 value = si_load(at + i);
    si_store_bf16(numbers + i, &value);
  }
  for (; i < count; i++) numbers[i] = si_bf16(at[i]);
}

// Pairs the numbers of two rows lane by lane.
DOTS_TARGET SI_INLINE void interleave(
    const uint16_t *first, const uint16_t *second, uint32_t *words) {
  u32x16 low = __builtin_convertvector(*(const u16x16 *)first, u32x16);
  u32x16 high = __builtin_convertvector(*(const u16x16 *)second, u32x16);
  *(u32x16 *)words = low | high << 16;
}

DOTS_TARGET void dots_pack_across(
    const void *rows, bool rows_are_bf16, int64_t outputs, int64_t inputs, void *packed) {
  int64_t panels = (outputs + PANEL_COLUMNS - 1) / PANEL_COLUMNS, pairs = (inputs + 1) / 2;
  for (int64_t p = 0; p < panels; p++) {
    int64_t left = outputs - p * PANEL_COLUMNS;
    int64_t count = left < PANEL_COLUMNS ? left : PANEL_COLUMNS;
    for (int64_t i = 0; i < pairs; i++) {
      uint16_t first[PANEL_COLUMNS] = {0}, second[PANEL_COLUMNS] = {0};
      int64_t at = 2 * i * outputs + p * PANEL_COLUMNS;
      load_numbers(rows, rows_are_bf16, at, count, first);
      if (2 * i + 1 < inputs) load_numbers(rows, rows_are_bf16, at + outputs, count, second);
      uint32_t *words = (uint32_t *)packed + (p * pairs + i) * PANEL_COLUMNS;
      interleave(first, second, words);
      interleave(first + HALF, second + HALF, words + HALF);
    }
  }
}

// What a vector writes past the block's rows, the next pair's vector writes over; the last of all
// stands in ARRANGED_SLACK.
DOTS_TARGET void dots_arrange(const void *input, int64_t rows, int64_t inputs, void *arranged) {
  int64_t blocks = (rows + MOST_ROWS - 1) / MOST_ROWS, pairs = (inputs + 1) / 2;
  for (int64_t block = 0; block < blocks; block++) {
    int64_t from = block_start(rows, blocks, block);
    int64_t count = block_start(rows, blocks, block + 1) - from, i = 0;
    const uint16_t *start = (const uint16_t *)input + from * inputs;
    uint32_t *at = (uint32_t *)arranged + from * pairs;
    for (; i + SI_LANES <= inputs / 2; i += SI_LANES) {
      u32x16 words[SI_LANES];
      UNROLLED for (int r = 0; r < SI_LANES; r++) {
        words[r] = (u32x16){0};
        if (r < count) words[r] = (u32x16)*(const words_anywhere *)(start + r * inputs + 2 * i);
      }
      transpose(words);
      UNROLLED for (int w = 0; w < SI_LANES; w++) *(u32x16 *)(at + (i + w) * count) = words[w];
    }
    for (; i < pairs; i++) {
      for (int64_t r = 0; r < count; r++) {
        const uint16_t *numbers = start + r * inputs + 2 * i;
        at[i * count + r] = pair_of(numbers[0], 2 * i + 1 < inputs ? numbers[1] : 0);
      }
    }
  }
}

DOTS_TARGET void dots_arrange_across(
    const void *columns, int64_t all, int64_t first, int64_t rows, int64_t inputs,
    void *arranged) {
  int64_t blocks = (rows + MOST_ROWS - 1) / MOST_ROWS, pairs = (inputs + 1) / 2;
  for (int64_t block = 0; block < blocks; block++) {
    int64_t from = block_start(rows, blocks, block);
    int64_t count = block_start(rows, blocks, block + 1) - from;
    uint32_t *at = (uint32_t *)arranged + from * pairs;
    for (int64_t i = 0; i < pairs; i++, at += count) {
      const uint16_t *numbers = (const uint16_t *)columns + 2 * i * all + first + from;
      bool has_second = 2 * i + 1 < inputs;
      if (has_second && first + from + SI_LANES <= all) {
        interleave(numbers, numbers + all, at);
        continue;
      }
      for (int64_t r = 0; r < count; r++)
        at[r] = pair_of(numbers[r], has_second ? numbers[all + r] : 0);
    }
  }
}

// One panel for a block of `rows` rows, a constant where this is inlined: all accumulators stay in
// registers. Meanwhile `ahead` bytes for each pair are fetched from `next` on.
DOTS_TARGET SI_INLINE void multiply_block(
    const uint32_t *input, int64_t pairs, const char *panel, const char *next, int64_t ahead,
    bool adds, float *output, int64_t stride, int rows) {
  int64_t stretch = stretch_of(2 * pairs) / 2;
  for (int64_t start = 0; start < pairs; start += stretch) {
    int64_t end = start + stretch < pairs ? start + stretch : pairs;
    f32x16 low[MOST_ROWS], high[MOST_ROWS];
    UNROLLED for (int r = 0; r < rows; r++) low[r] = high[r] = si_splat(0);
    for (int64_t i = start; i < end; i++) {
      const u32x16 *weights = (const u32x16 *)(panel + i * PANEL_COLUMNS * 4);
      u32x16 a = weights[0], b = weights[1];
      SI_FETCH(next);
      SI_FETCH(next + 64);
      next += ahead;
      const uint32_t *at = input + i * rows;
      UNROLLED for (int r = 0; r < rows; r++) {
        ADD_DOT(low[r], a, at[r]);
        ADD_DOT(high[r], b, at[r]);
      }
    }
    UNROLLED for (int r = 0; r < rows; r++) {
      float *at = output + r * stride;
      if (start > 0 || adds) {
        low[r] = si_load(at) + low[r];
        high[r] = si_load(at + HALF) + high[r];
      }
      si_store(at, low[r]);
      si_store(at + HALF, high[r]);
    }
  }
}

// The last panel may stand over the end of the output's rows.
DOTS_TARGET SI_INLINE void multiply_rows(
    const uint32_t *input, int64_t pairs, const char *panel, const char *next, int64_t ahead,
    bool adds, float *output, int64_t stride, int64_t columns, int rows) {
  if (columns >= PANEL_COLUMNS) {
    multiply_block(input, pairs, panel, next, ahead, adds, output, stride, rows);
    return;
  }
  float whole[MOST_ROWS * PANEL_COLUMNS];
  if (adds) memset(whole, 0, sizeof whole);
  for (int r = 0; adds && r < rows; r++)
    memcpy(whole + r * PANEL_COLUMNS, output + r * stride, (size_t)columns * sizeof(float));
  multiply_block(input, pairs, panel, next, ahead, adds, whole, PANEL_COLUMNS, rows);
  for (int r = 0; r < rows; r++)
    memcpy(output + r * stride, whole + r * PANEL_COLUMNS, (size_t)columns * sizeof(float));
}

DOTS_TARGET void dots_multiply(
    const void *packed, int64_t outputs, int64_t inputs, int64_t first, int64_t end,
    const void *arranged, int64_t rows, bool adds, float *output) {
  int64_t pairs = (inputs + 1) / 2, panel_bytes = pairs * PANEL_COLUMNS * 4;
  int64_t blocks = (rows + MOST_ROWS - 1) / MOST_ROWS;
  int64_t ahead = (PANEL_COLUMNS * 4 + blocks - 1) / blocks;
  for (int64_t p = first; p < end; p++) {
    const char *panel = (const char *)packed + p * panel_bytes;
    const char *next = p + 1 < end ? panel + panel_bytes : panel;
    int64_t columns = outputs - p * PANEL_COLUMNS;
    for (int64_t block = 0; block < blocks; block++) {
      int64_t from = block_start(rows, blocks, block);
      const uint32_t *x = (const uint32_t *)arranged + from * pairs;
      float *y = output + from * outputs + p * PANEL_COLUMNS;
      switch (block_start(rows, blocks, block + 1) - from) {
#define CASE(N) \
  case N: \
    multiply_rows(x, pairs, panel, next, ahead, adds, y, outputs, columns, N); \
    break;
        CASE(1) CASE(2) CASE(3) CASE(4) CASE(5) CASE(6) CASE(7)
        CASE(8) CASE(9) CASE(10) CASE(11) CASE(12) CASE(13) CASE(14)
#undef CASE
      }
      next += pairs * ahead;
    }
  }
}
