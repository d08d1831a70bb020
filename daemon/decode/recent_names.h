// RecentNames: a cache of names. Most names of a body repeat; those need
// neither a check nor a look-up in the table.

#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "core/event/event.h"

namespace plumbline {

// Names are short: two overlapping words suffice to compare most of them.
inline bool SameText(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  if (a.size() < 8 || a.size() > 16) {
    return std::memcmp(a.data(), b.data(), a.size()) == 0;
  }
  const auto word = [](const char* p) {
    uint64_t w;
    std::memcpy(&w, p, sizeof(w));
    return w;
  };
  return word(a.data()) == word(b.data()) &&
         word(a.data() + a.size() - 8) == word(b.data() + b.size() - 8);
}

// Names of one kind. All have passed the checks of that kind.
class RecentNames {
 public:
  static constexpr uint32_t kNone = ~uint32_t{0};

  explicit RecentNames(Names* names) : names_(names) { recent_.fill(kNone); }

  // The number of `text` if it is cached, else kNone.
  uint32_t Find(std::string_view text) const {
    const uint32_t recent = recent_[SlotOf(text)];
    const bool same =
        recent < names_->size() && SameText((*names_)[recent], text);
    return same ? recent : kNone;
  }
  uint32_t Add(std::string_view text) {
    return recent_[SlotOf(text)] = names_->Add(text);
  }

 private:
  static constexpr size_t kSlots = 16;

  static size_t SlotOf(std::string_view text) {
    const size_t end =
        text.empty() ? 0 : static_cast<unsigned char>(text.back());
    return (text.size() * 7 + end) % kSlots;
  }

  Names* const names_;
  std::array<uint32_t, kSlots> recent_;  // by length and last byte
};

}  // namespace plumbline
