// The ways a matrix product runs here: oneDNN, and two kinds of our own loops. product.c picks one as weights are packed.

#ifndef CKERNELS_PRODUCTS_H
#define CKERNELS_PRODUCTS_H

#include "include/CKernels.h"

/// Enough chunks of columns that a thread whose core is wanted elsewhere leaves the rest to others.
enum { LEAST_CHUNKS = 8 };

// MARK: oneDNN (onednn.c)

typedef struct onednn_product onednn_product;
typedef struct onednn_context onednn_context;

/// Whether oneDNN may multiply bf16 here, and whether it is faster at it than our own loops would be.
bool onednn_multiplies_bf16(void);
bool onednn_is_fast(void);

/// Whether oneDNN may use these registers: its environment variable holds for our loops too.
bool onednn_may_use_avx512(void);
bool onednn_may_use_avx2(void);

int onednn_version(void);

/// One thread's stream and scratchpad; NULL when oneDNN has no CPU engine.
onednn_context *onednn_context_create(void);
void onednn_context_destroy(onednn_context *context);

/// Packs weights in bf16; NULL when memory or a kernel is missing.
onednn_product *onednn_create(const float *weights, int64_t outputs, int64_t inputs);
bool onednn_repack(onednn_product *product, const float *weights);
void onednn_destroy(onednn_product *product);
const char *onednn_kernel(const onednn_product *product);

/// Chunks of columns that may be multiplied one by one.
int64_t onednn_chunks(const onednn_product *product);

/// Rows that a product of `rows` rows reads and writes.
int64_t onednn_padded_rows(int64_t rows);

/// Multiplies into one chunk of the output's columns, or below 0 into all. Returns 0, or oneDNN's
/// status.
int onednn_multiply(
    onednn_context *context, onednn_product *product, const void *input, int64_t rows,
    float *output, int64_t chunk);

// MARK: our own loops (panels.c)

/// Columns whose weights lie together.
#define PANEL_COLUMNS 32

/// Which registers the loops are compiled for; the first are those of dots.c. All that multiply and
/// add in one rounding (the first three) give the same bits, dots.c but for subnormal numbers.
enum panel_registers { PANELS_DOTS, PANELS_AVX512, PANELS_AVX2, PANELS_ANY };

/// The widest registers that this processor has; for bf16 those whose dot products are fast.
enum panel_registers panels_best(bool is_bf16);
const char *panels_name(enum panel_registers registers);

int64_t panels_bytes(int64_t outputs, int64_t inputs, bool weights_are_bf16);
void panels_pack(
    const float *weights, int64_t outputs, int64_t inputs, bool weights_are_bf16, void *packed);

/// The same of weights, f32 or bf16, that stand with their inputs outermost: [inputs, outputs].
void panels_pack_across(
    const void *rows, bool rows_are_bf16, int64_t outputs, int64_t inputs, bool packs_bf16,
    void *packed);

/// Numbers that panels_arrange may write past its last.
enum { ARRANGED_SLACK = 16 };

/// Widens and arranges rows for panels_multiply; `arranged` holds as many numbers as the input, and
/// the slack.
void panels_arrange(
    enum panel_registers registers, const void *input, int64_t rows, int64_t inputs, bool is_bf16,
    float *arranged);

/// The same of inputs that stand with rows innermost, [inputs, all], for `rows` rows from `first` on.
void panels_arrange_across(
    enum panel_registers registers, const void *columns, int64_t all, int64_t first, int64_t rows,
    int64_t inputs, bool is_bf16, float *arranged);

/// output[r, c] = sum_i input[r, i] * weights[c, i] for the columns of panels first ..< end; added
/// to what stands there if `adds`.
void panels_multiply(
    enum panel_registers registers, const void *packed, int64_t outputs, int64_t inputs,
    bool weights_are_bf16, int64_t first, int64_t end, const float *arranged, int64_t rows,
    bool adds, float *output);

// MARK: our own loops over pairs (dots.c), where panels_best says PANELS_DOTS

int64_t dots_bytes(int64_t outputs, int64_t inputs);
void dots_pack(const float *weights, int64_t outputs, int64_t inputs, void *packed);
void dots_pack_across(
    const void *rows, bool rows_are_bf16, int64_t outputs, int64_t inputs, void *packed);

/// Arranges rows for dots_multiply: a word for each pair of inputs, and the slack.
void dots_arrange(const void *input, int64_t rows, int64_t inputs, void *arranged);
void dots_arrange_across(
    const void *columns, int64_t all, int64_t first, int64_t rows, int64_t inputs, void *arranged);

/// As panels_multiply.
void dots_multiply(
    const void *packed, int64_t outputs, int64_t inputs, int64_t first, int64_t end,
    const void *arranged, int64_t rows, bool adds, float *output);

#endif
