#include "daemon/process/owner.h"

#include <grp.h>
#include <sys/stat.h>
#include <unistd.h>

namespace plumbline {

void ActAsOwnerOf(const std::string& path) {
  struct stat info {};
  if (geteuid() != 0 || stat(path.c_str(), &info) != 0 || info.st_uid == 0) {
    return;
  }
  // Without permission for this, later file operations fail or remain root's.
  if (setgroups(0, nullptr) != 0 || setegid(info.st_gid) != 0) return;
  [[maybe_unused]] const int failed = seteuid(info.st_uid);
}

}  // namespace plumbline
