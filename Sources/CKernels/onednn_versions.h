// oneDNN's C interface, versions 2 and 3 of it, under one set of names; for onednn.c alone.

#ifndef CKERNELS_ONEDNN_VERSIONS_H
#define CKERNELS_ONEDNN_VERSIONS_H

#include <oneapi/dnnl/dnnl.h>
#include <oneapi/dnnl/dnnl_version.h>

// A value in version 2 of the interface, a handle that wants freeing in version 3.
typedef dnnl_memory_desc_t layout;

// The processor, made once.
static dnnl_engine_t the_engine(void);

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

#endif
