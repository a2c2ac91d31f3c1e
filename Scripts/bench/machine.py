"""What the machine is, and the most its vector units multiply."""

import json
import os
import subprocess
import tempfile
from pathlib import Path

import ours

SOURCE = r"""
// Sums of products in registers alone, on all cores at once: the most that any matrix product
// could reach without AMX. Prints GFLOP/s of all cores together.
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#if defined(__AVX512F__) || defined(__FMA__)
#include <immintrin.h>
#endif
#if defined(__AVX512F__)
enum { CHAINS = 24, LANES = 16 };
typedef __m512 vector;
#define ADD_PRODUCT(sum, x, y) _mm512_fmadd_ps(x, y, sum)
#elif defined(__FMA__)
enum { CHAINS = 12, LANES = 8 };
typedef __m256 vector;
#define ADD_PRODUCT(sum, x, y) _mm256_fmadd_ps(x, y, sum)
#else
enum { CHAINS = 12, LANES = 4 };
typedef float vector __attribute__((vector_size(LANES * 4)));
#define ADD_PRODUCT(sum, x, y) ((sum) + (x) * (y))
#endif
enum { ROUNDS = 20000, MOST = 256 };
static double sink[MOST];

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + t.tv_nsec * 1e-9;
}

static double f32(int id) {
  vector sum[CHAINS], x = {1.0f}, y = {1e-9f}, all = {0};
  for (int i = 0; i < CHAINS; i++) sum[i] = all;
  for (int round = 0; round < ROUNDS; round++) {
    __asm__ volatile("" : "+x"(x), "+x"(y));
#pragma GCC unroll 24
    for (int i = 0; i < CHAINS; i++) sum[i] = ADD_PRODUCT(sum[i], x, y);
  }
  for (int i = 0; i < CHAINS; i++) all += sum[i];
  sink[id] += all[0];
  return 2.0 * LANES * CHAINS * ROUNDS;
}

static double bf16(int id) {
#ifdef __AVX512BF16__
  __m512 sum[CHAINS], all = _mm512_setzero_ps();
  for (int i = 0; i < CHAINS; i++) sum[i] = all;
  __m512bh a = _mm512_cvtne2ps_pbh(_mm512_set1_ps(1), _mm512_set1_ps(1)), b = a;
  for (int round = 0; round < ROUNDS; round++) {
    __asm__ volatile("" : "+v"(a), "+v"(b));
#pragma GCC unroll 24
    for (int i = 0; i < CHAINS; i++) sum[i] = _mm512_dpbf16_ps(sum[i], a, b);
  }
  for (int i = 0; i < CHAINS; i++) all += sum[i];
  sink[id] += all[0];
  return 4.0 * 16 * CHAINS * ROUNDS;
#else
  return id * 0.0;
#endif
}

static double (*kind)(int);
static double rates[MOST];

static void *worker(void *id) {
  double best = 0;
  for (double end = now() + 0.7; now() < end;) {
    double start = now(), work = kind((int)(long)id), rate = work / (now() - start);
    if (rate > best) best = rate;
    if (work == 0) break;
  }
  rates[(long)id] = best;
  return 0;
}

static double all(double (*f)(int), int threads) {
  pthread_t thread[MOST];
  double sum = 0;
  kind = f;
  for (long i = 0; i < threads; i++) pthread_create(&thread[i], 0, worker, (void *)i);
  for (long i = 0; i < threads; i++) { pthread_join(thread[i], 0); sum += rates[i]; }
  return sum / 1e9;
}

int main(int count, char **arguments) {
  int threads = count > 1 ? atoi(arguments[1]) : 1;
  printf("{\"f32\": %.1f, \"bf16\": %.1f}\n", all(f32, threads), all(bf16, threads));
}
"""


def name():
    """The processor, its number of cores and what of it matters here."""
    try:
        lines = Path("/proc/cpuinfo").read_text().split("\n")
    except OSError:
        return f"{os.cpu_count()} cores"
    facts = dict(line.split("\t", 1) for line in reversed(lines) if "\t" in line)
    model = facts.get("model name", "\t:").split(":", 1)[1].strip()
    flags = facts.get("flags", "").split()
    known = ["avx2", "avx512f", "avx512_bf16", "amx_bf16"]
    return f"{os.cpu_count()} cores of {model} ({', '.join(f for f in known if f in flags)})"


def peaks(threads):
    """GFLOP/s on so many cores by kind; no bf16 without its product, nothing without a compiler."""
    with tempfile.TemporaryDirectory() as folder:
        source, program = Path(folder) / "peak.c", Path(folder) / "peak"
        source.write_text(SOURCE)
        command = ["cc", "-O3", "-march=native", "-pthread", "-o", program, source]
        try:
            subprocess.run(command, check=True, capture_output=True, timeout=120)
            done = subprocess.run([program, str(min(threads, 256))], check=True, timeout=60,
                                  capture_output=True)
        except (OSError, subprocess.SubprocessError):
            return {}
    return {kind: rate for kind, rate in json.loads(done.stdout).items() if rate > 0}


def product_work():
    """Floating-point operations of the matrix products of a token: all layers, and the logits."""
    from gguf import GGUFReader

    layers = logits = 0
    for tensor in GGUFReader(ours.MODEL).tensors:
        if len(tensor.shape) == 2 and tensor.name.startswith("blk."):
            layers += 2 * int(tensor.n_elements)
        elif tensor.name in ("token_embd.weight", "output.weight"):
            logits = 2 * int(tensor.n_elements)
    return layers, logits
