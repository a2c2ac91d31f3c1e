// Matrix products: oneDNN's matmul on one thread, weights packed once in oneDNN's own layout.
//
// Primitives are shared by all workers, so they are created with the scratchpad in user mode and
// each worker brings its own: in the default mode two threads running one primitive overwrite each
// other's intermediate results without an error.

#include "include/CKernels.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include <oneapi/dnnl/dnnl.h>
#include <oneapi/dnnl/dnnl_version.h>

// A value in version 2 of the interface, a handle that wants freeing in version 3.
typedef dnnl_memory_desc_t layout;

// oneDNN splits a product over OpenMP's threads if it was built with OpenMP. We split the work
// ourselves, so each of our threads asks for one; OpenMP reads its environment while loading, so
// setting a variable would come too late.
extern void omp_set_num_threads(int) __attribute__((weak));

// A primitive is made for a fixed number of rows and costs about 120 us to make, so there are few.
static const int64_t row_counts[] = {1, 2, 4, 8, 16, 24, 32, 48, 64, 96, 128, 192, 256};
enum { ROW_COUNTS = sizeof row_counts / sizeof row_counts[0] };

// With oneDNN's brgemm kernels a row has the same bits whatever rows stand beside it. Its older
// gemm kernels (AVX2 and before) treat a remainder of rows differently: they work on six (AVX2),
// or four or three at once, so they always get this many. More rows a call were no faster.
enum { FIXED_ROWS = 24 };

struct si_context {
  dnnl_stream_t stream;
  void *scratchpad;
  size_t scratchpad_bytes;
};

struct variant {
  dnnl_primitive_t primitive;
  size_t scratchpad_bytes;
};

struct si_product {
  int64_t outputs, inputs;
  dnnl_data_type_t type;
  layout packed;
  bool is_packed;
  dnnl_memory_t weights;
  void *bytes;
  char kernel[64];
  int64_t fixed_rows;  // 0, or the one row count that this kernel may run with
  pthread_mutex_t lock;
  struct variant variants[ROW_COUNTS];
};

static dnnl_engine_t engine;
static pthread_once_t engine_once = PTHREAD_ONCE_INIT;

static void make_engine(void) {
  if (dnnl_engine_create(&engine, dnnl_cpu, 0) != dnnl_success) engine = NULL;
}

static dnnl_engine_t the_engine(void) {
  pthread_once(&engine_once, make_engine);
  return engine;
}

bool si_multiplies_bf16(void) {
  dnnl_cpu_isa_t isa = dnnl_get_effective_cpu_isa();
  return (isa & dnnl_cpu_isa_avx512_core_bf16) == dnnl_cpu_isa_avx512_core_bf16;
}

// MARK: the two versions of the C interface

#if DNNL_VERSION_MAJOR >= 3
#define LAYOUT_FREE(l) dnnl_memory_desc_destroy(l)

static dnnl_status_t plain_layout(
    layout *out, int64_t rows, int64_t columns, dnnl_data_type_t type, dnnl_format_tag_t tag) {
  dnnl_dims_t dims = {rows, columns};
  return dnnl_memory_desc_create_with_tag(out, 2, dims, type, tag);
}

static dnnl_status_t matmul_descriptor(
    dnnl_primitive_desc_t *out, layout input, layout weights, layout output,
    const_dnnl_primitive_attr_t attributes) {
  return dnnl_matmul_primitive_desc_create(
      out, the_engine(), input, weights, NULL, output, attributes);
}

static dnnl_status_t descriptor_layout(
    layout *out, dnnl_primitive_desc_t descriptor, dnnl_query_t what) {
  return dnnl_memory_desc_clone(out, dnnl_primitive_desc_query_md(descriptor, what, 0));
}

static size_t layout_bytes(layout l) {
  return l ? dnnl_memory_desc_get_size(l) : 0;
}

static dnnl_status_t make_memory(dnnl_memory_t *out, layout l, void *bytes) {
  return dnnl_memory_create(out, l, the_engine(), bytes);
}

static dnnl_status_t reorder_descriptor(dnnl_primitive_desc_t *out, layout from, layout to) {
  return dnnl_reorder_primitive_desc_create(out, from, the_engine(), to, the_engine(), NULL);
}
#else
#define LAYOUT_FREE(l) ((void)(l))

static dnnl_status_t plain_layout(
    layout *out, int64_t rows, int64_t columns, dnnl_data_type_t type, dnnl_format_tag_t tag) {
  dnnl_dims_t dims = {rows, columns};
  return dnnl_memory_desc_init_by_tag(out, 2, dims, type, tag);
}

static dnnl_status_t matmul_descriptor(
    dnnl_primitive_desc_t *out, layout input, layout weights, layout output,
    const_dnnl_primitive_attr_t attributes) {
  dnnl_matmul_desc_t operation;
  dnnl_status_t status = dnnl_matmul_desc_init(&operation, &input, &weights, NULL, &output);
  if (status != dnnl_success) return status;
  return dnnl_primitive_desc_create(out, &operation, attributes, the_engine(), NULL);
}

static dnnl_status_t descriptor_layout(
    layout *out, dnnl_primitive_desc_t descriptor, dnnl_query_t what) {
  const dnnl_memory_desc_t *found = dnnl_primitive_desc_query_md(descriptor, what, 0);
  if (!found) return dnnl_invalid_arguments;
  *out = *found;
  return dnnl_success;
}

static size_t layout_bytes(layout l) {
  return dnnl_memory_desc_get_size(&l);
}

static dnnl_status_t make_memory(dnnl_memory_t *out, layout l, void *bytes) {
  return dnnl_memory_create(out, &l, the_engine(), bytes);
}

static dnnl_status_t reorder_descriptor(dnnl_primitive_desc_t *out, layout from, layout to) {
  return dnnl_reorder_primitive_desc_create(out, &from, the_engine(), &to, the_engine(), NULL);
}
#endif

// MARK: contexts

si_context *si_context_create(void) {
  if (omp_set_num_threads) omp_set_num_threads(1);
  if (!the_engine()) return NULL;
  si_context *context = calloc(1, sizeof *context);
  if (!context) return NULL;
  if (dnnl_stream_create(&context->stream, the_engine(), dnnl_stream_default_flags)
      != dnnl_success) {
    free(context);
    return NULL;
  }
  return context;
}

void si_context_destroy(si_context *context) {
  if (!context) return;
  dnnl_stream_destroy(context->stream);
  free(context->scratchpad);
  free(context);
}

static bool reserve_scratchpad(si_context *context, size_t bytes) {
  if (bytes <= context->scratchpad_bytes) return true;
  free(context->scratchpad);
  context->scratchpad_bytes = 0;
  size_t rounded = (bytes + 4095) & ~(size_t)4095;
  context->scratchpad = aligned_alloc(4096, rounded);
  if (!context->scratchpad) return false;
  context->scratchpad_bytes = rounded;
  return true;
}

// MARK: making products

// A descriptor of this product for a number of rows, weights in `weights_layout`.
static dnnl_status_t describe(
    const si_product *product, int64_t rows, layout weights_layout, dnnl_primitive_desc_t *out) {
  layout input, output;
  dnnl_status_t status = plain_layout(&input, rows, product->inputs, product->type, dnnl_ab);
  if (status != dnnl_success) return status;
  status = plain_layout(&output, rows, product->outputs, dnnl_f32, dnnl_ab);
  if (status != dnnl_success) return status;
  dnnl_primitive_attr_t attributes;
  status = dnnl_primitive_attr_create(&attributes);
  if (status != dnnl_success) return status;
  dnnl_primitive_attr_set_scratchpad_mode(attributes, dnnl_scratchpad_mode_user);
  status = matmul_descriptor(out, input, weights_layout, output, attributes);
  dnnl_primitive_attr_destroy(attributes);
  LAYOUT_FREE(input);
  LAYOUT_FREE(output);
  return status;
}

// The layout that oneDNN prefers for a middling number of rows; it serves all of them.
static dnnl_status_t packed_layout(si_product *product, layout *out) {
  layout any;
  dnnl_status_t status =
      plain_layout(&any, product->inputs, product->outputs, product->type, dnnl_format_tag_any);
  if (status != dnnl_success) return status;
  dnnl_primitive_desc_t descriptor;
  status = describe(product, 64, any, &descriptor);
  LAYOUT_FREE(any);
  if (status != dnnl_success) return status;
  const char *name = NULL;
  dnnl_primitive_desc_query(descriptor, dnnl_query_impl_info_str, 0, &name);
  strncpy(product->kernel, name ? name : "unknown", sizeof product->kernel - 1);
  status = descriptor_layout(out, descriptor, dnnl_query_weights_md);
  dnnl_primitive_desc_destroy(descriptor);
  return status;
}

static dnnl_status_t pack(si_product *product, const float *weights, layout packed) {
  layout plain;
  dnnl_status_t status =
      plain_layout(&plain, product->inputs, product->outputs, dnnl_f32, dnnl_ba);
  if (status != dnnl_success) return status;
  dnnl_memory_t source = NULL;
  dnnl_primitive_desc_t descriptor = NULL;
  dnnl_primitive_t reorder = NULL;
  dnnl_stream_t stream = NULL;
  status = make_memory(&source, plain, (void *)weights);
  if (status == dnnl_success) status = reorder_descriptor(&descriptor, plain, packed);
  if (status == dnnl_success) status = dnnl_primitive_create(&reorder, descriptor);
  if (status == dnnl_success)
    status = dnnl_stream_create(&stream, the_engine(), dnnl_stream_default_flags);
  if (status == dnnl_success) {
    dnnl_exec_arg_t arguments[] = {{DNNL_ARG_FROM, source}, {DNNL_ARG_TO, product->weights}};
    status = dnnl_primitive_execute(reorder, stream, 2, arguments);
  }
  if (status == dnnl_success) status = dnnl_stream_wait(stream);
  if (stream) dnnl_stream_destroy(stream);
  if (reorder) dnnl_primitive_destroy(reorder);
  if (descriptor) dnnl_primitive_desc_destroy(descriptor);
  if (source) dnnl_memory_destroy(source);
  LAYOUT_FREE(plain);
  return status;
}

si_product *si_product_create(
    const float *weights, int64_t outputs, int64_t inputs, bool operand_is_bf16) {
  if (omp_set_num_threads) omp_set_num_threads(1);
  if (!the_engine()) return NULL;
  si_product *product = calloc(1, sizeof *product);
  if (!product) return NULL;
  pthread_mutex_init(&product->lock, NULL);
  product->outputs = outputs;
  product->inputs = inputs;
  product->type = operand_is_bf16 ? dnnl_bf16 : dnnl_f32;
  dnnl_status_t status = packed_layout(product, &product->packed);
  if (status == dnnl_success) {
    product->is_packed = true;
    product->fixed_rows = strncmp(product->kernel, "brg", 3) == 0 ? 0 : FIXED_ROWS;
    size_t bytes = (layout_bytes(product->packed) + 4095) & ~(size_t)4095;
    product->bytes = aligned_alloc(4096, bytes);
    status = product->bytes ? make_memory(&product->weights, product->packed, product->bytes)
                            : dnnl_out_of_memory;
    if (status == dnnl_success) status = pack(product, weights, product->packed);
  }
  if (status != dnnl_success) {
    si_product_destroy(product);
    return NULL;
  }
  return product;
}

void si_product_destroy(si_product *product) {
  if (!product) return;
  for (int i = 0; i < ROW_COUNTS; i++) {
    if (product->variants[i].primitive) dnnl_primitive_destroy(product->variants[i].primitive);
  }
  if (product->weights) dnnl_memory_destroy(product->weights);
  if (product->is_packed) LAYOUT_FREE(product->packed);
  free(product->bytes);
  pthread_mutex_destroy(&product->lock);
  free(product);
}

const char *si_product_kernel(si_product *product) {
  return product->kernel;
}

// MARK: running them

// The smallest row count that holds `rows`, or the largest there is.
static int row_count_for(int64_t rows) {
  for (int i = 0; i < ROW_COUNTS; i++) {
    if (row_counts[i] >= rows) return i;
  }
  return ROW_COUNTS - 1;
}

static int variant_for(const si_product *product, int64_t rows) {
  return row_count_for(product->fixed_rows ? product->fixed_rows : rows);
}

// Room for the last call either way: in the row count that fits what is left, or in FIXED_ROWS at a
// time, which does not divide the largest (256 rows are eleven calls of 24, the last one ends at
// row 264).
int64_t si_padded_rows(int64_t rows) {
  int64_t largest = row_counts[ROW_COUNTS - 1];
  int64_t rest = rows % largest;
  int64_t padded = rows - rest + (rest > 0 ? row_counts[row_count_for(rest)] : 0);
  int64_t fixed = (rows + FIXED_ROWS - 1) / FIXED_ROWS * FIXED_ROWS;
  return padded > fixed ? padded : fixed;
}

static dnnl_status_t make_variant(si_product *product, int index) {
  struct variant *variant = &product->variants[index];
  dnnl_primitive_desc_t descriptor;
  dnnl_status_t status = describe(product, row_counts[index], product->packed, &descriptor);
  if (status != dnnl_success) return status;
  layout scratchpad;
  status = descriptor_layout(&scratchpad, descriptor, dnnl_query_scratchpad_md);
  if (status == dnnl_success) {
    variant->scratchpad_bytes = layout_bytes(scratchpad);
    LAYOUT_FREE(scratchpad);
    status = dnnl_primitive_create(&variant->primitive, descriptor);
  }
  dnnl_primitive_desc_destroy(descriptor);
  return status;
}

static dnnl_status_t find_variant(si_product *product, int index, struct variant *out) {
  dnnl_status_t status = dnnl_success;
  pthread_mutex_lock(&product->lock);
  if (!product->variants[index].primitive) status = make_variant(product, index);
  *out = product->variants[index];
  pthread_mutex_unlock(&product->lock);
  return status;
}

// Memory over a caller's bytes; the caller destroys it.
static dnnl_status_t wrap(
    dnnl_memory_t *out, int64_t rows, int64_t columns, dnnl_data_type_t type, void *bytes) {
  layout plain;
  dnnl_status_t status = plain_layout(&plain, rows, columns, type, dnnl_ab);
  if (status != dnnl_success) return status;
  status = make_memory(out, plain, bytes);
  LAYOUT_FREE(plain);
  return status;
}

static dnnl_status_t run(
    si_context *context, si_product *product, const struct variant *variant, int64_t rows,
    const void *input, float *output) {
  if (!reserve_scratchpad(context, variant->scratchpad_bytes)) return dnnl_out_of_memory;
  dnnl_memory_t source = NULL, target = NULL, scratchpad = NULL;
  dnnl_status_t status = wrap(&source, rows, product->inputs, product->type, (void *)input);
  if (status == dnnl_success)
    status = wrap(&target, rows, product->outputs, dnnl_f32, output);
  if (status == dnnl_success)
    status = wrap(
        &scratchpad, 1, (int64_t)variant->scratchpad_bytes, dnnl_u8, context->scratchpad);
  if (status == dnnl_success) {
    dnnl_exec_arg_t arguments[] = {
        {DNNL_ARG_SRC, source},
        {DNNL_ARG_WEIGHTS, product->weights},
        {DNNL_ARG_DST, target},
        {DNNL_ARG_SCRATCHPAD, scratchpad},
    };
    int count = variant->scratchpad_bytes ? 4 : 3;
    status = dnnl_primitive_execute(variant->primitive, context->stream, count, arguments);
  }
  if (source) dnnl_memory_destroy(source);
  if (target) dnnl_memory_destroy(target);
  if (scratchpad) dnnl_memory_destroy(scratchpad);
  return status;
}

int si_multiply(
    si_context *context, si_product *product, const void *input, int64_t rows, float *output) {
  size_t operand_bytes = product->type == dnnl_bf16 ? 2 : 4;
  for (int64_t first = 0; first < rows;) {
    int index = variant_for(product, rows - first);
    struct variant variant;
    dnnl_status_t status = find_variant(product, index, &variant);
    if (status != dnnl_success) return (int)status;
    const char *from = (const char *)input + (size_t)(first * product->inputs) * operand_bytes;
    status = run(
        context, product, &variant, row_counts[index], from, output + first * product->outputs);
    if (status != dnnl_success) return (int)status;
    first += row_counts[index];
  }
  return (int)dnnl_stream_wait(context->stream);
}
