// The derivatives of the loops in loops.c and of the loss, and the optimizer's step.
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

// MARK: dropout

// What a row's numbers are drawn from (Steele et al., "SplitMix", 2014).
static inline uint64_t row_key(uint64_t key, uint64_t tensor) {
  uint64_t bits = key + tensor * 0xd1342543de82ef95u;
  bits = (bits ^ bits >> 30) * 0xbf58476d1ce4e5b9u;
  bits = (bits ^ bits >> 27) * 0x94d049bb133111ebu;
  return bits ^ bits >> 31;
}

static inline uint32_t mixed(uint32_t bits) {
  bits = (bits ^ bits >> 16) * 0x7feb352du;
  bits = (bits ^ bits >> 15) * 0x846ca68bu;
  return bits ^ bits >> 16;
}

// Whether a column stays: 32 bits of its own from the row's 64.
#define STAYS(key, column, dropout)                                                              \
  (mixed(mixed((uint32_t)(column) ^ (uint32_t)(key)) + (uint32_t)((key) >> 32))                  \
   >= (dropout)->threshold)

SI_CLONES
void si_copy_kept(
    const void *operand, bool operand_is_bf16, const uint64_t *keys, int64_t rows,
    int64_t columns, const struct si_dropout *dropout, void *output) {
  for (int64_t r = 0; r < rows; r++) {
    uint64_t key = row_key(keys[r], dropout->tensor);
    float factor = dropout->factor;
    if (operand_is_bf16) {
      const uint16_t *from = (const uint16_t *)operand + r * columns;
      uint16_t *to = (uint16_t *)output + r * columns;
      for (int64_t c = 0; c < columns; c++) {
        uint32_t bits = (uint32_t)from[c] << 16;
        float value;
        memcpy(&value, &bits, sizeof value);
        to[c] = STAYS(key, c, dropout) ? si_bf16(value * factor) : 0;
      }
    } else {
      const float *from = (const float *)operand + r * columns;
      float *to = (float *)output + r * columns;
      for (int64_t c = 0; c < columns; c++) to[c] = STAYS(key, c, dropout) ? from[c] * factor : 0;
    }
  }
}

SI_CLONES
void si_add_kept(
    float *accumulator, const float *addend, const uint64_t *keys, int64_t rows, int64_t columns,
    const struct si_dropout *dropout) {
  for (int64_t r = 0; r < rows; r++) {
    uint64_t key = row_key(keys[r], dropout->tensor);
    float factor = dropout->factor;
    for (int64_t c = 0; c < columns; c++) {
      int64_t at = r * columns + c;
      accumulator[at] += STAYS(key, c, dropout) ? addend[at] * factor : 0;
    }
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
