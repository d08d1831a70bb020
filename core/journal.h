// What the core asks of a journal.

#pragma once

#include <string_view>

namespace plumbline {

// State is a fold over the records of a journal (core/group.h says what is in
// one). A journal is written by one thread at a time.
class Journal {
 public:
  virtual ~Journal() = default;

  // Stores one record after all earlier ones. False if it is not stored: then
  // nothing of it will ever be read again.
  [[nodiscard]] virtual bool Append(std::string_view record) = 0;
};

}  // namespace plumbline
