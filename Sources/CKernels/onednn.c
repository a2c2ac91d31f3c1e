// Matrix products by oneDNN: its matmul on one thread, weights packed once in its own layout. One
// file, though a long one: packing, cutting and running share a product's private layouts.
//
// Primitives are shared by all workers, so they are created with the scratchpad in user mode and
// each worker brings its own: in the default mode two threads running one primitive overwrite each
// other's intermediate results without an error.

#include "onednn_versions.h"
#include "products.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

// oneDNN splits a product over OpenMP's threads if it was built with OpenMP. We split the work
// ourselves, so each of our threads asks for one; OpenMP reads its environment while loading, so
// setting a variable would come too late.
extern void omp_set_num_threads(int) __attribute__((weak));

// A primitive is made for a fixed number of rows and costs about 120 us to make, so there are few.
static const int64_t row_counts[] = {1, 2, 4, 8, 16, 24, 32, 48, 64, 96, 128, 192, 256};
enum { ROW_COUNTS = sizeof row_counts / sizeof row_counts[0] };

// Columns of one block of packed weights: chunks of columns begin at multiples of it.
enum { BLOCK_COLUMNS = 64 };

struct onednn_context {
  dnnl_stream_t stream;
  void *scratchpad;
  size_t scratchpad_bytes;
};

struct variant {
  dnnl_primitive_t primitive;
  size_t scratchpad_bytes;
};

struct onednn_product {
  int64_t outputs, inputs;
  int64_t chunks;  // of as many columns each
  layout packed, packed_chunk;
  bool is_packed, is_cut;
  void *bytes;
  char kernel[64];
  pthread_mutex_t lock;
  struct variant whole[ROW_COUNTS], chunk[ROW_COUNTS];
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

int onednn_version(void) {
  const dnnl_version_t *version = dnnl_version();
  return version->major * 10000 + version->minor * 100 + version->patch;
}

static bool may_use(dnnl_cpu_isa_t isa) {
  return (dnnl_get_effective_cpu_isa() & isa) == isa;
}

bool onednn_multiplies_bf16(void) {
  return may_use(dnnl_cpu_isa_avx512_core_bf16);
}

bool onednn_may_use_avx512(void) {
  return may_use(dnnl_cpu_isa_avx512_core);
}

bool onednn_may_use_avx2(void) {
  return may_use(dnnl_cpu_isa_avx2);
}

// In AMX's tiles. Vectors of bf16 are multiplied faster by our own loops, or not at all.
bool onednn_is_fast(void) {
  return may_use(dnnl_cpu_isa_avx512_core_amx);
}

// MARK: contexts

onednn_context *onednn_context_create(void) {
  if (omp_set_num_threads) omp_set_num_threads(1);
  if (!the_engine()) return NULL;
  onednn_context *context = calloc(1, sizeof *context);
  if (!context) return NULL;
  if (dnnl_stream_create(&context->stream, the_engine(), dnnl_stream_default_flags)
      != dnnl_success) {
    free(context);
    return NULL;
  }
  return context;
}

void onednn_context_destroy(onednn_context *context) {
  if (!context) return;
  dnnl_stream_destroy(context->stream);
  free(context->scratchpad);
  free(context);
}

static bool reserve_scratchpad(onednn_context *context, size_t bytes) {
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

// A descriptor of this product for rows and columns, weights in `weights_layout`.
static dnnl_status_t describe(
    const onednn_product *product, int64_t rows, int64_t columns, layout weights_layout,
    dnnl_primitive_desc_t *out) {
  layout input, output;
  dnnl_status_t status = plain_layout(&input, rows, product->inputs, dnnl_bf16, dnnl_ab);
  if (status != dnnl_success) return status;
  status = plain_layout(&output, rows, columns, dnnl_f32, dnnl_ab);
  if (status != dnnl_success) {
    LAYOUT_FREE(input);
    return status;
  }
  dnnl_primitive_attr_t attributes;
  status = dnnl_primitive_attr_create(&attributes);
  if (status == dnnl_success) {
    dnnl_primitive_attr_set_scratchpad_mode(attributes, dnnl_scratchpad_mode_user);
    status = matmul_descriptor(out, input, weights_layout, output, attributes);
    dnnl_primitive_attr_destroy(attributes);
  }
  LAYOUT_FREE(input);
  LAYOUT_FREE(output);
  return status;
}

// The layout that oneDNN prefers for a middling number of rows; it serves all of them.
static dnnl_status_t packed_layout(
    const onednn_product *product, int64_t columns, layout *out, char *kernel, size_t room) {
  layout any;
  dnnl_status_t status =
      plain_layout(&any, product->inputs, columns, dnnl_bf16, dnnl_format_tag_any);
  if (status != dnnl_success) return status;
  dnnl_primitive_desc_t descriptor;
  status = describe(product, 64, columns, any, &descriptor);
  LAYOUT_FREE(any);
  if (status != dnnl_success) return status;
  const char *name = NULL;
  dnnl_primitive_desc_query(descriptor, dnnl_query_impl_info_str, 0, &name);
  strncpy(kernel, name ? name : "unknown", room - 1);
  status = descriptor_layout(out, descriptor, dnnl_query_weights_md);
  dnnl_primitive_desc_destroy(descriptor);
  return status;
}

// How many chunks the columns are cut into, each a whole number of packed blocks.
static int64_t chunk_count(int64_t outputs) {
  if (outputs % BLOCK_COLUMNS != 0) return 1;
  int64_t blocks = outputs / BLOCK_COLUMNS;
  int64_t a_chunk = blocks / LEAST_CHUNKS > 1 ? blocks / LEAST_CHUNKS : 1;
  while (blocks % a_chunk != 0) a_chunk--;
  return blocks / a_chunk;
}

// Whether one row has the same bits chunk by chunk as at once: the layout is oneDNN's secret, and
// equal sizes alone do not prove that blocks of columns lie one after the other.
static bool chunks_agree(onednn_product *product) {
  onednn_context *context = onednn_context_create();
  uint16_t *input = malloc((size_t)product->inputs * sizeof *input);
  float *whole = malloc((size_t)product->outputs * sizeof *whole);
  float *parts = malloc((size_t)product->outputs * sizeof *parts);
  bool agree = context && input && whole && parts;
  if (agree) {
    // The 128 bf16 numbers from 1 up to 2, over and over.
    for (int64_t i = 0; i < product->inputs; i++) input[i] = (uint16_t)(0x3f80 + i * 37 % 128);
    agree = onednn_multiply(context, product, input, 1, whole, -1) == 0;
    for (int64_t chunk = 0; agree && chunk < product->chunks; chunk++)
      agree = onednn_multiply(context, product, input, 1, parts, chunk) == 0;
    agree = agree && memcmp(whole, parts, (size_t)product->outputs * sizeof *whole) == 0;
  }
  free(parts);
  free(whole);
  free(input);
  onednn_context_destroy(context);
  return agree;
}

// The packed blocks of columns lie one after the other, so a chunk is a part of the bytes. Where a
// chunk packed by itself would not be as large as its part they do not, and there is one chunk.
static void cut_into_chunks(onednn_product *product) {
  int64_t chunks = chunk_count(product->outputs);
  char kernel[sizeof product->kernel] = "";
  product->chunks = 1;
  if (chunks == 1) return;
  dnnl_status_t status = packed_layout(
      product, product->outputs / chunks, &product->packed_chunk, kernel, sizeof kernel);
  if (status != dnnl_success) return;
  product->is_cut = true;
  bool fits = layout_bytes(product->packed_chunk) * (size_t)chunks == layout_bytes(product->packed);
  if (!fits || strcmp(kernel, product->kernel) != 0) return;
  product->chunks = chunks;
  if (!chunks_agree(product)) product->chunks = 1;
}

static dnnl_status_t pack(onednn_product *product, const float *weights) {
  layout plain;
  dnnl_status_t status =
      plain_layout(&plain, product->inputs, product->outputs, dnnl_f32, dnnl_ba);
  if (status != dnnl_success) return status;
  dnnl_memory_t source = NULL, target = NULL;
  dnnl_primitive_desc_t descriptor = NULL;
  dnnl_primitive_t reorder = NULL;
  dnnl_stream_t stream = NULL;
  status = make_memory(&source, plain, (void *)weights);
  if (status == dnnl_success) status = make_memory(&target, product->packed, product->bytes);
  if (status == dnnl_success) status = reorder_descriptor(&descriptor, plain, product->packed);
  if (status == dnnl_success) status = dnnl_primitive_create(&reorder, descriptor);
  if (status == dnnl_success)
    status = dnnl_stream_create(&stream, the_engine(), dnnl_stream_default_flags);
  if (status == dnnl_success) {
    dnnl_exec_arg_t arguments[] = {{DNNL_ARG_FROM, source}, {DNNL_ARG_TO, target}};
    status = dnnl_primitive_execute(reorder, stream, 2, arguments);
  }
  if (status == dnnl_success) status = dnnl_stream_wait(stream);
  if (stream) dnnl_stream_destroy(stream);
  if (reorder) dnnl_primitive_destroy(reorder);
  if (descriptor) dnnl_primitive_desc_destroy(descriptor);
  if (target) dnnl_memory_destroy(target);
  if (source) dnnl_memory_destroy(source);
  LAYOUT_FREE(plain);
  return status;
}

onednn_product *onednn_create(const float *weights, int64_t outputs, int64_t inputs) {
  if (omp_set_num_threads) omp_set_num_threads(1);
  if (!the_engine() || !onednn_multiplies_bf16()) return NULL;
  onednn_product *product = calloc(1, sizeof *product);
  if (!product) return NULL;
  pthread_mutex_init(&product->lock, NULL);
  product->outputs = outputs;
  product->inputs = inputs;
  dnnl_status_t status = packed_layout(
      product, outputs, &product->packed, product->kernel, sizeof product->kernel);
  if (status == dnnl_success) {
    product->is_packed = true;
    size_t bytes = (layout_bytes(product->packed) + 4095) & ~(size_t)4095;
    product->bytes = aligned_alloc(4096, bytes);
    status = product->bytes ? pack(product, weights) : dnnl_out_of_memory;
  }
  if (status != dnnl_success) {
    onednn_destroy(product);
    return NULL;
  }
  cut_into_chunks(product);
  return product;
}

bool onednn_repack(onednn_product *product, const float *weights) {
  return pack(product, weights) == dnnl_success;
}

void onednn_destroy(onednn_product *product) {
  if (!product) return;
  for (int i = 0; i < ROW_COUNTS; i++) {
    if (product->whole[i].primitive) dnnl_primitive_destroy(product->whole[i].primitive);
    if (product->chunk[i].primitive) dnnl_primitive_destroy(product->chunk[i].primitive);
  }
  if (product->is_packed) LAYOUT_FREE(product->packed);
  if (product->is_cut) LAYOUT_FREE(product->packed_chunk);
  free(product->bytes);
  pthread_mutex_destroy(&product->lock);
  free(product);
}

const char *onednn_kernel(const onednn_product *product) {
  return product->kernel;
}

int64_t onednn_chunks(const onednn_product *product) {
  return product->chunks;
}

// MARK: running them

// The smallest row count that holds `rows`, or the largest there is.
static int row_count_for(int64_t rows) {
  for (int i = 0; i < ROW_COUNTS; i++) {
    if (row_counts[i] >= rows) return i;
  }
  return ROW_COUNTS - 1;
}

int64_t onednn_padded_rows(int64_t rows) {
  int64_t largest = row_counts[ROW_COUNTS - 1];
  int64_t rest = rows % largest;
  return rows - rest + (rest > 0 ? row_counts[row_count_for(rest)] : 0);
}

static dnnl_status_t make_variant(
    onednn_product *product, int64_t rows, bool is_chunk, struct variant *variant) {
  layout packed = is_chunk ? product->packed_chunk : product->packed;
  layout scratchpad;
  dnnl_primitive_desc_t descriptor;
  dnnl_status_t status = describe(
      product, rows, product->outputs / (is_chunk ? product->chunks : 1), packed, &descriptor);
  if (status != dnnl_success) return status;
  status = descriptor_layout(&scratchpad, descriptor, dnnl_query_scratchpad_md);
  if (status == dnnl_success) {
    variant->scratchpad_bytes = layout_bytes(scratchpad);
    LAYOUT_FREE(scratchpad);
    status = dnnl_primitive_create(&variant->primitive, descriptor);
  }
  dnnl_primitive_desc_destroy(descriptor);
  return status;
}

static dnnl_status_t find_variant(
    onednn_product *product, int index, bool is_chunk, struct variant *out) {
  dnnl_status_t status = dnnl_success;
  struct variant *variant = is_chunk ? &product->chunk[index] : &product->whole[index];
  pthread_mutex_lock(&product->lock);
  if (!variant->primitive)
    status = make_variant(product, row_counts[index], is_chunk, variant);
  *out = *variant;
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

// Runs a variant for whole rows of `output`, or for one chunk's columns of them.
static dnnl_status_t run(
    onednn_context *context, onednn_product *product, const struct variant *variant, int64_t rows,
    const void *input, float *output, int64_t chunk) {
  bool is_chunk = chunk >= 0;
  layout packed = is_chunk ? product->packed_chunk : product->packed;
  int64_t columns = product->outputs / (is_chunk ? product->chunks : 1);
  size_t offset = is_chunk ? (size_t)chunk * layout_bytes(packed) : 0;
  // The kernel writes dense rows only, so a chunk's come by way of the scratchpad.
  size_t dense = is_chunk ? ((size_t)(rows * columns) * sizeof(float) + 63) & ~(size_t)63 : 0;
  if (!reserve_scratchpad(context, variant->scratchpad_bytes + dense)) return dnnl_out_of_memory;
  float *result = is_chunk ? context->scratchpad : output;
  int64_t room = (int64_t)variant->scratchpad_bytes;
  dnnl_memory_t source = NULL, weights = NULL, target = NULL, scratchpad = NULL;
  dnnl_status_t status = wrap(&source, rows, product->inputs, dnnl_bf16, (void *)input);
  if (status == dnnl_success)
    status = make_memory(&weights, packed, (char *)product->bytes + offset);
  if (status == dnnl_success) status = wrap(&target, rows, columns, dnnl_f32, result);
  if (status == dnnl_success)
    status = wrap(&scratchpad, 1, room, dnnl_u8, (char *)context->scratchpad + dense);
  if (status == dnnl_success) {
    dnnl_exec_arg_t arguments[] = {
        {DNNL_ARG_SRC, source},
        {DNNL_ARG_WEIGHTS, weights},
        {DNNL_ARG_DST, target},
        {DNNL_ARG_SCRATCHPAD, scratchpad},
    };
    status = dnnl_primitive_execute(variant->primitive, context->stream, room ? 4 : 3, arguments);
  }
  if (source) dnnl_memory_destroy(source);
  if (weights) dnnl_memory_destroy(weights);
  if (target) dnnl_memory_destroy(target);
  if (scratchpad) dnnl_memory_destroy(scratchpad);
  if (!is_chunk || status != dnnl_success) return status;
  status = dnnl_stream_wait(context->stream);
  for (int64_t r = 0; r < rows; r++)
    memcpy(
        output + r * product->outputs + chunk * columns, result + r * columns,
        (size_t)columns * sizeof(float));
  return status;
}

int onednn_multiply(
    onednn_context *context, onednn_product *product, const void *input, int64_t rows,
    float *output, int64_t chunk) {
  const uint16_t *from = input;
  if (product->chunks == 1) chunk = -1;
  for (int64_t first = 0; first < rows;) {
    int index = row_count_for(rows - first);
    struct variant variant;
    dnnl_status_t status = find_variant(product, index, chunk >= 0, &variant);
    if (status == dnnl_success)
      status = run(
          context, product, &variant, row_counts[index], from + first * product->inputs,
          output + first * product->outputs, chunk);
    if (status != dnnl_success) return (int)status;
    first += row_counts[index];
  }
  return (int)dnnl_stream_wait(context->stream);
}
