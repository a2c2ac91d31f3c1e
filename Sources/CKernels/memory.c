// Zeroed memory. What is large comes from the system in whole pages, which are zero already and are
// first touched by whoever works on them: cleared by hand they would all be touched by one thread,
// before there is work. Huge pages, where the system gives them, take a 512th of the faults.

// The names that are no part of C: MAP_ANONYMOUS, MADV_HUGEPAGE.
#define _GNU_SOURCE

#include "include/CKernels.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { HUGE_PAGE = 1 << 21, LARGE = 4 << 20 };

static size_t whole_pages(size_t bytes) {
  return (bytes + HUGE_PAGE - 1) & ~(size_t)(HUGE_PAGE - 1);
}

void *si_zeros_create(size_t bytes) {
  if (bytes < LARGE) {
    void *memory = aligned_alloc(64, (bytes + 63) & ~(size_t)63);
    return memory ? memset(memory, 0, bytes) : NULL;
  }
  void *memory = mmap(
      NULL, whole_pages(bytes), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return NULL;
#ifdef MADV_HUGEPAGE
  madvise(memory, whole_pages(bytes), MADV_HUGEPAGE);
#endif
  return memory;
}

void si_zeros_destroy(void *memory, size_t bytes) {
  if (bytes < LARGE) {
    free(memory);
  } else {
    munmap(memory, whole_pages(bytes));
  }
}
