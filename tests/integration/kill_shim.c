/* Preloaded into the daemon: kills it with SIGKILL at the KILL_AT-th time that
 * it comes to the place KILL_POINT (see the names below); with HELD_BY, a path,
 * it waits there instead for as long as that file exists. CLOCK_AHEAD is added
 * to the time of day, in seconds.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static int is(const char* point) {
  const char* name = getenv("KILL_POINT");
  return name != NULL && strcmp(name, point) == 0;
}

static int due(void) {
  static atomic_int times;
  const char* at = getenv("KILL_AT");
  return atomic_fetch_add(&times, 1) + 1 == (at == NULL ? 1 : atoi(at));
}

static void die(void) {
  kill(getpid(), SIGKILL);
  pause();
}

static void reach(const char* point) {
  if (!is(point) || !due()) return;
  const char* held_by = getenv("HELD_BY");
  if (held_by == NULL) die();
  while (access(held_by, F_OK) == 0) usleep(10000);
}

static const char* path_of(int fd, char* path, size_t size) {
  char link[64];
  snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
  const ssize_t n = readlink(link, path, size - 1);
  path[n > 0 ? n : 0] = 0;
  return path;
}

static int in(int fd, const char* part) {
  char path[4096];
  return strstr(path_of(fd, path, sizeof(path)), part) != NULL;
}

static int ends_with(const char* text, const char* end) {
  const size_t n = strlen(text), m = strlen(end);
  return n >= m && strcmp(text + n - m, end) == 0;
}

ssize_t pwritev(int fd, const struct iovec* pieces, int count, off_t offset) {
  if (!in(fd, "/journal-")) return NEXT(pwritev)(fd, pieces, count, offset);
  if (is("journal.half") && due()) {
    struct iovec some[2] = {pieces[0], pieces[count > 1]};
    some[1].iov_len /= 2;
    NEXT(pwritev)(fd, some, 2, offset);
    die();
  }
  const ssize_t written = NEXT(pwritev)(fd, pieces, count, offset);
  reach("journal.written");
  return written;
}

ssize_t send(int fd, const void* bytes, size_t size, int flags) {
  const int answers = memmem(bytes, size, "\"accepted\"", 10) != NULL;
  if (answers) reach("answer.unsent");
  const ssize_t sent = NEXT(send)(fd, bytes, size, flags);
  if (answers) reach("answer.sent");
  return sent;
}

int open(const char* path, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  const mode_t mode = flags & O_CREAT ? va_arg(rest, mode_t) : 0;
  va_end(rest);
  if (flags & O_CREAT) {
    if (strstr(path, "/journal-")) reach("segment.begun");
    if (ends_with(path, "/checkpoint.tmp/pairs")) reach("checkpoint.begun");
    if (ends_with(path, "/checkpoint.tmp/history")) reach("rollup.begun");
    if (strstr(path, "/db/") && ends_with(path, ".sst")) {
      reach("compaction.begun");
    }
  } else if (strstr(path, "/journal-")) {
    reach("recovery.journal");
  }
  return NEXT(open)(path, flags, mode);
}

ssize_t write(int fd, const void* bytes, size_t size) {
  if (in(fd, "/checkpoint.tmp/")) reach("checkpoint.half");
  if (in(fd, "/checkpoint.tmp/history")) reach("rollup.half");
  if (in(fd, "/db/MANIFEST-")) reach("ingest.unrecorded");
  return NEXT(write)(fd, bytes, size);
}

static int sync_with(int (*next)(int), int fd) {
  if (in(fd, "/db/MANIFEST-")) reach("ingest.unsynced");
  const int result = next(fd);
  if (in(fd, "/db/MANIFEST-")) reach("ingest.recorded");
  return result;
}

int fsync(int fd) { return sync_with(NEXT(fsync), fd); }
int fdatasync(int fd) { return sync_with(NEXT(fdatasync), fd); }

int link(const char* from, const char* to) {
  if (strstr(from, "/checkpoint.tmp/")) reach("checkpoint.written");
  const int result = NEXT(link)(from, to);
  if (strstr(from, "/checkpoint.tmp/")) reach("ingest.linked");
  return result;
}

int unlink(const char* path) {
  if (strstr(path, "/journal-")) reach("drop.begun");
  const int result = NEXT(unlink)(path);
  if (strstr(path, "/journal-")) reach("drop.some");
  return result;
}

int rename(const char* from, const char* to) {
  if (ends_with(to, "/db/CURRENT")) reach("recovery.database");
  if (ends_with(to, "/answered")) reach("page.written");
  const int result = NEXT(rename)(from, to);
  if (ends_with(to, "/answered")) reach("page.there");
  return result;
}

int clock_gettime(clockid_t clock, struct timespec* time) {
  const int result = NEXT(clock_gettime)(clock, time);
  const char* ahead = clock == CLOCK_REALTIME ? getenv("CLOCK_AHEAD") : NULL;
  if (ahead != NULL) time->tv_sec += atoll(ahead);
  return result;
}
