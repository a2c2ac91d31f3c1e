// Matrix products in plain loops, for processors whose bf16 or f32 product in oneDNN is slow or lets
// a row's bits depend on its neighbours.
//
//     output[r, c] = sum_i input[r, i] * weights[c, i]
//
// Numbers are f32 or bf16, widened before they are multiplied: products of bf16 numbers are exact in
// f32, so this is a bf16 product with f32 sums at the speed of f32 and the memory traffic of bf16.
//
// Each sum is taken in one order, whatever stands beside it: i = 1, 0, 3, 2, 5, 4 ..., as the
// processors' own instruction (vdpbf16ps) adds pairs, in stretches of 512 or 1,024 whose sums are
// then added, as oneDNN 2.6 does without AMX. So a corpus has the same bytes on either.
//
// Weights lie in panels of PANEL_COLUMNS columns, inputs outermost: a panel is read once for a
// block of rows. In bf16 one 32-bit word holds column c (low half) and column c + 16 (high half), so
// that a shift and a mask widen two vectors. A block's inputs are arranged with its rows innermost,
// so that one register reaches them all.

#include "panels.h"

#include <stdlib.h>

int64_t panels_bytes(int64_t outputs, int64_t inputs, bool weights_are_bf16) {
  int64_t panels = (outputs + PANEL_COLUMNS - 1) / PANEL_COLUMNS;
  return panels * inputs * PANEL_COLUMNS * (weights_are_bf16 ? 2 : 4);
}

// Where input i stands in the order of summation.
static inline int64_t place_of(int64_t i, int64_t inputs) {
  return (i ^ 1) < inputs ? i ^ 1 : i;
}

void panels_pack(
    const float *weights, int64_t outputs, int64_t inputs, bool weights_are_bf16, void *packed) {
  int64_t panels = (outputs + PANEL_COLUMNS - 1) / PANEL_COLUMNS;
  for (int64_t p = 0; p < panels; p++) {
    for (int64_t i = 0; i < inputs; i++) {
      int64_t place = place_of(i, inputs);
      float row[PANEL_COLUMNS];
      for (int64_t c = 0; c < PANEL_COLUMNS; c++) {
        int64_t column = p * PANEL_COLUMNS + c;
        row[c] = column < outputs ? weights[column * inputs + i] : 0;
      }
      if (weights_are_bf16) {
        uint32_t *words = (uint32_t *)packed + (p * inputs + place) * HALF;
        for (int c = 0; c < HALF; c++)
          words[c] = si_bf16(row[c]) | (uint32_t)si_bf16(row[c + HALF]) << 16;
      } else {
        memcpy((float *)packed + (p * inputs + place) * PANEL_COLUMNS, row, sizeof row);
      }
    }
  }
}

SI_CLONES
void panels_pack_across(
    const void *rows, bool rows_are_bf16, int64_t outputs, int64_t inputs, bool packs_bf16,
    void *packed) {
  int64_t panels = (outputs + PANEL_COLUMNS - 1) / PANEL_COLUMNS;
  size_t width = rows_are_bf16 ? 2 : 4;
  for (int64_t p = 0; p < panels; p++) {
    int64_t left = outputs - p * PANEL_COLUMNS;
    size_t bytes = (size_t)(left < PANEL_COLUMNS ? left : PANEL_COLUMNS) * width;
    for (int64_t i = 0; i < inputs; i++) {
      const char *from = (const char *)rows + (size_t)(i * outputs + p * PANEL_COLUMNS) * width;
      int64_t place = p * inputs + place_of(i, inputs);
      char row[PANEL_COLUMNS * sizeof(float)] = {0};
      memcpy(row, from, bytes);
      if (!packs_bf16) {
        memcpy((float *)packed + place * PANEL_COLUMNS, row, sizeof row);
        continue;
      }
      uint16_t halves[PANEL_COLUMNS];
      if (rows_are_bf16) {
        memcpy(halves, row, sizeof halves);
      } else {
        f32x16 low = si_load((float *)row), high = si_load((float *)row + HALF);
        si_store_bf16(halves, &low);
        si_store_bf16(halves + HALF, &high);
      }
      u32x16 low = __builtin_convertvector(*(const u16x16 *)halves, u32x16);
      u32x16 high = __builtin_convertvector(*(const u16x16 *)(halves + HALF), u32x16);
      *((u32x16 *)packed + place) = low | high << 16;
    }
  }
}

// With 16 vector registers of half the width 2 rows share a pass over a panel (8 accumulators, four
// weights, an input; three rows spilled and were slower).
enum { MOST_ROWS_AVX2 = 2 };

static int64_t most_rows(enum panel_registers registers) {
  return registers == PANELS_AVX512 ? MOST_ROWS : MOST_ROWS_AVX2;
}

// MARK: arranging inputs

// Arranges a block's inputs `from ..< inputs` number by number.
static void arrange_numbers(
    const char *input, int64_t rows, int64_t from, int64_t inputs, bool is_bf16, float *arranged) {
  for (int64_t r = 0; r < rows; r++) {
    for (int64_t i = from; i < inputs; i++) {
      float *at = arranged + place_of(i, inputs) * rows + r;
      if (is_bf16) {
        uint32_t bits = (uint32_t)((const uint16_t *)input)[r * inputs + i] << 16;
        memcpy(at, &bits, sizeof bits);
      } else {
        *at = ((const float *)input)[r * inputs + i];
      }
    }
  }
}

#if defined(__x86_64__)
// The same, 64 bytes of every row at once. What a vector writes past the block's rows, the next
// place's vector writes over; the last of all stands in ARRANGED_SLACK.
__attribute__((target("avx512bw,avx512vl"))) static void arrange_vectors(
    const char *input, int64_t rows, int64_t inputs, bool is_bf16, float *arranged) {
  int64_t at_once = is_bf16 ? 32 : 16, width = is_bf16 ? 2 : 4, i = 0;
  for (; i + at_once <= inputs; i += at_once) {
    u32x16 words[16];
    UNROLLED for (int r = 0; r < 16; r++) {
      words[r] = (u32x16){0};
      if (r < rows)
        words[r] = (u32x16)*(const words_anywhere *)(input + (r * inputs + i) * width);
    }
    transpose(words);
    UNROLLED for (int w = 0; w < 16; w++) {
      if (is_bf16) {
        float *at = arranged + (i + 2 * w) * rows;
        si_store(at, (f32x16)(words[w] & 0xffff0000u));
        si_store(at + rows, (f32x16)(words[w] << 16));
      } else {
        si_store(arranged + (i + w) * rows, (f32x16)words[w ^ 1]);
      }
    }
  }
  arrange_numbers(input, rows, i, inputs, is_bf16, arranged);
}
#endif

void panels_arrange(
    enum panel_registers registers, const void *input, int64_t rows, int64_t inputs, bool is_bf16,
    float *arranged) {
  int64_t blocks = (rows + most_rows(registers) - 1) / most_rows(registers);
  for (int64_t block = 0; block < blocks; block++) {
    int64_t from = block_start(rows, blocks, block), to = block_start(rows, blocks, block + 1);
    const char *start = (const char *)input + from * inputs * (is_bf16 ? 2 : 4);
    float *at = arranged + from * inputs;
#if defined(__x86_64__)
    if (registers == PANELS_AVX512) {
      arrange_vectors(start, to - from, inputs, is_bf16, at);
      continue;
    }
#endif
    arrange_numbers(start, to - from, 0, inputs, is_bf16, at);
  }
}

// Arranges numbers that stand with rows innermost already, `rows` of `all` of them from `first` on.
SI_INLINE void arrange_across(
    const void *columns, int64_t all, int64_t first, int64_t rows, int64_t inputs, bool is_bf16,
    int64_t most, float *arranged) {
  int64_t blocks = (rows + most - 1) / most;
  for (int64_t block = 0; block < blocks; block++) {
    int64_t from = block_start(rows, blocks, block);
    int64_t count = block_start(rows, blocks, block + 1) - from;
    float *at = arranged + from * inputs;
    // In the order of places: a vector's last lanes are written over by the next place's.
    for (int64_t place = 0; place < inputs; place++, at += count) {
      int64_t start = place_of(place, inputs) * all + first + from;
      if (most < SI_LANES / 2 || first + from + SI_LANES > all) {
        for (int64_t r = 0; r < count; r++) {
          uint32_t bits;
          if (is_bf16) {
            bits = (uint32_t)((const uint16_t *)columns)[start + r] << 16;
          } else {
            memcpy(&bits, (const float *)columns + start + r, sizeof bits);
          }
          memcpy(at + r, &bits, sizeof bits);
        }
        continue;
      }
      f32x16 value = si_load_operand(columns, start, is_bf16);
      si_store(at, value);
    }
  }
}

SI_CLONES
void panels_arrange_across(
    enum panel_registers registers, const void *columns, int64_t all, int64_t first, int64_t rows,
    int64_t inputs, bool is_bf16, float *arranged) {
  int64_t most = most_rows(registers);
  if (is_bf16) {
    arrange_across(columns, all, first, rows, inputs, true, most, arranged);
  } else {
    arrange_across(columns, all, first, rows, inputs, false, most, arranged);
  }
}

// MARK: multiplying

// One panel for a block of `rows` rows, a constant where this is inlined: all accumulators stay in
// registers. Meanwhile `ahead` bytes for each input are fetched from `next` on.
SI_INLINE void multiply_block(
    const float *input, int64_t inputs, const char *panel, const char *next, int64_t ahead,
    bool is_bf16, bool adds, float *output, int64_t stride, int rows) {
  int64_t step = PANEL_COLUMNS * (is_bf16 ? 2 : 4), stretch = stretch_of(inputs);
  for (int64_t start = 0; start < inputs; start += stretch) {
    int64_t end = start + stretch < inputs ? start + stretch : inputs;
    f32x16 low[MOST_ROWS], high[MOST_ROWS];
    UNROLLED for (int r = 0; r < rows; r++) low[r] = high[r] = si_splat(0);
    for (int64_t i = start; i < end; i++) {
      f32x16 a, b;
      if (is_bf16) {
        u32x16 words = *(const u32x16 *)(panel + i * step);
        a = (f32x16)(words << 16);
        b = (f32x16)(words & 0xffff0000u);
      } else {
        a = si_load((const float *)(panel + i * step));
        b = si_load((const float *)(panel + i * step) + HALF);
        SI_FETCH(next + 64);
      }
      SI_FETCH(next);
      next += ahead;
      const float *at = input + i * rows;
      UNROLLED for (int r = 0; r < rows; r++) {
        low[r] += a * si_splat(at[r]);
        // AVX-512 multiplies by what it reads. A register would need an instruction more, and of
        // those a core that another thread shares has fewer to spare than reads; so the compiler
        // must not see that it is the same number.
        if (rows > MOST_ROWS_AVX2) __asm__("" : "+r"(at));
        high[r] += b * si_splat(at[r]);
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
SI_INLINE void multiply_rows(
    const float *input, int64_t inputs, const char *panel, const char *next, int64_t ahead,
    bool is_bf16, bool adds, float *output, int64_t stride, int64_t columns, int rows) {
  if (columns >= PANEL_COLUMNS) {
    multiply_block(input, inputs, panel, next, ahead, is_bf16, adds, output, stride, rows);
    return;
  }
  float whole[MOST_ROWS * PANEL_COLUMNS];
  if (adds) memset(whole, 0, sizeof whole);
  for (int r = 0; adds && r < rows; r++)
    memcpy(whole + r * PANEL_COLUMNS, output + r * stride, (size_t)columns * sizeof(float));
  multiply_block(input, inputs, panel, next, ahead, is_bf16, adds, whole, PANEL_COLUMNS, rows);
  for (int r = 0; r < rows; r++)
    memcpy(output + r * stride, whole + r * PANEL_COLUMNS, (size_t)columns * sizeof(float));
}

#define CASE(N) \
  case N:                                                                                         \
    multiply_rows(x, inputs, panel, next, ahead, is_bf16, adds, y, outputs, columns, N);          \
    break;
#define CASES_2 CASE(1) CASE(2)
#define CASES_14                                                                                  \
  CASES_2 CASE(3) CASE(4) CASE(5) CASE(6) CASE(7) CASE(8) CASE(9) CASE(10) CASE(11) CASE(12)      \
  CASE(13) CASE(14)

// While the blocks of rows pass over a panel, each fetches a part of the next panel, and maybe a
// little past it: all of it in the first pass would ask for more than memory gives, and leave the
// other passes without.
#define MULTIPLY(MOST, CASES)                                                                     \
  int64_t panel_bytes = inputs * PANEL_COLUMNS * (is_bf16 ? 2 : 4);                               \
  int64_t blocks = (rows + (MOST) - 1) / (MOST);                                                  \
  int64_t ahead = (PANEL_COLUMNS * (is_bf16 ? 2 : 4) + blocks - 1) / blocks;                      \
  for (int64_t p = first; p < end; p++) {                                                         \
    const char *panel = (const char *)packed + p * panel_bytes;                                   \
    const char *next = p + 1 < end ? panel + panel_bytes : panel;                                 \
    int64_t columns = outputs - p * PANEL_COLUMNS;                                                \
    for (int64_t block = 0; block < blocks; block++) {                                            \
      int64_t from = block_start(rows, blocks, block);                                            \
      const float *x = arranged + from * inputs;                                                  \
      float *y = output + from * outputs + p * PANEL_COLUMNS;                                     \
      switch (block_start(rows, blocks, block + 1) - from) { CASES }                              \
      next += inputs * ahead;                                                                     \
    }                                                                                             \
  }

#define DEFINE(NAME, TARGET, MOST, CASES)                                                         \
  TARGET static void NAME(                                                                        \
      const void *packed, int64_t outputs, int64_t inputs, bool weights_are_bf16, int64_t first,  \
      int64_t end, const float *arranged, int64_t rows, bool adds, float *output) {               \
    if (weights_are_bf16) {                                                                       \
      const bool is_bf16 = true;                                                                  \
      MULTIPLY(MOST, CASES)                                                                       \
    } else {                                                                                      \
      const bool is_bf16 = false;                                                                 \
      MULTIPLY(MOST, CASES)                                                                       \
    }                                                                                             \
  }

DEFINE(multiply_any, , MOST_ROWS_AVX2, CASES_2)
#if defined(__x86_64__)
DEFINE(multiply_avx512, __attribute__((target("avx512bw,avx512vl,fma"))), MOST_ROWS, CASES_14)
DEFINE(multiply_avx2, __attribute__((target("avx2,fma"))), MOST_ROWS_AVX2, CASES_2)
#endif

enum panel_registers panels_best(bool is_bf16) {
#if defined(__x86_64__)
  // Intel's cores take two cycles for a dot product, AMD's one.
  if (is_bf16 && onednn_multiplies_bf16() && !__builtin_cpu_is("intel")) return PANELS_DOTS;
  if (onednn_may_use_avx512() && __builtin_cpu_supports("avx512vl")) return PANELS_AVX512;
  if (onednn_may_use_avx2() && __builtin_cpu_supports("fma")) return PANELS_AVX2;
#endif
  return PANELS_ANY;
}

const char *panels_name(enum panel_registers registers) {
  switch (registers) {
    case PANELS_DOTS: return "panels:avx512_bf16";
    case PANELS_AVX512: return "panels:avx512";
    case PANELS_AVX2: return "panels:avx2";
    case PANELS_ANY: break;
  }
  return "panels";
}

void panels_multiply(
    enum panel_registers registers, const void *packed, int64_t outputs, int64_t inputs,
    bool weights_are_bf16, int64_t first, int64_t end, const float *arranged, int64_t rows,
    bool adds, float *output) {
#if defined(__x86_64__)
  if (registers == PANELS_AVX512) {
    multiply_avx512(
        packed, outputs, inputs, weights_are_bf16, first, end, arranged, rows, adds, output);
    return;
  }
  if (registers == PANELS_AVX2) {
    multiply_avx2(
        packed, outputs, inputs, weights_are_bf16, first, end, arranged, rows, adds, output);
    return;
  }
#endif
  multiply_any(
      packed, outputs, inputs, weights_are_bf16, first, end, arranged, rows, adds, output);
}
