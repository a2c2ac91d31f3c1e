// Ends the process before or after the Nth call that changes a file below a folder: preloaded by kills.py.
//
// KILL_BELOW names the folder, KILL_AT the call, counted from 1 over all threads; 0 only counts. KILL_AFTER lets
// the call happen first. Each counted call is a line in the file KILL_LOG, if that is named.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static long calls;

static int is_meant(const char *path) {
  const char *below = getenv("KILL_BELOW");
  return below && path && strstr(path, below) != NULL;
}

static int is_meant_file(int descriptor) {
  char link[64], path[4096];
  snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length < 0) return 0;
  path[length] = 0;
  return is_meant(path);
}

// Held from before the call until after it, so that no other call slips between.
static int begin(const char *name) {
  pthread_mutex_lock(&lock);
  calls += 1;
  const char *log = getenv("KILL_LOG");
  if (log) {
    char line[128];
    int length = snprintf(line, sizeof line, "%ld %s\n", calls, name);
    int file = open(log, O_WRONLY | O_APPEND | O_CREAT, 0666);
    if (file >= 0) {
      syscall(SYS_write, file, line, length);
      close(file);
    }
  }
  const char *at = getenv("KILL_AT");
  int hit = at && atol(at) == calls;
  if (hit && !getenv("KILL_AFTER")) kill(getpid(), SIGKILL);
  return hit;
}

static void end(int hit) {
  if (hit) kill(getpid(), SIGKILL);
  pthread_mutex_unlock(&lock);
}

#define NEXT(type) ((type)dlsym(RTLD_NEXT, __func__))

ssize_t write(int descriptor, const void *bytes, size_t count) {
  if (!is_meant_file(descriptor)) return syscall(SYS_write, descriptor, bytes, count);
  int hit = begin("write");
  ssize_t result = syscall(SYS_write, descriptor, bytes, count);
  end(hit);
  return result;
}

int fsync(int descriptor) {
  if (!is_meant_file(descriptor)) return NEXT(int (*)(int))(descriptor);
  int hit = begin("fsync");
  int result = NEXT(int (*)(int))(descriptor);
  end(hit);
  return result;
}

int ftruncate(int descriptor, off_t length) {
  if (!is_meant_file(descriptor)) return NEXT(int (*)(int, off_t))(descriptor, length);
  int hit = begin("ftruncate");
  int result = NEXT(int (*)(int, off_t))(descriptor, length);
  end(hit);
  return result;
}

int rename(const char *from, const char *to) {
  if (!is_meant(to)) return NEXT(int (*)(const char *, const char *))(from, to);
  int hit = begin("rename");
  int result = NEXT(int (*)(const char *, const char *))(from, to);
  end(hit);
  return result;
}
