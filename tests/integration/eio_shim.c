/* Preloaded into the daemon: while the file that EIO_SHIM names exists, writes
 * to the journal and syncs fail as a broken disk makes them fail. What is in
 * the file says which: "write", "full", "short" (half is written first), "sync",
 * or "resync" (of files that are opened to be read). "manifest" and "table" have
 * checkpoints fail instead: the syncs of RocksDB's manifest, or what is written
 * to its tables.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

static int fails(const char* what) {
  const char* name = getenv("EIO_SHIM");
  char text[16] = {0};
  int fd = name == NULL ? -1 : open(name, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return 0;
  ssize_t n = read(fd, text, sizeof(text) - 1);
  close(fd);
  return n > 0 && strncmp(text, what, strlen(what)) == 0;
}

static int is_in(int fd, const char* part) {
  char link[64];
  char path[4096] = {0};
  snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
  return readlink(link, path, sizeof(path) - 1) > 0 &&
         strstr(path, part) != NULL;
}

static int is_journal(int fd) { return is_in(fd, "/journal-"); }

ssize_t pwritev(int fd, const struct iovec* pieces, int count, off_t offset) {
  ssize_t (*next)(int, const struct iovec*, int, off_t) =
      (ssize_t(*)(int, const struct iovec*, int, off_t))dlsym(RTLD_NEXT,
                                                              "pwritev");
  if (is_journal(fd) && fails("short")) {
    struct iovec some[2] = {pieces[0], pieces[count > 1]};
    some[1].iov_len /= 2;
    next(fd, some, 2, offset);
    errno = EIO;
    return -1;
  }
  if (is_journal(fd) && fails("full")) {
    errno = ENOSPC;
    return -1;
  }
  if (is_journal(fd) && fails("write")) {
    errno = EIO;
    return -1;
  }
  return next(fd, pieces, count, offset);
}

static int is_read_only(int fd) {
  return (fcntl(fd, F_GETFL) & O_ACCMODE) == O_RDONLY;
}

static int sync_with(const char* name, int fd) {
  int (*next)(int) = (int (*)(int))dlsym(RTLD_NEXT, name);
  if ((is_journal(fd) && fails("sync")) ||
      (is_journal(fd) && is_read_only(fd) && fails("resync")) ||
      (is_in(fd, "/db/MANIFEST-") && fails("manifest"))) {
    errno = EIO;
    return -1;
  }
  return next(fd);
}

ssize_t write(int fd, const void* bytes, size_t size) {
  ssize_t (*next)(int, const void*, size_t) =
      (ssize_t(*)(int, const void*, size_t))dlsym(RTLD_NEXT, "write");
  if ((is_in(fd, "/checkpoint.tmp/") || is_in(fd, ".sst")) && fails("table")) {
    errno = EIO;
    return -1;
  }
  return next(fd, bytes, size);
}

int fsync(int fd) { return sync_with("fsync", fd); }
int fdatasync(int fd) { return sync_with("fdatasync", fd); }
