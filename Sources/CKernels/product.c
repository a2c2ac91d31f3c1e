// Matrix products: by oneDNN where its bf16 product is fast, in our own loops elsewhere.

#include "products.h"

#include <stdlib.h>

struct si_context {
  onednn_context *library;
  float *arranged;
  int64_t arranged_count;
};

struct si_product {
  onednn_product *library;  // or NULL, and then the rest counts
  void *packed;
  enum panel_registers registers;
  int64_t outputs, inputs, panels, panels_a_chunk;
  bool is_bf16;
};

bool si_multiplies_bf16(void) {
  return onednn_multiplies_bf16();
}

int si_library_version(void) {
  return onednn_version();
}

// MARK: contexts

si_context *si_context_create(void) {
  si_context *context = calloc(1, sizeof *context);
  if (!context) return NULL;
  context->library = onednn_context_create();
  if (context->library) return context;
  free(context);
  return NULL;
}

void si_context_destroy(si_context *context) {
  if (!context) return;
  onednn_context_destroy(context->library);
  free(context->arranged);
  free(context);
}

static bool reserve_arranged(si_context *context, int64_t count) {
  if (count <= context->arranged_count) return true;
  free(context->arranged);
  context->arranged = malloc((size_t)count * sizeof(float));
  context->arranged_count = context->arranged ? count : 0;
  return context->arranged != NULL;
}

// MARK: products

static void fill(si_product *product, const float *weights, bool is_across) {
  if (product->registers == PANELS_DOTS) {
    if (is_across) {
      dots_pack_across(weights, false, product->outputs, product->inputs, product->packed);
    } else {
      dots_pack(weights, product->outputs, product->inputs, product->packed);
    }
  } else if (is_across) {
    panels_pack_across(
        weights, false, product->outputs, product->inputs, product->is_bf16, product->packed);
  } else {
    panels_pack(weights, product->outputs, product->inputs, product->is_bf16, product->packed);
  }
}

static bool pack(si_product *product, const float *weights, bool is_across) {
  product->panels = (product->outputs + PANEL_COLUMNS - 1) / PANEL_COLUMNS;
  int64_t a_chunk = product->panels / LEAST_CHUNKS;
  product->panels_a_chunk = a_chunk > 1 ? a_chunk : 1;
  int64_t bytes = product->registers == PANELS_DOTS
                      ? dots_bytes(product->outputs, product->inputs)
                      : panels_bytes(product->outputs, product->inputs, product->is_bf16);
  product->packed = aligned_alloc(4096, ((size_t)bytes + 4095) & ~(size_t)4095);
  if (!product->packed) return false;
  fill(product, weights, is_across);
  return true;
}

// Weights [inputs, outputs] turned into [outputs, inputs] for oneDNN; to be freed.
static float *turned(const float *weights, int64_t outputs, int64_t inputs) {
  float *turned = malloc((size_t)(outputs * inputs) * sizeof(float));
  if (!turned) return NULL;
  for (int64_t o = 0; o < outputs; o++)
    for (int64_t i = 0; i < inputs; i++) turned[o * inputs + i] = weights[i * outputs + o];
  return turned;
}

static onednn_product *create_across(const float *weights, int64_t outputs, int64_t inputs) {
  float *rows = turned(weights, outputs, inputs);
  onednn_product *product = rows ? onednn_create(rows, outputs, inputs) : NULL;
  free(rows);
  return product;
}

si_product *si_product_create(
    const float *weights, int64_t outputs, int64_t inputs, bool is_across, bool operand_is_bf16,
    enum si_kernel kernel) {
  si_product *product = calloc(1, sizeof *product);
  if (!product) return NULL;
  product->outputs = outputs;
  product->inputs = inputs;
  product->is_bf16 = operand_is_bf16;
  if (kernel == SI_FASTEST)
    kernel = operand_is_bf16 && onednn_is_fast() ? SI_ONEDNN : SI_PANELS;
  bool is_made = false;
  if (kernel == SI_ONEDNN) {
    if (operand_is_bf16) {
      product->library = is_across ? create_across(weights, outputs, inputs)
                                   : onednn_create(weights, outputs, inputs);
    }
    is_made = product->library != NULL;
  } else {
    // Dot products are of bf16 alone.
    product->registers = panels_best(operand_is_bf16 && kernel != SI_PANELS_AVX512);
    if (kernel == SI_PANELS_AVX2 && product->registers < PANELS_AVX2)
      product->registers = PANELS_AVX2;
    if (kernel == SI_PANELS_ANY) product->registers = PANELS_ANY;
    is_made = pack(product, weights, is_across);
  }
  if (is_made) return product;
  si_product_destroy(product);
  return NULL;
}

bool si_product_repack(si_product *product, const float *weights, bool is_across) {
  if (!product->library) {
    fill(product, weights, is_across);
    return true;
  }
  if (!is_across) return onednn_repack(product->library, weights);
  float *rows = turned(weights, product->outputs, product->inputs);
  bool is_done = rows && onednn_repack(product->library, rows);
  free(rows);
  return is_done;
}

void si_product_destroy(si_product *product) {
  if (!product) return;
  onednn_destroy(product->library);
  free(product->packed);
  free(product);
}

const char *si_product_kernel(const si_product *product) {
  return product->library ? onednn_kernel(product->library) : panels_name(product->registers);
}

int64_t si_product_chunks(const si_product *product) {
  if (product->library) return onednn_chunks(product->library);
  return (product->panels + product->panels_a_chunk - 1) / product->panels_a_chunk;
}

int64_t si_product_chunk_columns(const si_product *product) {
  if (product->library) return product->outputs / onednn_chunks(product->library);
  return product->panels_a_chunk * PANEL_COLUMNS;
}

int64_t si_padded_rows(int64_t rows) {
  return onednn_padded_rows(rows);
}

bool si_prepare(si_context *context, const si_product *product, const void *input, int64_t rows) {
  if (product->library) return true;
  // Pairs take half the room, of an odd number one word more a row.
  if (!reserve_arranged(context, rows * (product->inputs + 1) + ARRANGED_SLACK)) return false;
  if (product->registers == PANELS_DOTS) {
    dots_arrange(input, rows, product->inputs, context->arranged);
  } else {
    panels_arrange(
        product->registers, input, rows, product->inputs, product->is_bf16, context->arranged);
  }
  return true;
}

int si_multiply(
    si_context *context, si_product *product, const void *input, int64_t rows, float *output,
    int64_t chunk) {
  if (product->library)
    return onednn_multiply(context->library, product->library, input, rows, output, chunk);
  int64_t first = 0, end = product->panels;
  if (chunk >= 0) {
    first = chunk * product->panels_a_chunk;
    if (first + product->panels_a_chunk < end) end = first + product->panels_a_chunk;
  }
  if (product->registers == PANELS_DOTS) {
    dots_multiply(
        product->packed, product->outputs, product->inputs, first, end, context->arranged, rows,
        false, output);
  } else {
    panels_multiply(
        product->registers, product->packed, product->outputs, product->inputs, product->is_bf16,
        first, end, context->arranged, rows, false, output);
  }
  return 0;
}

// MARK: gradients of weights

int64_t si_packed_rows_bytes(int64_t rows, int64_t columns, bool operand_is_bf16) {
  return panels_best(operand_is_bf16) == PANELS_DOTS ? dots_bytes(columns, rows)
                                                     : panels_bytes(columns, rows, operand_is_bf16);
}

void si_pack_rows(
    const void *input, int64_t rows, int64_t columns, bool operand_is_bf16, void *packed) {
  if (panels_best(operand_is_bf16) == PANELS_DOTS) {
    dots_pack_across(input, true, columns, rows, packed);
  } else {
    panels_pack_across(input, operand_is_bf16, columns, rows, operand_is_bf16, packed);
  }
}

bool si_add_gradient(
    si_context *context, const void *gradient, const void *packed, int64_t rows, int64_t outputs,
    int64_t inputs, bool operand_is_bf16, int64_t first, int64_t end, float *sums) {
  enum panel_registers registers = panels_best(operand_is_bf16);
  int64_t count = end - first, panels = (inputs + PANEL_COLUMNS - 1) / PANEL_COLUMNS;
  if (!reserve_arranged(context, count * (rows + 1) + ARRANGED_SLACK)) return false;
  float *target = sums + first * inputs;
  if (registers == PANELS_DOTS) {
    dots_arrange_across(gradient, outputs, first, count, rows, context->arranged);
    dots_multiply(
        packed, inputs, rows, 0, panels, context->arranged, count, true, target);
    return true;
  }
  panels_arrange_across(
      registers, gradient, outputs, first, count, rows, operand_is_bf16, context->arranged);
  panels_multiply(
      registers, packed, inputs, rows, operand_is_bf16, 0, panels, context->arranged, count, true,
      target);
  return true;
}
