// What is missing of a journal that was answered, and how a start goes on
// without it.

#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "daemon/store/segment.h"

namespace plumbline {

struct JournalLoss {
  std::string what;    // is missing, and in which file
  std::string advice;  // what to do, or what a start does
  // Commit groups that were answered and are not in the journal, at least.
  uint64_t groups = 0;
  // A start goes on by itself: the machine was restarted since, and nothing
  // was promised to outlive that.
  bool is_expected = false;
};

// `checked`: the checkpoint says that the journal had a page (see
// answered_page.h). nullopt if nothing is missing.
std::optional<JournalLoss> FindLoss(const std::string& directory,
                                    const JournalEnd& end, bool checked);

// Has the journal end where it is sound. What is behind that stays beside it,
// in files that have ".lost" behind their names, or ".lost-2" and so on. False, with *error, if that cannot be.
[[nodiscard]] bool SetLostAside(const std::string& directory,
                                const JournalEnd& end, std::string* error);

}  // namespace plumbline
