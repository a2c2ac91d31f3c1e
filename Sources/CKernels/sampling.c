// Passes over a row of logits, in blocks of SI_SAMPLING_BLOCK. The last block may be shorter; its
// tail goes through a buffer of -infinity so that every logit sees the same operations.

#include "vectors.h"

SI_INLINE int64_t block_count(int64_t count) {
  return (count + SI_SAMPLING_BLOCK - 1) / SI_SAMPLING_BLOCK;
}

SI_INLINE void load_or_fill(const float *from, int64_t count, f32x16 *out) {
  if (count >= SI_LANES) {
    *out = si_load(from);
    return;
  }
  *out = si_splat(-INFINITY);
  if (count > 0) memcpy(out, from, (size_t)count * sizeof(float));
}

SI_CLONES
void si_block_maxima(float *logits, int64_t count, float *maxima) {
  for (int64_t b = 0; b < block_count(count); b++) {
    f32x16 maximum = si_splat(-INFINITY);
    for (int64_t i = b * SI_SAMPLING_BLOCK; i < (b + 1) * SI_SAMPLING_BLOCK; i += SI_LANES) {
      f32x16 value;
      load_or_fill(logits + i, count - i, &value);
      value = si_select(value == value, value, si_splat(-INFINITY));
      if (count - i >= SI_LANES) {
        si_store(logits + i, value);
      } else if (count > i) {
        memcpy(logits + i, &value, (size_t)(count - i) * sizeof(float));
      }
      maximum = si_maximum(value, maximum);
    }
    maxima[b] = si_max(&maximum);
  }
}

SI_CLONES
void si_block_weights(
    const float *logits, int64_t count, float maximum, float scale, float *sums) {
  for (int64_t b = 0; b < block_count(count); b++) {
    f32x16 sum = si_splat(0);
    for (int64_t i = b * SI_SAMPLING_BLOCK; i < (b + 1) * SI_SAMPLING_BLOCK; i += SI_LANES) {
      f32x16 value;
      load_or_fill(logits + i, count - i, &value);
      value = (value - maximum) * scale;
      si_exp(&value);
      sum += value;
    }
    sums[b] = si_sum(&sum);
  }
}
