#include "daemon/store/store_env.h"

#include <unistd.h>

#include <algorithm>

namespace plumbline {

void KeepingFiles::Release() {
  std::vector<std::string> removed;
  {
    const std::lock_guard lock(mutex_);
    keeps_ = false;
    removed.swap(removed_);
  }
  for (const std::string& file : removed) unlink(file.c_str());
}

rocksdb::IOStatus KeepingFiles::DeleteFile(const std::string& file,
                                           const rocksdb::IOOptions& io,
                                           rocksdb::IODebugContext* debug) {
  if (file.ends_with(".sst") || file.ends_with(".ldb")) {
    const std::lock_guard lock(mutex_);
    if (keeps_) {
      removed_.push_back(file);
      return rocksdb::IOStatus::OK();
    }
  }
  return FileSystemWrapper::DeleteFile(file, io, debug);
}

void ShortSleeps::SleepForMicroseconds(int us) {
  constexpr int kLongest = 10'000;
  SystemClockWrapper::SleepForMicroseconds(std::min(us, kLongest));
}

}  // namespace plumbline
