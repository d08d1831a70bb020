// What the core asks of a journal.

#pragma once

#include <string_view>

namespace plumbline {

enum class Appended {
  kStored,
  kNotStored,  // nothing of it will ever be read again
  kUnknown,    // it may be read again after a crash
};

// State is a fold over the records of a journal (core/event/command.h says what
// is in one). A journal is written by one thread at a time.
class Journal {
 public:
  virtual ~Journal() = default;

  // Stores one record after all earlier ones.
  [[nodiscard]] virtual Appended Append(std::string_view record) = 0;
};

}  // namespace plumbline
