// The derivatives of the loops in loops.c, and attention of whole documents with its derivative.
//
// All of this is f32: products round their operands, what lies between them does not.

#include "vectors.h"

// MARK: rows

SI_INLINE void load_part(const float *from, int64_t count, f32x16 *out) {
  if (count >= SI_LANES) {
    *out = si_load(from);
    return;
  }
  float lanes[SI_LANES] = {0};
  memcpy(lanes, from, (size_t)count * sizeof(float));
  *out = si_load(lanes);
}

SI_INLINE void store_part(float *to, int64_t count, const f32x16 *value) {
  if (count >= SI_LANES) {
    si_store(to, *value);
    return;
  }
  float lanes[SI_LANES];
  si_store(lanes, *value);
  memcpy(to, lanes, (size_t)count * sizeof(float));
}

// With s = 1 / sqrt(mean(x^2) + epsilon) and y = w x s:
//
//     dx[c] = s w[c] dy[c] - x[c] s^3 / channels * sum_k(w[k] dy[k] x[k]),   dw[c] = dy[c] x[c] s
SI_CLONES
void si_rms_backward(
    const float *input, const float *weight, float epsilon, const float *gradient, int64_t rows,
    int64_t channels, float *input_gradient, float *weight_gradient) {
  for (int64_t r = 0; r < rows; r++) {
    const float *x = input + r * channels, *dy = gradient + r * channels;
    float *dx = input_gradient + r * channels;
    f32x16 squares = si_splat(0), products = si_splat(0);
    for (int64_t c = 0; c < channels; c += SI_LANES) {
      f32x16 value, factor, given;
      load_part(x + c, channels - c, &value);
      load_part(weight + c, channels - c, &factor);
      load_part(dy + c, channels - c, &given);
      squares += value * value;
      products += factor * given * value;
    }
    float scale = 1.0f / sqrtf(si_sum(&squares) / (float)channels + epsilon);
    float common = scale * scale * scale / (float)channels * si_sum(&products);
    for (int64_t c = 0; c < channels; c += SI_LANES) {
      f32x16 value, factor, given, sum, before;
      load_part(x + c, channels - c, &value);
      load_part(weight + c, channels - c, &factor);
      load_part(dy + c, channels - c, &given);
      load_part(dx + c, channels - c, &before);
      load_part(weight_gradient + c, channels - c, &sum);
      before += factor * given * scale - value * common;
      sum += given * value * scale;
      store_part(dx + c, channels - c, &before);
      store_part(weight_gradient + c, channels - c, &sum);
    }
  }
}

// With g the gate, u the up and s = 1 / (1 + exp(-g)):
//
//     dg = dy u (s + g s (1 - s)),   du = dy g s
SI_CLONES
void si_gate_backward(
    const float *input, const float *gradient, int64_t rows, int64_t hidden,
    void *input_gradient, bool operand_is_bf16) {
  for (int64_t r = 0; r < rows; r++) {
    const float *gates = input + r * 2 * hidden, *ups = gates + hidden;
    const float *dy = gradient + r * hidden;
    int64_t at = r * 2 * hidden;
    for (int64_t c = 0; c < hidden; c += SI_LANES) {
      int64_t rest = hidden - c;
      f32x16 gate, up, given;
      load_part(gates + c, rest, &gate);
      load_part(ups + c, rest, &up);
      load_part(dy + c, rest, &given);
      f32x16 sigmoid = -gate;
      si_exp(&sigmoid);
      sigmoid = 1.0f / (1.0f + sigmoid);
      f32x16 silu = gate * sigmoid;
      f32x16 gate_gradient = given * up * (sigmoid + silu * (1.0f - sigmoid));
      f32x16 up_gradient = given * silu;
      if (rest >= SI_LANES) {
        si_store_operand(input_gradient, at + c, &gate_gradient, operand_is_bf16);
        si_store_operand(input_gradient, at + hidden + c, &up_gradient, operand_is_bf16);
        continue;
      }
      for (int64_t i = 0; i < rest; i++) {
        float pair[2] = {gate_gradient[i], up_gradient[i]};
        for (int part = 0; part < 2; part++) {
          int64_t place = at + part * hidden + c + i;
          if (operand_is_bf16) {
            ((uint16_t *)input_gradient)[place] = si_bf16(pair[part]);
          } else {
            ((float *)input_gradient)[place] = pair[part];
          }
        }
      }
    }
  }
}

// MARK: attention

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

// MARK: loss

SI_CLONES
void si_log_probability_backward(
    float *logits, int64_t count, int64_t target, float coefficient, float maximum,
    double log_sum) {
  // Less the maximum, which takes nothing off the digits; the rest is one factor for all.
  float factor = -coefficient * (float)exp((double)maximum - log_sum);
  for (int64_t i = 0; i < count; i += SI_LANES) {
    f32x16 value;
    load_part(logits + i, count - i, &value);
    value -= maximum;
    si_exp(&value);
    value *= factor;
    store_part(logits + i, count - i, &value);
  }
  logits[target] += coefficient;
}

// MARK: optimizer

SI_CLONES
void si_adamw(
    float *weights, float *means, float *squares, const float *gradient, int64_t count,
    const struct si_adamw_step *step) {
  for (int64_t i = 0; i < count; i += SI_LANES) {
    int64_t rest = count - i;
    f32x16 weight, mean, square, g;
    load_part(weights + i, rest, &weight);
    load_part(means + i, rest, &mean);
    load_part(squares + i, rest, &square);
    load_part(gradient + i, rest, &g);
    g *= step->gradient_scale;
    mean = mean * step->beta1 + g * step->rest1;
    square = square * step->beta2 + g * g * step->rest2;
    f32x16 root = __builtin_elementwise_sqrt(square);
    weight = weight * step->keep - mean * step->rate / (root * step->root_scale + step->epsilon);
    store_part(weights + i, rest, &weight);
    store_part(means + i, rest, &mean);
    store_part(squares + i, rest, &square);
  }
}

SI_CLONES
double si_sum_of_squares(const float *numbers, int64_t count) {
  double total = 0;
  for (int64_t block = 0; block < count; block += 1024) {
    int64_t end = block + 1024 < count ? block + 1024 : count;
    f32x16 sum = si_splat(0);
    for (int64_t i = block; i < end; i += SI_LANES) {
      f32x16 value;
      load_part(numbers + i, end - i, &value);
      sum += value * value;
    }
    total += (double)si_sum(&sum);
  }
  return total;
}
