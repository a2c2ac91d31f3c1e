// Softmax attention over pages of keys and values.
//
// A page holds SI_BLOCK positions of one sequence. At one layer it is, for each key head,
//     keys   [head_size][SI_BLOCK]   position innermost, so that scores of 16 positions are one vector
//     values [SI_BLOCK][head_size]   channel innermost, so that 16 channels of the result are one
//
// Each block of positions gives (maximum, sum, weighted values) from its page and the query alone;
// the partials are merged in order of position. So a block's partial has the same bits in prefill,
// decode or scoring, and whoever else shares the page.

#include "vectors.h"

enum { VECTORS_A_BLOCK = SI_BLOCK / SI_LANES, HEADS_AT_ONCE = 4, MAX_HEAD_SIZE = 256 };

int64_t si_page_layer_bytes(int64_t key_heads, int64_t head_size, bool operand_is_bf16) {
  return 2 * key_heads * head_size * SI_BLOCK * (operand_is_bf16 ? 2 : 4);
}

static uint16_t round_bf16(float value) {
  uint32_t bits;
  memcpy(&bits, &value, sizeof bits);
  if (value != value) return (uint16_t)((bits | 0x400000) >> 16);
  return (uint16_t)((bits + 0x7fff + ((bits >> 16) & 1)) >> 16);
}

void si_store_position(
    void *page, bool operand_is_bf16, int64_t slot, int64_t key_heads, int64_t head_size,
    const float *keys, const float *values) {
  int64_t head_elements = 2 * head_size * SI_BLOCK;
  for (int64_t h = 0; h < key_heads; h++) {
    int64_t key_base = h * head_elements;
    int64_t value_base = key_base + head_size * SI_BLOCK + slot * head_size;
    for (int64_t d = 0; d < head_size; d++) {
      float k = keys[h * head_size + d], v = values[h * head_size + d];
      if (operand_is_bf16) {
        ((uint16_t *)page)[key_base + d * SI_BLOCK + slot] = round_bf16(k);
        ((uint16_t *)page)[value_base + d] = round_bf16(v);
      } else {
        ((float *)page)[key_base + d * SI_BLOCK + slot] = k;
        ((float *)page)[value_base + d] = v;
      }
    }
  }
}

// What is known of one query head after some blocks.
struct running {
  float maximum, sum;
  float weighted[MAX_HEAD_SIZE];
};

// Weights of one block: exp(score - maximum), 0 past `count`.
SI_INLINE void weigh(
    f32x16 *scores, int64_t count, float *maximum, float *sum, float *weights) {
  f32x16 largest = si_splat(-INFINITY);
  for (int v = 0; v < VECTORS_A_BLOCK; v++) {
    for (int lane = 0; lane < SI_LANES; lane++) {
      if (v * SI_LANES + lane >= count) scores[v][lane] = -INFINITY;
    }
    largest = si_maximum(scores[v], largest);
  }
  *maximum = si_max(&largest);
  f32x16 total = si_splat(0);
  for (int v = 0; v < VECTORS_A_BLOCK; v++) {
    f32x16 weight = scores[v] - *maximum;
    si_exp(&weight);
    total += weight;
    si_store(weights + v * SI_LANES, weight);
  }
  *sum = si_sum(&total);
}

// One block for `group` query heads that share a key head. `group` is a constant where this is
// inlined, so the accumulators stay in registers.
SI_INLINE void attend_block(
    const float *queries, int group, int64_t head_size, const void *page, int64_t key_base,
    int64_t count, float scale, bool is_bf16, bool is_first, struct running *running) {
  f32x16 scores[HEADS_AT_ONCE][VECTORS_A_BLOCK];
  for (int g = 0; g < group; g++)
    for (int v = 0; v < VECTORS_A_BLOCK; v++) scores[g][v] = si_splat(0);
  for (int64_t d = 0; d < head_size; d++) {
    f32x16 key[VECTORS_A_BLOCK];
    for (int v = 0; v < VECTORS_A_BLOCK; v++)
      key[v] = si_load_operand(page, key_base + d * SI_BLOCK + v * SI_LANES, is_bf16);
    for (int g = 0; g < group; g++) {
      float query = queries[g * head_size + d];
      for (int v = 0; v < VECTORS_A_BLOCK; v++) scores[g][v] += key[v] * query;
    }
  }
  float weights[HEADS_AT_ONCE][SI_BLOCK];
  float fresh_scale[HEADS_AT_ONCE], old_scale[HEADS_AT_ONCE];
  for (int g = 0; g < group; g++) {
    float maximum, sum;
    for (int v = 0; v < VECTORS_A_BLOCK; v++) scores[g][v] *= scale;
    weigh(scores[g], count, &maximum, &sum, weights[g]);
    if (is_first) {
      running[g].maximum = maximum;
      running[g].sum = sum;
      fresh_scale[g] = 1;
      old_scale[g] = 0;
      continue;
    }
    float before = running[g].maximum;
    float merged = maximum > before ? maximum : before;
    f32x16 scales = {maximum - merged, before - merged};
    si_exp(&scales);
    fresh_scale[g] = scales[0];
    old_scale[g] = scales[1];
    running[g].maximum = merged;
    running[g].sum = running[g].sum * old_scale[g] + sum * fresh_scale[g];
  }
  int64_t value_base = key_base + head_size * SI_BLOCK;
  for (int64_t c = 0; c < head_size; c += SI_LANES) {
    f32x16 weighted[HEADS_AT_ONCE];
    for (int g = 0; g < group; g++) weighted[g] = si_splat(0);
    for (int64_t j = 0; j < count; j++) {
      f32x16 value = si_load_operand(page, value_base + j * head_size + c, is_bf16);
      for (int g = 0; g < group; g++) weighted[g] += value * weights[g][j];
    }
    for (int g = 0; g < group; g++) {
      f32x16 before = is_first ? si_splat(0) : si_load(running[g].weighted + c);
      si_store(running[g].weighted + c, before * old_scale[g] + weighted[g] * fresh_scale[g]);
    }
  }
}

SI_INLINE void attend_group(
    const float *queries, int group, int64_t head_size, const void *const *pages,
    int64_t key_base, int64_t length, float scale, void *output, int64_t at, bool is_bf16) {
  struct running running[HEADS_AT_ONCE];
  for (int64_t first = 0; first < length; first += SI_BLOCK) {
    int64_t count = length - first < SI_BLOCK ? length - first : SI_BLOCK;
    attend_block(
        queries, group, head_size, pages[first / SI_BLOCK], key_base, count, scale, is_bf16,
        first == 0, running);
  }
  for (int g = 0; g < group; g++) {
    for (int64_t c = 0; c < head_size; c += SI_LANES) {
      f32x16 value = si_load(running[g].weighted + c) / running[g].sum;
      si_store_operand(output, at + g * head_size + c, &value, is_bf16);
    }
  }
}

SI_INLINE void attend(
    const float *queries, int64_t heads, int64_t key_heads, int64_t head_size,
    const void *const *pages, int64_t length, float scale, void *output, bool is_bf16) {
  int64_t shared = heads / key_heads;
  for (int64_t k = 0; k < key_heads; k++) {
    int64_t key_base = k * 2 * head_size * SI_BLOCK;
    for (int64_t g = 0; g < shared;) {
      int64_t at = (k * shared + g) * head_size;
      int64_t left = shared - g;
#define ATTEND(N)                                                                                \
  attend_group(                                                                                  \
      queries + at, N, head_size, pages, key_base, length, scale, output, at, is_bf16);          \
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
    const float *queries, int64_t heads, int64_t key_heads, int64_t head_size,
    const void *const *pages, int64_t length, float scale, void *output, bool operand_is_bf16) {
  if (operand_is_bf16) {
    attend(queries, heads, key_heads, head_size, pages, length, scale, output, true);
  } else {
    attend(queries, heads, key_heads, head_size, pages, length, scale, output, false);
  }
}
