// Element-wise loops over rows. Counts need not be multiples of the lanes; tails go through a
// small buffer so that every element sees the same operations.

#include "vectors.h"

SI_INLINE void load_tail(const float *from, int64_t count, f32x16 *out) {
  float lanes[SI_LANES] = {0};
  memcpy(lanes, from, (size_t)count * sizeof(float));
  *out = si_load(lanes);
}

SI_INLINE void store_operand_tail(
    void *to, int64_t index, const f32x16 *value, int64_t count, bool is_bf16) {
  if (is_bf16) {
    uint16_t lanes[SI_LANES];
    si_store_bf16(lanes, value);
    memcpy((uint16_t *)to + index, lanes, (size_t)count * sizeof(uint16_t));
  } else {
    float lanes[SI_LANES];
    si_store(lanes, *value);
    memcpy((float *)to + index, lanes, (size_t)count * sizeof(float));
  }
}

SI_INLINE float mean_square(const float *row, int64_t channels) {
  f32x16 sum = si_splat(0);
  int64_t c = 0;
  for (; c + SI_LANES <= channels; c += SI_LANES) {
    f32x16 x = si_load(row + c);
    sum += x * x;
  }
  if (c < channels) {
    f32x16 x;
    load_tail(row + c, channels - c, &x);
    sum += x * x;
  }
  return si_sum(&sum) / (float)channels;
}

SI_CLONES
void si_rms_normalize(
    const float *input, const float *weight, float epsilon, int64_t rows, int64_t channels,
    void *output, bool operand_is_bf16) {
  for (int64_t r = 0; r < rows; r++) {
    const float *row = input + r * channels;
    float scale = 1.0f / sqrtf(mean_square(row, channels) + epsilon);
    int64_t c = 0, at = r * channels;
    for (; c + SI_LANES <= channels; c += SI_LANES) {
      f32x16 value = si_load(row + c) * scale * si_load(weight + c);
      si_store_operand(output, at + c, &value, operand_is_bf16);
    }
    if (c < channels) {
      int64_t rest = channels - c;
      f32x16 value, factor;
      load_tail(row + c, rest, &value);
      load_tail(weight + c, rest, &factor);
      value = value * scale * factor;
      store_operand_tail(output, at + c, &value, rest, operand_is_bf16);
    }
  }
}

// gate := silu(gate) * up
SI_INLINE void apply_gate(f32x16 *gate, const f32x16 *up) {
  f32x16 exponential = -*gate;
  si_exp(&exponential);
  *gate = *gate / (1.0f + exponential) * *up;
}

SI_CLONES
void si_gate(
    const float *input, int64_t rows, int64_t hidden, void *output, bool operand_is_bf16) {
  for (int64_t r = 0; r < rows; r++) {
    const float *gate = input + r * 2 * hidden;
    const float *up = gate + hidden;
    int64_t c = 0, at = r * hidden;
    for (; c + SI_LANES <= hidden; c += SI_LANES) {
      f32x16 value = si_load(gate + c);
      f32x16 factor = si_load(up + c);
      apply_gate(&value, &factor);
      si_store_operand(output, at + c, &value, operand_is_bf16);
    }
    if (c < hidden) {
      int64_t rest = hidden - c;
      f32x16 value, factor;
      load_tail(gate + c, rest, &value);
      load_tail(up + c, rest, &factor);
      apply_gate(&value, &factor);
      store_operand_tail(output, at + c, &value, rest, operand_is_bf16);
    }
  }
}

SI_CLONES
void si_add(float *accumulator, const float *addend, int64_t count) {
  for (int64_t i = 0; i < count; i++) accumulator[i] += addend[i];
}

SI_CLONES
void si_widen(const void *operand, bool operand_is_bf16, int64_t count, float *output) {
  if (!operand_is_bf16) {
    memcpy(output, operand, (size_t)count * sizeof(float));
    return;
  }
  const uint16_t *from = operand;
  for (int64_t i = 0; i < count; i++) {
    uint32_t bits = (uint32_t)from[i] << 16;
    memcpy(output + i, &bits, sizeof bits);
  }
}

SI_CLONES
void si_narrow(
    const float *input, float factor, int64_t count, void *output, bool operand_is_bf16) {
  int64_t i = 0;
  for (; i + SI_LANES <= count; i += SI_LANES) {
    f32x16 value = si_load(input + i) * factor;
    si_store_operand(output, i, &value, operand_is_bf16);
  }
  if (i < count) {
    f32x16 value;
    load_tail(input + i, count - i, &value);
    value *= factor;
    store_operand_tail(output, i, &value, count - i, operand_is_bf16);
  }
}

SI_CLONES
void si_rotate(
    float *heads, int64_t head_count, int64_t head_size, const float *cosines,
    const float *sines) {
  int64_t half = head_size / 2;
  for (int64_t h = 0; h < head_count; h++) {
    float *low = heads + h * head_size;
    float *high = low + half;
    for (int64_t i = 0; i < half; i++) {
      float a = low[i], b = high[i];
      low[i] = a * cosines[i] - b * sines[i];
      high[i] = b * cosines[i] + a * sines[i];
    }
  }
}

// Two passes: the maximum and where it first stands, then the sum: blocks of 1,024 terms in f32,
// added in double so that 49,152 terms keep their digits.
SI_CLONES
double si_log_sum_exp(const float *logits, int64_t count, int64_t *index_of_maximum) {
  f32x16 maxima = si_splat(-INFINITY);
  int64_t whole = count / SI_LANES * SI_LANES;
  for (int64_t i = 0; i < whole; i += SI_LANES) maxima = si_maximum(si_load(logits + i), maxima);
  float maximum = si_max(&maxima);
  for (int64_t i = whole; i < count; i++) maximum = logits[i] > maximum ? logits[i] : maximum;
  int64_t first = 0;
  while (first < count && !(logits[first] == maximum)) first++;
  *index_of_maximum = first < count ? first : 0;
  double total = 0;
  for (int64_t block = 0; block < count; block += 1024) {
    int64_t end = block + 1024 < count ? block + 1024 : count;
    f32x16 sum = si_splat(0);
    int64_t i = block;
    for (; i + SI_LANES <= end; i += SI_LANES) {
      f32x16 term = si_load(logits + i) - maximum;
      si_exp(&term);
      sum += term;
    }
    float tail = 0;
    for (; i < end; i++) tail += expf(logits[i] - maximum);
    total += (double)si_sum(&sum) + (double)tail;
  }
  return (double)maximum + log(total);
}
