// Rules for the strings of an event, and limits on their number.

#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace plumbline {

// True if `text` (valid UTF-8) has no control character: U+0000 to U+001F,
// U+007F, and U+0080 to U+009F (in UTF-8 0xC2 and a byte below 0xA0).
inline bool IsCleanText(std::string_view text) {
  constexpr uint64_t kOnes = 0x0101010101010101;
  constexpr uint64_t kHighs = 0x8080808080808080;
  const auto has_zero = [](uint64_t x) { return (x - kOnes) & ~x & kHighs; };
  const char* p = text.data();
  size_t left = text.size();
  uint64_t suspect = 0;
  for (; left >= 8; p += 8, left -= 8) {
    uint64_t word;
    std::memcpy(&word, p, 8);
    // A byte below 0x20, equal to 0x7f, or equal to 0xc2.
    suspect |= (word - kOnes * 0x20) & ~word & kHighs;
    suspect |= has_zero(word ^ kOnes * 0x7f) | has_zero(word ^ kOnes * 0xc2);
  }
  for (; left > 0; ++p, --left) {
    const auto c = static_cast<unsigned char>(*p);
    if (c < 0x20 || c == 0x7f || c == 0xc2) suspect = 1;
  }
  if (suspect == 0) return true;
  for (size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c < 0x20 || c == 0x7f) return false;
    if (c == 0xc2 && i + 1 < text.size() &&
        static_cast<unsigned char>(text[i + 1]) < 0xa0) {
      return false;
    }
  }
  return true;
}

inline constexpr size_t kLongestName = 128;  // bytes

// True if `text` is valid as a model, version, id, segment or class.
inline bool IsName(std::string_view text, size_t least) {
  return text.size() <= kLongestName && text.size() >= least &&
         IsCleanText(text);
}

// True if `text` is valid as the name of a feature: any text.
inline bool IsFeatureName(std::string_view text) {
  return !text.empty() && text.size() <= kLongestName;
}

inline constexpr size_t kMostSegments = 8;
inline constexpr size_t kMostFeatures = 256;

}  // namespace plumbline
