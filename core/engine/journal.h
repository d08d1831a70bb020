// The interface of a journal to the core.

#pragma once

#include <string_view>

namespace plumbline {

enum class Appended {
  kStored,
  kNotStored,  // it will never be read
  kUnknown,    // it may be read again after a crash
};

// The state is a fold over the records of a journal (core/event/command.h
// defines them). One thread at a time writes a journal.
class Journal {
 public:
  virtual ~Journal() = default;

  // Appends one record.
  [[nodiscard]] virtual Appended Append(std::string_view record) = 0;
};

}  // namespace plumbline
