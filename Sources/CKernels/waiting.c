// How a thread waits for another that is about to be done.

#include "include/CKernels.h"

#include <sched.h>

// Some 20 us of pauses: longer than a step between threads that both run, far shorter than the turn
// of a process that wants the core.
enum { PAUSES = 500 };

void si_wait(int64_t round) {
  if (round >= PAUSES) {
    sched_yield();
    return;
  }
#if defined(__x86_64__)
  __builtin_ia32_pause();
#endif
}
