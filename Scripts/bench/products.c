// Times one pass through the embedded model's products on one core, kernel by kernel in turn.

#include "CKernels.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { LAYERS = 30, SHAPES = 5, KERNELS = 5, PASSES = 7 };

// Outputs, inputs and how often in a pass: projection, attention output, gate and up, down, output.
static const int64_t shapes[SHAPES][3] = {
    {960, 576, LAYERS}, {576, 576, LAYERS}, {3072, 576, LAYERS}, {576, 1536, LAYERS},
    {49152, 576, 1}};
static const struct {
  const char *name;
  enum si_kernel kernel;
  bool is_bf16;
} kernels[KERNELS] = {
    {"oneDNN bf16", SI_ONEDNN, true},
    {"panels bf16", SI_PANELS, true},
    {"panels bf16, widened", SI_PANELS_AVX512, true},
    {"panels f32", SI_PANELS, false},
    {"panels bf16, AVX2", SI_PANELS_AVX2, true},
};

static double seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static int by_size(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

int main(void) {
  static si_product *products[KERNELS][SHAPES][LAYERS];
  si_context *context = si_context_create();
  if (!context) return 1;
  double flops = 0;
  int64_t most_inputs = 0, most_outputs = 0;
  for (int s = 0; s < SHAPES; s++) {
    int64_t count = shapes[s][0] * shapes[s][1];
    float *weights = malloc((size_t)count * sizeof(float));
    if (!weights) return 1;
    for (int64_t i = 0; i < count; i++) weights[i] = (float)(i * 7919 % 1000) / 1000 - 0.5f;
    for (int k = 0; k < KERNELS; k++)
      for (int l = 0; l < shapes[s][2]; l++)
        products[k][s][l] = si_product_create(
            weights, shapes[s][0], shapes[s][1], false, kernels[k].is_bf16, kernels[k].kernel);
    free(weights);
    flops += 2.0 * (double)(count * shapes[s][2]);
    if (shapes[s][1] > most_inputs) most_inputs = shapes[s][1];
    if (shapes[s][0] > most_outputs) most_outputs = shapes[s][0];
  }
  // Rows of zeros take as long as others.
  void *input = calloc((size_t)(256 * most_inputs), sizeof(float));
  float *output = calloc((size_t)(256 * most_outputs), sizeof(float));
  if (!input || !output) return 1;
  printf("%-22s %6s %10s %10s %10s %10s\n", "kernel", "rows", "ms min", "ms median", "rows/s",
         "GFLOP/s");
  for (int rows = 1; rows <= 256; rows *= 2) {
    double times[KERNELS][PASSES];
    for (int pass = 0; pass < PASSES; pass++)
      for (int k = 0; k < KERNELS; k++) {
        if (!products[k][0][0]) continue;
        double start = seconds();
        for (int s = 0; s < SHAPES; s++)
          for (int l = 0; l < shapes[s][2]; l++) {
            if (!si_prepare(context, products[k][s][l], input, rows)) return 1;
            if (si_multiply(context, products[k][s][l], input, rows, output, -1) != 0) return 1;
          }
        times[k][pass] = seconds() - start;
      }
    for (int k = 0; k < KERNELS; k++) {
      if (!products[k][0][0]) continue;
      qsort(times[k], PASSES, sizeof(double), by_size);
      double median = times[k][PASSES / 2];
      printf("%-22s %6d %10.1f %10.1f %10.0f %10.0f\n", kernels[k].name, rows, times[k][0] * 1e3,
             median * 1e3, rows / median, flops * rows / median / 1e9);
    }
  }
  return 0;
}
