// Softmax attention over pages of keys and values.
//
// A page holds SI_BLOCK positions of one sequence. At one layer it is, for each key head,
//     keys   [head_size][SI_BLOCK]   position innermost, so that scores of 16 positions are one vector
//     values [SI_BLOCK][head_size]   channel innermost, so that 16 channels of the result are one
//
// Each block of positions gives (maximum, sum, weighted values) from its page and the query alone;
// the partials are merged in order of position. So a block's partial has the same bits in prefill,
// decode or scoring, and whoever else shares the page.
//
// Rows go through the blocks together: a page that several of them share is read once, and two
// neighbours that share it are computed at once.

#include "vectors.h"

enum {
  VECTORS_A_BLOCK = SI_BLOCK / SI_LANES,
  MAX_HEAD_SIZE = 256,
  HEADS_AT_ONCE = 6,  // 24 vectors of scores, or of weighted values
  GROUP = 4,          // heads of one row at once
  ROWS_TOGETHER = 32,
};

int64_t si_page_layer_bytes(int64_t key_heads, int64_t head_size, bool operand_is_bf16) {
  return 2 * key_heads * head_size * SI_BLOCK * (operand_is_bf16 ? 2 : 4);
}

SI_CLONES
void si_store_position(
    void *page, bool operand_is_bf16, int64_t slot, int64_t key_head, int64_t head_size,
    const float *keys, const float *values) {
  int64_t key_base = key_head * 2 * head_size * SI_BLOCK + slot;
  int64_t value_base = key_head * 2 * head_size * SI_BLOCK + head_size * (SI_BLOCK + slot);
  for (int64_t d = 0; d < head_size; d += SI_LANES) {
    f32x16 key = si_load(keys + d), value = si_load(values + d);
    si_store_operand(page, value_base + d, &value, operand_is_bf16);
    if (operand_is_bf16) {
      uint16_t numbers[SI_LANES];
      si_store_bf16(numbers, &key);
      for (int i = 0; i < SI_LANES; i++)
        ((uint16_t *)page)[key_base + (d + i) * SI_BLOCK] = numbers[i];
    } else {
      for (int i = 0; i < SI_LANES; i++)
        ((float *)page)[key_base + (d + i) * SI_BLOCK] = keys[d + i];
    }
  }
}

void si_copy_positions(
    void *to, const void *from, bool operand_is_bf16, int64_t count, int64_t key_heads,
    int64_t head_size) {
  size_t width = operand_is_bf16 ? 2 : 4;
  for (int64_t h = 0; h < 2 * key_heads * head_size * SI_BLOCK; h += 2 * head_size * SI_BLOCK) {
    for (int64_t d = 0; d < head_size; d++) {
      size_t at = (size_t)(h + d * SI_BLOCK) * width;
      memcpy((char *)to + at, (const char *)from + at, (size_t)count * width);
    }
    size_t at = (size_t)(h + head_size * SI_BLOCK) * width;
    memcpy((char *)to + at, (const char *)from + at, (size_t)(count * head_size) * width);
  }
}

// What is known of one query head of one row after some blocks, beside its weighted values.
struct running {
  float maximum, sum;
};

// One query head on its way through one block.
struct head {
  const float *query;
  struct running *running;
  float *weighted;
};

// Turns one block's scores into weights exp(score - maximum), 0 past `count`.
SI_INLINE void weigh(float *scores, int64_t count, float *maximum, float *sum) {
  for (int64_t j = count; j < SI_BLOCK; j++) scores[j] = -INFINITY;
  f32x16 largest = si_splat(-INFINITY);
  for (int v = 0; v < VECTORS_A_BLOCK; v++)
    largest = si_maximum(si_load(scores + v * SI_LANES), largest);
  *maximum = si_max(&largest);
  f32x16 total = si_splat(0);
  for (int v = 0; v < VECTORS_A_BLOCK; v++) {
    f32x16 weight = si_load(scores + v * SI_LANES) - *maximum;
    si_exp(&weight);
    total += weight;
    si_store(scores + v * SI_LANES, weight);
  }
  *sum = si_sum(&total);
}

// Merges one block's maximum and sum; gives the factors of what was known and of what is new.
SI_INLINE void merge(
    struct running *running, bool is_first, float maximum, float sum, float *old_scale,
    float *fresh_scale) {
  *old_scale = 0;
  *fresh_scale = 1;
  if (!is_first) {
    float before = running->maximum;
    float merged = maximum > before ? maximum : before;
    f32x16 scales = {maximum - merged, before - merged};
    si_exp(&scales);
    *fresh_scale = scales[0];
    *old_scale = scales[1];
    maximum = merged;
    sum = running->sum * *old_scale + sum * *fresh_scale;
  }
  running->maximum = maximum;
  running->sum = sum;
}

// weighted[h] = weighted[h] * old + sum_j weights[h][j] values[j], for `vectors` vectors from
// channel `c`. `heads` and `vectors` are constants where this is inlined.
SI_INLINE void add_values(
    const struct head *head, int heads, int vectors, int64_t head_size, const char *page,
    const char *next, int64_t value_base, int64_t c, int64_t count, bool is_bf16, bool is_first,
    float (*weights)[SI_BLOCK], const float *old_scale, const float *fresh_scale) {
  f32x16 fresh[HEADS_AT_ONCE][VECTORS_A_BLOCK];
  UNROLLED for (int h = 0; h < heads; h++)
    UNROLLED for (int v = 0; v < vectors; v++) fresh[h][v] = si_splat(0);
  for (int64_t j = 0; j < count; j++) {
    // Every line: not all processors fetch the one beside it, too.
    const char *fetched = next + (value_base + j * head_size + c) * (is_bf16 ? 2 : 4);
    UNROLLED for (int line = 0; line < (is_bf16 ? (vectors + 1) / 2 : vectors); line++)
      SI_FETCH(fetched + line * 64);
    f32x16 value[VECTORS_A_BLOCK];
    UNROLLED for (int v = 0; v < vectors; v++)
      value[v] = si_load_operand(page, value_base + j * head_size + c + v * SI_LANES, is_bf16);
    UNROLLED for (int h = 0; h < heads; h++) {
      f32x16 weight = si_splat(weights[h][j]);
      UNROLLED for (int v = 0; v < vectors; v++) fresh[h][v] += value[v] * weight;
    }
  }
  UNROLLED for (int h = 0; h < heads; h++) {
    UNROLLED for (int v = 0; v < vectors; v++) {
      float *at = head[h].weighted + c + v * SI_LANES;
      f32x16 before = is_first ? si_splat(0) : si_load(at);
      si_store(at, before * old_scale[h] + fresh[h][v] * fresh_scale[h]);
    }
  }
}

// One block for `heads` query heads that share a key head, its first `vectors` vectors of positions
// looked at. Both are constants where this is inlined, so the accumulators stay in registers. As
// much of the page of the row after this one is fetched meanwhile: reading pages takes longer than
// computing.
SI_INLINE void attend_block(
    const struct head *head, int heads, int vectors, int64_t head_size, const char *page,
    const char *next, int64_t key_base, int64_t count, float scale, bool is_bf16,
    bool is_first) {
  int64_t value_base = key_base + head_size * SI_BLOCK, width = is_bf16 ? 2 : 4;
  f32x16 scores[HEADS_AT_ONCE][VECTORS_A_BLOCK];
  UNROLLED for (int h = 0; h < heads; h++)
    UNROLLED for (int v = 0; v < vectors; v++) scores[h][v] = si_splat(0);
  for (int64_t d = 0; d < head_size; d++) {
    SI_FETCH(next + (key_base + d * SI_BLOCK) * width);
    SI_FETCH(next + (key_base + d * SI_BLOCK + (vectors - 1) * SI_LANES) * width);
    f32x16 key[VECTORS_A_BLOCK];
    UNROLLED for (int v = 0; v < vectors; v++)
      key[v] = si_load_operand(page, key_base + d * SI_BLOCK + v * SI_LANES, is_bf16);
    UNROLLED for (int h = 0; h < heads; h++) {
      f32x16 query = si_splat(head[h].query[d]);
      UNROLLED for (int v = 0; v < vectors; v++) scores[h][v] += key[v] * query;
    }
  }
  float weights[HEADS_AT_ONCE][SI_BLOCK];
  UNROLLED for (int h = 0; h < heads; h++)
    UNROLLED for (int v = 0; v < vectors; v++)
      si_store(weights[h] + v * SI_LANES, scores[h][v] * scale);
  float fresh_scale[HEADS_AT_ONCE], old_scale[HEADS_AT_ONCE];
  for (int h = 0; h < heads; h++) {
    float maximum, sum;
    weigh(weights[h], count, &maximum, &sum);
    merge(head[h].running, is_first, maximum, sum, old_scale + h, fresh_scale + h);
  }
  int64_t c = 0;
#define ADD_VALUES(VECTORS)                                                                      \
  add_values(                                                                                    \
      head, heads, VECTORS, head_size, page, next, value_base, c, count, is_bf16, is_first,      \
      weights, old_scale, fresh_scale);                                                          \
  c += (VECTORS) * SI_LANES
  while (c + 4 * SI_LANES <= head_size) {
    ADD_VALUES(4);
  }
  while (c < head_size) {
    ADD_VALUES(1);
  }
#undef ADD_VALUES
}

SI_INLINE const char *page_of(const struct si_attention *a, int64_t row, int64_t block) {
  return a->slab + a->pages[a->first_pages[row] + block] * a->page_bytes + a->layer_offset;
}

// Rows `from ..< to` of `group` query heads each, which share key head `key_head`.
SI_INLINE void attend_rows(
    const struct si_attention *a, int64_t from, int64_t to, int64_t first_head, int group,
    int64_t key_base, bool is_bf16, struct running (*running)[GROUP], float *weighted) {
  int64_t blocks = 0;
  for (int64_t r = from; r < to; r++) {
    int64_t own = (a->lengths[r] + SI_BLOCK - 1) / SI_BLOCK;
    blocks = own > blocks ? own : blocks;
  }
  for (int64_t block = 0; block < blocks; block++) {
    for (int64_t r = from; r < to;) {
      int64_t count = a->lengths[r] - block * SI_BLOCK;
      if (count <= 0) {
        r++;
        continue;
      }
      if (count > SI_BLOCK) count = SI_BLOCK;
      const char *page = page_of(a, r, block);
      bool is_pair = 2 * group <= HEADS_AT_ONCE && r + 1 < to && count == SI_BLOCK
                     && a->lengths[r + 1] >= (block + 1) * SI_BLOCK
                     && page_of(a, r + 1, block) == page;
      struct head head[HEADS_AT_ONCE];
      for (int h = 0; h < (is_pair ? 2 : 1) * group; h++) {
        int64_t row = r + h / group, own = h % group;
        head[h].query = a->queries + row * a->query_stride + (first_head + own) * a->head_size;
        head[h].running = &running[row - from][own];
        head[h].weighted = weighted + ((row - from) * GROUP + own) * a->head_size;
      }
      r += is_pair ? 2 : 1;
      bool has_next = r < to && a->lengths[r] > block * SI_BLOCK;
      const char *next = has_next ? page_of(a, r, block) : page;
#define ATTEND(HEADS, VECTORS)                                                                   \
  attend_block(                                                                                  \
      head, HEADS, VECTORS, a->head_size, page, next, key_base, count, a->scale, is_bf16,        \
      block == 0)
      if (is_pair) {
        if (2 * group <= HEADS_AT_ONCE) ATTEND(2 * group, VECTORS_A_BLOCK);
      } else if (count > SI_BLOCK / 2) {
        ATTEND(group, VECTORS_A_BLOCK);
      } else {
        ATTEND(group, VECTORS_A_BLOCK / 2);
      }
#undef ATTEND
    }
  }
  for (int64_t r = from; r < to; r++) {
    for (int h = 0; h < group; h++) {
      const float *values = weighted + ((r - from) * GROUP + h) * a->head_size;
      int64_t at = r * a->output_stride + (first_head + h) * a->head_size;
      for (int64_t c = 0; c < a->head_size; c += SI_LANES) {
        f32x16 value = si_load(values + c) / running[r - from][h].sum;
        si_store_operand(a->output, at + c, &value, is_bf16);
      }
    }
  }
}

SI_INLINE void attend(
    const struct si_attention *a, int64_t first_row, int64_t rows, int64_t key_head,
    bool is_bf16) {
  struct running running[ROWS_TOGETHER][GROUP];
  float weighted[ROWS_TOGETHER * GROUP * MAX_HEAD_SIZE];
  int64_t key_base = key_head * 2 * a->head_size * SI_BLOCK;
  int64_t shared = a->heads / a->key_heads;
  for (int64_t from = first_row; from < first_row + rows; from += ROWS_TOGETHER) {
    int64_t to = from + ROWS_TOGETHER < first_row + rows ? from + ROWS_TOGETHER : first_row + rows;
    for (int64_t g = 0; g < shared;) {
      int64_t left = shared - g;
#define ATTEND(N)                                                                                \
  attend_rows(a, from, to, key_head * shared + g, N, key_base, is_bf16, running, weighted);      \
  g += N
      if (left >= 4) {
        ATTEND(4);
      } else if (left == 3) {
        ATTEND(3);
      } else if (left == 2) {
        ATTEND(2);
      } else {
        ATTEND(1);
      }
#undef ATTEND
    }
  }
}

SI_CLONES
void si_attend(
    const struct si_attention *a, int64_t first_row, int64_t rows, int64_t key_head) {
  if (a->operand_is_bf16) {
    attend(a, first_row, rows, key_head, true);
  } else {
    attend(a, first_row, rows, key_head, false);
  }
}
