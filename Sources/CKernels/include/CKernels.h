// The vector loops and matrix products behind the module Kernels; nothing else includes this.
//
// Every function computes a row from that row's inputs alone, in an order fixed by the shapes, so
// its bits do not depend on threads or on the rows beside it. Callers have checked all sizes.
//
// An "operand" is what a matrix product reads: bf16 or f32, as `operand_is_bf16` says.

#ifndef CKERNELS_H
#define CKERNELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// Positions in one block of attention and in one page of keys and values.
#define SI_BLOCK 64

// MARK: matrix products (product.c)

typedef struct si_product si_product;
typedef struct si_context si_context;

/// Whether the processor (as oneDNN may use it) multiplies bf16.
bool si_multiplies_bf16(void);

/// One thread's stream and scratchpad; NULL when oneDNN has no CPU engine.
si_context *si_context_create(void);
void si_context_destroy(si_context *context);

/// Packs weights [outputs, inputs] for `output[rows, outputs] = input[rows, inputs] x weights^T`.
/// Returns NULL when memory or a kernel is missing.
si_product *si_product_create(
    const float *weights, int64_t outputs, int64_t inputs, bool operand_is_bf16);
void si_product_destroy(si_product *product);

/// Name of the oneDNN kernel that runs this product, for statistics and tests.
const char *si_product_kernel(si_product *product);

/// Rows that a product of `rows` rows reads and writes; buffers hold that many.
int64_t si_padded_rows(int64_t rows);

/// Returns 0, or oneDNN's status. Both buffers hold si_padded_rows(rows) rows.
int si_multiply(
    si_context *context, si_product *product, const void *input, int64_t rows, float *output);

// MARK: vector loops

/// output[r, c] = weight[c] * input[r, c] / sqrt(mean_c(input[r, c]^2) + epsilon)
void si_rms_normalize(
    const float *input, const float *weight, float epsilon, int64_t rows, int64_t channels,
    void *output, bool operand_is_bf16);

/// output[r, c] = silu(input[r, c]) * input[r, hidden + c]
void si_gate(
    const float *input, int64_t rows, int64_t hidden, void *output, bool operand_is_bf16);

/// accumulator[i] += addend[i]
void si_add(float *accumulator, const float *addend, int64_t count);

/// output[i] = (bf16 -> f32) or copy of operand[i]
void si_widen(const void *operand, bool operand_is_bf16, int64_t count, float *output);

/// operand[i] = input[i] rounded to nearest even, or copied
void si_narrow(const float *input, int64_t count, void *output, bool operand_is_bf16);

/// Turns pairs (i, i + size / 2) of each head by the angle whose cosines and sines are given.
void si_rotate(
    float *heads, int64_t head_count, int64_t head_size, const float *cosines,
    const float *sines);

/// Stores one position's keys [key_heads, head_size] and values into its page (see attention.c).
void si_store_position(
    void *page, bool operand_is_bf16, int64_t slot, int64_t key_heads, int64_t head_size,
    const float *keys, const float *values);

/// Bytes of one layer of one page.
int64_t si_page_layer_bytes(int64_t key_heads, int64_t head_size, bool operand_is_bf16);

/// Softmax attention of one position over positions 0 ..< length.
///
///     output[h] = sum_j softmax_j(scale * queries[h] . keys[j]) values[j]
///
/// `pages[b]` is the page of positions b * SI_BLOCK ..., at this layer.
void si_attend(
    const float *queries, int64_t heads, int64_t key_heads, int64_t head_size,
    const void *const *pages, int64_t length, float scale, void *output, bool operand_is_bf16);

/// log(sum_i exp(logits[i])) with the maximum taken out; index of the first maximum.
double si_log_sum_exp(const float *logits, int64_t count, int64_t *index_of_maximum);

// MARK: sampling (sampling.c)

/// Logits in one block of the functions below.
#define SI_SAMPLING_BLOCK 64

/// The maximum of each block of logits, after every NaN among them was made -infinity.
void si_block_maxima(float *logits, int64_t count, float *maxima);

/// sums[b] = sum over block b of exp(scale * (logit - maximum)); no logit is above the maximum.
void si_block_weights(
    const float *logits, int64_t count, float maximum, float scale, float *sums);

#endif
