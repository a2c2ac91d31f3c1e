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

/// oneDNN's version, such as 20603 for 2.6.3.
int si_library_version(void);

/// One thread's stream and scratchpad; NULL when oneDNN has no CPU engine.
si_context *si_context_create(void);
void si_context_destroy(si_context *context);

/// What multiplies. Tests and measurements name one; all but oneDNN multiply f32 too.
enum si_kernel {
  SI_FASTEST,  ///< oneDNN for bf16 where it is fast, panels elsewhere
  SI_ONEDNN,
  SI_PANELS,  ///< with the best registers there are, dot products of bf16 among them
  SI_PANELS_AVX512,  ///< without dot products
  SI_PANELS_AVX2,
  SI_PANELS_ANY,
};

/// So many bytes, all zero, aligned to 64; NULL when there is no memory for them.
void *si_zeros_create(size_t bytes);
void si_zeros_destroy(void *memory, size_t bytes);

/// Packs weights [outputs, inputs] for `output[rows, outputs] = input[rows, inputs] x weights^T`; if
/// `is_across` they stand as [inputs, outputs]. Returns NULL when memory or a kernel is missing.
si_product *si_product_create(
    const float *weights, int64_t outputs, int64_t inputs, bool is_across, bool operand_is_bf16,
    enum si_kernel kernel);

/// Puts other weights of the same shape in the place of the packed ones; nobody may read meanwhile.
bool si_product_repack(si_product *product, const float *weights, bool is_across);
void si_product_destroy(si_product *product);

/// Name of what runs this product, for statistics and tests.
const char *si_product_kernel(const si_product *product);

/// Chunks of columns that may be multiplied one by one, by different threads.
int64_t si_product_chunks(const si_product *product);

/// Columns of a chunk; the last one may have fewer.
int64_t si_product_chunk_columns(const si_product *product);

/// Rows that a product of `rows` rows reads and writes; buffers hold that many.
int64_t si_padded_rows(int64_t rows);

/// Arranges rows in the context for si_multiply; false when memory is missing.
bool si_prepare(si_context *context, const si_product *product, const void *input, int64_t rows);

/// Multiplies the rows that were prepared last in this context into one chunk of the output's
/// columns, or below 0 into all of them. Returns 0, or oneDNN's status. Both buffers hold
/// si_padded_rows(rows) rows.
int si_multiply(
    si_context *context, si_product *product, const void *input, int64_t rows, float *output,
    int64_t chunk);

/// Packs a few rows of operands [rows, columns] for si_add_gradient.
int64_t si_packed_rows_bytes(int64_t rows, int64_t columns, bool operand_is_bf16);
void si_pack_rows(
    const void *input, int64_t rows, int64_t columns, bool operand_is_bf16, void *packed);

/// sums[o, i] += sum_r gradient[r, o] * input[r, i] for outputs first ..< end, where the gradient is
/// [rows, outputs] of operands and the input [rows, inputs] was packed. False when memory is missing.
bool si_add_gradient(
    si_context *context, const void *gradient, const void *packed, int64_t rows, int64_t outputs,
    int64_t inputs, bool operand_is_bf16, int64_t first, int64_t end, float *sums);

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

/// operand[i] = factor * input[i], in bf16 rounded to nearest even
void si_narrow(
    const float *input, float factor, int64_t count, void *output, bool operand_is_bf16);

/// Turns pairs (i, i + size / 2) of each head by the angle whose cosines and sines are given.
void si_rotate(
    float *heads, int64_t head_count, int64_t head_size, const float *cosines,
    const float *sines);

/// Bytes of one layer of one page (see attention.c).
int64_t si_page_layer_bytes(int64_t key_heads, int64_t head_size, bool operand_is_bf16);

/// Stores one position's keys [head_size] and values of one key head into its page.
void si_store_position(
    void *page, bool operand_is_bf16, int64_t slot, int64_t key_head, int64_t head_size,
    const float *keys, const float *values);

/// Copies the first `count` positions of one layer of a page.
void si_copy_positions(
    void *to, const void *from, bool operand_is_bf16, int64_t count, int64_t key_heads,
    int64_t head_size);

/// Rows of queries and the pages each attends to.
struct si_attention {
  const float *queries;  ///< row r's head h at r * query_stride + h * head_size
  int64_t query_stride, heads, key_heads, head_size;
  const char *slab;  ///< page p's keys and values of this layer at p * page_bytes + layer_offset
  int64_t page_bytes, layer_offset;
  const int32_t *pages;        ///< of all rows
  const int64_t *first_pages;  ///< where row r's pages begin
  const int64_t *lengths;      ///< positions that row r attends to
  float scale;
  void *output;  ///< row r's head h at element r * output_stride + h * head_size
  int64_t output_stride;
  bool operand_is_bf16;
};

/// Softmax attention of each row over positions 0 ..< length of its sequence, for the query heads
/// of one key head.
///
///     output[r, h] = sum_j softmax_j(scale * queries[r, h] . keys[j]) values[j]
void si_attend(
    const struct si_attention *a, int64_t first_row, int64_t rows, int64_t key_head);

/// Passes a moment of waiting for another thread: the processor's pause at first, then another
/// thread's turn.
void si_wait(int64_t round);

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

// MARK: training (training.c, documents.c)

/// input_gradient += the derivative of si_rms_normalize by its input, given that by its output;
/// weight_gradient += that by the weight, summed over the rows.
void si_rms_backward(
    const float *input, const float *weight, float epsilon, const float *gradient, int64_t rows,
    int64_t channels, float *input_gradient, float *weight_gradient);

/// The derivative of si_gate by its input, as an operand, given that by its output.
void si_gate_backward(
    const float *input, const float *gradient, int64_t rows, int64_t hidden,
    void *input_gradient, bool operand_is_bf16);

/// The rows of one document, whose positions attend to themselves and to those before.
struct si_document {
  const float *projection;  ///< row r's heads of queries, then of keys, then of values
  int64_t stride;           ///< from row to row
  int64_t count;            ///< rows
  int64_t heads, key_heads, head_size;
  float scale;
};

/// Numbers of scratch memory for the two functions below.
int64_t si_document_scratch(int64_t count, int64_t head_size);

/// Softmax attention of all rows, for the query heads of one key head, into [count, heads *
/// head_size].
void si_attend_document(
    const struct si_document *document, int64_t key_head, float *output, float *scratch);

/// The derivative by the projection, in its layout, for one key head, its query heads and its
/// values; `output_gradient` is [count, heads * head_size].
void si_attend_document_backward(
    const struct si_document *document, int64_t key_head, const float *output_gradient,
    float *gradient, float *scratch);

/// Replaces logits, whose maximum and si_log_sum_exp are given, by `coefficient` times the derivative
/// of a target's log-probability by them.
void si_log_probability_backward(
    float *logits, int64_t count, int64_t target, float coefficient, float maximum,
    double log_sum);

/// One step of AdamW, its numbers made in double: rest = 1 - beta, keep = 1 - rate * decay, rate and
/// root_scale with the corrections of the moments.
struct si_adamw_step {
  float gradient_scale, beta1, rest1, beta2, rest2, keep, rate, root_scale, epsilon;
};

/// Moves weights by their gradient and keeps its running mean and mean square:
///
///     m := beta1 m + rest1 g,  v := beta2 v + rest2 g^2,
///     w := keep w - rate m / (root_scale sqrt(v) + epsilon)
void si_adamw(
    float *weights, float *means, float *squares, const float *gradient, int64_t count,
    const struct si_adamw_step *step);

/// What falls out of rows in one place of one step. A number stays where a hash of its row's key,
/// the place and its column is at least `threshold`, and then counts `factor` times.
struct si_dropout {
  uint64_t tensor;
  uint32_t threshold;
  float factor;
};

/// output = operands [rows, columns] without what falls out.
void si_copy_kept(
    const void *operand, bool operand_is_bf16, const uint64_t *keys, int64_t rows,
    int64_t columns, const struct si_dropout *dropout, void *output);

/// accumulator += addend [rows, columns] without what falls out.
void si_add_kept(
    float *accumulator, const float *addend, const uint64_t *keys, int64_t rows, int64_t columns,
    const struct si_dropout *dropout);

/// sum_i numbers[i]^2
double si_sum_of_squares(const float *numbers, int64_t count);

#endif
