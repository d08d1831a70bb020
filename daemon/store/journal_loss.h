// Detects answered records that a journal has lost, and sets the rest aside.

#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "daemon/store/segment.h"

namespace plumbline {

struct JournalLoss {
  std::string what;    // the missing records and their file
  std::string advice;  // what to do, or what the start does
  // Lower bound of answered commit groups that are not in the journal.
  uint64_t groups = 0;
  // The start continues by itself: the machine was rebooted since, and
  // durability did not promise to survive that.
  bool is_expected = false;
};

// `checked`: the checkpoint says that the journal had a page (see
// answered_page.h). nullopt if nothing is missing.
std::optional<JournalLoss> FindLoss(const std::string& directory,
                                    const JournalEnd& end, bool checked);

// Truncates the journal to its sound part. The rest stays beside it in files
// with the suffix ".lost", or ".lost-2" and so on. False, with *error, on
// failure.
[[nodiscard]] bool SetLostAside(const std::string& directory,
                                const JournalEnd& end, std::string* error);

}  // namespace plumbline
