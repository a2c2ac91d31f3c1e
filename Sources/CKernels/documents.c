// Attention of whole documents and its derivative, as training needs it; all in f32.

#include "vectors.h"

enum {
  PAIRS = 6,     // rows of query heads at once: with 4 vectors each, 24 accumulators
  VECTORS = 4,   // at once
  MAX_SIZE = 256,
};

// A document's rows of one query head each, as they go through the keys they share.
struct pairs {
  const float *queries[PAIRS];
  const float *gradients[PAIRS];  // of the output; absent on the way forward
  float *outputs[PAIRS];          // of the head, or the query's gradient
  int64_t counts[PAIRS];          // positions that are attended to; 0 where there is no pair
  int64_t most;
};

static inline int64_t document_stride(int64_t count) {
  return (count + SI_BLOCK - 1) / SI_BLOCK * SI_BLOCK;
}

// Keys or values and their transpose, gradients of both, and two rows of weights for each pair.
int64_t si_document_scratch(int64_t count, int64_t head_size) {
  int64_t stride = document_stride(count);
  return 2 * head_size * stride + 4 * stride * head_size + 2 * PAIRS * stride;
}

struct scratch {
  float *keys_across, *values_across;  // [head_size, stride]
  float *keys, *values;                // [stride, head_size]
  float *key_gradients, *value_gradients;
  float *weights[PAIRS], *slopes[PAIRS];  // [stride]
};

SI_INLINE void cut(float *memory, int64_t stride, int64_t head_size, struct scratch *s) {
  int64_t square = stride * head_size;
  s->keys_across = memory;
  s->values_across = memory + square;
  s->keys = memory + 2 * square;
  s->values = memory + 3 * square;
  s->key_gradients = memory + 4 * square;
  s->value_gradients = memory + 5 * square;
  for (int p = 0; p < PAIRS; p++) {
    s->weights[p] = memory + 6 * square + p * stride;
    s->slopes[p] = memory + 6 * square + (PAIRS + p) * stride;
  }
}

// Copies keys or values of one key head, as they stand and across; zeros past the last.
SI_INLINE void gather(
    const float *from, int64_t row_stride, int64_t count, int64_t stride, int64_t head_size,
    float *rows, float *across) {
  for (int64_t j = 0; j < stride; j++) {
    for (int64_t d = 0; d < head_size; d++) {
      float value = j < count ? from[j * row_stride + d] : 0;
      rows[j * head_size + d] = value;
      across[d * stride + j] = value;
    }
  }
}

// results[p][j] = vectors[p] . across[j] for the blocks up to the last position attended to.
SI_INLINE void dots(
    const float *const *vectors, const float *across, int64_t stride, int64_t head_size,
    int64_t most, float *const *results) {
  for (int64_t j = 0; j < most; j += SI_BLOCK) {
    f32x16 sums[PAIRS][VECTORS];
    UNROLLED for (int p = 0; p < PAIRS; p++)
      UNROLLED for (int v = 0; v < VECTORS; v++) sums[p][v] = si_splat(0);
    for (int64_t d = 0; d < head_size; d++) {
      f32x16 column[VECTORS];
      UNROLLED for (int v = 0; v < VECTORS; v++)
        column[v] = si_load(across + d * stride + j + v * SI_LANES);
      UNROLLED for (int p = 0; p < PAIRS; p++) {
        f32x16 number = si_splat(vectors[p][d]);
        UNROLLED for (int v = 0; v < VECTORS; v++) sums[p][v] += column[v] * number;
      }
    }
    UNROLLED for (int p = 0; p < PAIRS; p++)
      UNROLLED for (int v = 0; v < VECTORS; v++)
        si_store(results[p] + j + v * SI_LANES, sums[p][v]);
  }
}

// outputs[p] = sum_j weights[p][j] rows[j], `vectors` vectors of it from channel `c` on.
SI_INLINE void mix_part(
    float *const *weights, const float *rows, int64_t head_size, int64_t c, int64_t most,
    float *const *outputs, int vectors) {
  f32x16 sums[PAIRS][VECTORS];
  UNROLLED for (int p = 0; p < PAIRS; p++)
    UNROLLED for (int v = 0; v < vectors; v++) sums[p][v] = si_splat(0);
  for (int64_t j = 0; j < most; j++) {
    f32x16 row[VECTORS];
    UNROLLED for (int v = 0; v < vectors; v++)
      row[v] = si_load(rows + j * head_size + c + v * SI_LANES);
    UNROLLED for (int p = 0; p < PAIRS; p++) {
      f32x16 weight = si_splat(weights[p][j]);
      UNROLLED for (int v = 0; v < vectors; v++) sums[p][v] += row[v] * weight;
    }
  }
  UNROLLED for (int p = 0; p < PAIRS; p++) {
    if (!outputs[p]) continue;
    UNROLLED for (int v = 0; v < vectors; v++)
      si_store(outputs[p] + c + v * SI_LANES, sums[p][v]);
  }
}

SI_INLINE void mix(
    float *const *weights, const float *rows, int64_t head_size, int64_t most,
    float *const *outputs) {
  int64_t c = 0;
  for (; c + VECTORS * SI_LANES <= head_size; c += VECTORS * SI_LANES)
    mix_part(weights, rows, head_size, c, most, outputs, VECTORS);
  for (; c < head_size; c += SI_LANES)
    mix_part(weights, rows, head_size, c, most, outputs, 1);
}

// rows[j] += sum_p weights[p][j] vectors[p], `vectors` vectors of them from channel `c` on.
SI_INLINE void spread_part(
    float *const *weights, const float *const *from, int64_t head_size, int64_t c, int64_t most,
    float *rows, int vectors) {
  f32x16 parts[PAIRS][VECTORS];
  UNROLLED for (int p = 0; p < PAIRS; p++)
    UNROLLED for (int v = 0; v < vectors; v++) parts[p][v] = si_load(from[p] + c + v * SI_LANES);
  for (int64_t j = 0; j < most; j++) {
    float *at = rows + j * head_size + c;
    f32x16 sums[VECTORS];
    UNROLLED for (int v = 0; v < vectors; v++) sums[v] = si_load(at + v * SI_LANES);
    UNROLLED for (int p = 0; p < PAIRS; p++) {
      f32x16 weight = si_splat(weights[p][j]);
      UNROLLED for (int v = 0; v < vectors; v++) sums[v] += parts[p][v] * weight;
    }
    UNROLLED for (int v = 0; v < vectors; v++) si_store(at + v * SI_LANES, sums[v]);
  }
}

SI_INLINE void spread(
    float *const *weights, const float *const *from, int64_t head_size, int64_t most,
    float *rows) {
  int64_t c = 0;
  for (; c + VECTORS * SI_LANES <= head_size; c += VECTORS * SI_LANES)
    spread_part(weights, from, head_size, c, most, rows, VECTORS);
  for (; c < head_size; c += SI_LANES)
    spread_part(weights, from, head_size, c, most, rows, 1);
}

// Turns scores into weights that add up to 1; zeros past a pair's positions.
SI_INLINE void soften(float *scores, int64_t count, int64_t most, float scale) {
  int64_t end = (most + SI_BLOCK - 1) / SI_BLOCK * SI_BLOCK;
  if (count == 0) {
    memset(scores, 0, (size_t)end * sizeof(float));
    return;
  }
  for (int64_t j = count; j < end; j++) scores[j] = -INFINITY;
  f32x16 largest = si_splat(-INFINITY);
  for (int64_t j = 0; j < end; j += SI_LANES)
    largest = si_maximum(si_load(scores + j), largest);
  float maximum = si_max(&largest);
  f32x16 total = si_splat(0);
  for (int64_t j = 0; j < end; j += SI_LANES) {
    f32x16 weight = (si_load(scores + j) - maximum) * scale;
    si_exp(&weight);
    total += weight;
    si_store(scores + j, weight);
  }
  float factor = 1.0f / si_sum(&total);
  for (int64_t j = 0; j < end; j += SI_LANES) si_store(scores + j, si_load(scores + j) * factor);
}

// slopes[j] = weights[j] * (slopes[j] - sum_k weights[k] slopes[k]) * scale
SI_INLINE void differentiate(const float *weights, float *slopes, int64_t most, float scale) {
  int64_t end = (most + SI_BLOCK - 1) / SI_BLOCK * SI_BLOCK;
  f32x16 total = si_splat(0);
  for (int64_t j = 0; j < end; j += SI_LANES) total += si_load(weights + j) * si_load(slopes + j);
  float mean = si_sum(&total);
  for (int64_t j = 0; j < end; j += SI_LANES) {
    f32x16 slope = si_load(weights + j) * (si_load(slopes + j) - mean) * scale;
    si_store(slopes + j, slope);
  }
}

// The query of a pair that is not there.
static const float nothing[MAX_SIZE] = {0};

// The pairs from number `first` on; pair n is row n / group and head n % group.
SI_INLINE void choose_pairs(
    const struct si_document *a, int64_t key_head, int64_t first, const float *output_gradient,
    float *results, int64_t result_stride, struct pairs *pairs) {
  int64_t group = a->heads / a->key_heads;
  pairs->most = 0;
  for (int p = 0; p < PAIRS; p++) {
    int64_t row = (first + p) / group, head = key_head * group + (first + p) % group;
    if (row >= a->count) {
      pairs->queries[p] = pairs->gradients[p] = nothing;
      pairs->outputs[p] = NULL;
      pairs->counts[p] = 0;
      continue;
    }
    pairs->queries[p] = a->projection + row * a->stride + head * a->head_size;
    pairs->gradients[p] =
        output_gradient
            ? output_gradient + (row * a->heads + head) * a->head_size : nothing;
    pairs->outputs[p] = results + row * result_stride + head * a->head_size;
    pairs->counts[p] = row + 1;
    pairs->most = row + 1;
  }
}

SI_CLONES
void si_attend_document(
    const struct si_document *a, int64_t key_head, float *output, float *memory) {
  int64_t stride = document_stride(a->count), size = a->head_size;
  struct scratch s;
  cut(memory, stride, size, &s);
  const float *keys = a->projection + (a->heads + key_head) * size;
  gather(keys, a->stride, a->count, stride, size, s.keys, s.keys_across);
  gather(
      keys + a->key_heads * size, a->stride, a->count, stride, size, s.values, s.values_across);
  int64_t pair_count = a->count * (a->heads / a->key_heads);
  for (int64_t first = 0; first < pair_count; first += PAIRS) {
    struct pairs pairs;
    choose_pairs(a, key_head, first, NULL, output, a->heads * size, &pairs);
    dots(pairs.queries, s.keys_across, stride, size, pairs.most, s.weights);
    for (int p = 0; p < PAIRS; p++) soften(s.weights[p], pairs.counts[p], pairs.most, a->scale);
    mix(s.weights, s.values, size, pairs.most, pairs.outputs);
  }
}

SI_CLONES
void si_attend_document_backward(
    const struct si_document *a, int64_t key_head, const float *output_gradient, float *gradient,
    float *memory) {
  int64_t stride = document_stride(a->count), size = a->head_size;
  struct scratch s;
  cut(memory, stride, size, &s);
  int64_t key_place = (a->heads + key_head) * size;
  int64_t value_place = key_place + a->key_heads * size;
  gather(
      a->projection + key_place, a->stride, a->count, stride, size, s.keys, s.keys_across);
  gather(
      a->projection + value_place, a->stride, a->count, stride, size, s.values, s.values_across);
  memset(s.key_gradients, 0, (size_t)(2 * stride * size) * sizeof(float));
  int64_t pair_count = a->count * (a->heads / a->key_heads);
  for (int64_t first = 0; first < pair_count; first += PAIRS) {
    struct pairs pairs;
    choose_pairs(a, key_head, first, output_gradient, gradient, a->stride, &pairs);
    dots(pairs.queries, s.keys_across, stride, size, pairs.most, s.weights);
    dots(pairs.gradients, s.values_across, stride, size, pairs.most, s.slopes);
    for (int p = 0; p < PAIRS; p++) {
      soften(s.weights[p], pairs.counts[p], pairs.most, a->scale);
      differentiate(s.weights[p], s.slopes[p], pairs.most, a->scale);
    }
    mix(s.slopes, s.keys, size, pairs.most, pairs.outputs);
    spread(s.slopes, pairs.queries, size, pairs.most, s.key_gradients);
    spread(s.weights, pairs.gradients, size, pairs.most, s.value_gradients);
  }
  for (int64_t j = 0; j < a->count; j++) {
    memcpy(
        gradient + j * a->stride + key_place, s.key_gradients + j * size,
        (size_t)size * sizeof(float));
    memcpy(
        gradient + j * a->stride + value_place, s.value_gradients + j * size,
        (size_t)size * sizeof(float));
  }
}
