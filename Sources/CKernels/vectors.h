// Sixteen lanes of f32 in whatever registers the processor has, and what the loops share.

#ifndef CKERNELS_VECTORS_H
#define CKERNELS_VECTORS_H

#include "include/CKernels.h"

#include <math.h>
#include <string.h>

// One binary serves every processor: the best clone is picked as the program starts. The first two
// multiply and add in one rounding, so they give the same bits.
#if defined(__x86_64__) && defined(__linux__)
#define SI_CLONES __attribute__((target_clones("avx512bw", "arch=haswell", "default")))
#else
#define SI_CLONES
#endif

// Before a loop over registers: an array stays in registers only if every index is a constant.
#define UNROLLED _Pragma("clang loop unroll(full)")
#define SI_INLINE static inline __attribute__((always_inline))
#define SI_LANES 16

// Fetches a cache line into the second cache: the first one holds what is being worked on.
#define SI_FETCH(address) __builtin_prefetch(address, 0, 2)

typedef float f32x16 __attribute__((vector_size(64), aligned(4)));
typedef int32_t i32x16 __attribute__((vector_size(64), aligned(4)));
typedef uint32_t u32x16 __attribute__((vector_size(64), aligned(4)));
typedef uint16_t u16x16 __attribute__((vector_size(32), aligned(2)));

// Vectors are passed by pointer or by macro, never by value: how sixteen lanes travel between
// functions depends on the processor, and the clones call helpers compiled for the oldest one.
// Everything here is inlined, so it costs nothing.

// Written lane by lane: adding to zeros would cost an addition and lose the sign of -0.
#define si_splat(v) ((f32x16){v, v, v, v, v, v, v, v, v, v, v, v, v, v, v, v})
#define si_load(from) (*(const f32x16 *)(from))
#define si_store(to, value) (*(f32x16 *)(to) = (value))
#define si_select(mask, yes, no) \
  ((f32x16)(((i32x16)(yes) & (i32x16)(mask)) | ((i32x16)(no) & ~(i32x16)(mask))))
#define si_maximum(a, b) si_select((a) > (b), (a), (b))
#define si_load_bf16(from) \
  ((f32x16)(__builtin_convertvector(*(const u16x16 *)(from), u32x16) << 16))
#define si_load_operand(from, index, is_bf16)                  \
  ((is_bf16) ? si_load_bf16((const uint16_t *)(from) + (index)) \
             : si_load((const float *)(from) + (index)))

// Round to nearest even; a NaN stays one because its payload's top bit is set first.
SI_INLINE uint16_t si_bf16(float value) {
  uint32_t bits;
  memcpy(&bits, &value, sizeof bits);
  if (value != value) return (uint16_t)((bits | 0x400000) >> 16);
  return (uint16_t)((bits + 0x7fff + ((bits >> 16) & 1)) >> 16);
}

SI_INLINE void si_store_bf16(uint16_t *to, const f32x16 *value) {
  u32x16 bits = (u32x16)*value;
  u32x16 rounded = bits + 0x7fff + ((bits >> 16) & 1);
  u32x16 is_nan = (u32x16)(*value != *value);
  rounded = (is_nan & (bits | 0x400000)) | (~is_nan & rounded);
  *(u16x16 *)to = __builtin_convertvector(rounded >> 16, u16x16);
}

SI_INLINE void si_store_operand(void *to, int64_t index, const f32x16 *value, bool is_bf16) {
  if (is_bf16) {
    si_store_bf16((uint16_t *)to + index, value);
  } else {
    si_store((float *)to + index, *value);
  }
}

// The lanes are added as a tree, so the order is the same on every processor.
SI_INLINE float si_sum(const f32x16 *v) {
  float lanes[SI_LANES];
  si_store(lanes, *v);
  for (int width = SI_LANES / 2; width > 0; width /= 2) {
    for (int i = 0; i < width; i++) lanes[i] += lanes[i + width];
  }
  return lanes[0];
}

SI_INLINE float si_max(const f32x16 *v) {
  float lanes[SI_LANES];
  si_store(lanes, *v);
  for (int width = SI_LANES / 2; width > 0; width /= 2) {
    for (int i = 0; i < width; i++) {
      lanes[i] = lanes[i] > lanes[i + width] ? lanes[i] : lanes[i + width];
    }
  }
  return lanes[0];
}

// exp(x) = 2^n * exp(r) with n = round(x / ln 2) and |r| <= ln 2 / 2. The polynomial is the Taylor
// series to the seventh power, whose remainder r^8 / 8! is below 6e-9; ln 2 is taken off in two
// parts so that r keeps its digits. Within 2 ulp; 0 below -87.3, where the result would be
// subnormal; arguments above 88 give 2^127 or so, never NaN (softmax has none above 0).
SI_INLINE void si_exp(f32x16 *argument) {
  f32x16 x = *argument;
  const float log2e = 1.44269504088896341f;
  const float ln2_high = 0.693359375f, ln2_low = -2.12194440e-4f;
  const float round_to_integer = 12582912.0f;  // 1.5 * 2^23: adding it drops the fraction
  i32x16 too_small = x < -87.33654f;
  x = si_select(too_small, si_splat(-87.33654f), x);
  x = si_select(x > 88.0f, si_splat(88.0f), x);
  f32x16 shifted = x * log2e + round_to_integer;
  f32x16 n = shifted - round_to_integer;
  f32x16 r = x - n * ln2_high;
  r = r - n * ln2_low;
  f32x16 p = si_splat(1.0f / 5040);
  p = p * r + 1.0f / 720;
  p = p * r + 1.0f / 120;
  p = p * r + 1.0f / 24;
  p = p * r + 1.0f / 6;
  p = p * r + 0.5f;
  p = p * r + 1.0f;
  p = p * r + 1.0f;
  i32x16 exponent = __builtin_convertvector(n, i32x16) + 127;
  f32x16 power = (f32x16)(exponent << 23);
  *argument = si_select(too_small, si_splat(0), p * power);
}

#endif
