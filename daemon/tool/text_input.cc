#include "daemon/tool/text_input.h"

#include <algorithm>

namespace plumbline {
namespace {

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

struct Signature {
  std::string_view bytes;
  const char* what;
};

// With what a file begins that is no text in UTF-8. UTF-16 without a mark shows
// by the zeros beside the bracket or quote that JSON and most CSV begin with.
using std::string_view_literals::operator""sv;
constexpr Signature kSignatures[] = {
    {"\xff\xfe\0\0"sv, "is UTF-32, little-endian"},
    {"\0\0\xfe\xff"sv, "is UTF-32, big-endian"},
    {"\xff\xfe"sv, "is UTF-16, little-endian"},
    {"\xfe\xff"sv, "is UTF-16, big-endian"},
    {"\x28\xb5\x2f\xfd"sv, "is packed with zstd"},
    {"BZh"sv, "is packed with bzip2"},
    {"\xfd\x37zXZ\0"sv, "is packed with xz"},
    {"PK\x03\x04"sv, "is a zip archive"},
    {"PAR1\x15"sv, "is a Parquet file"},
};

// Nothing if it may be text in UTF-8.
std::string WhatElse(std::string_view begin) {
  const auto* const found =
      std::find_if(std::begin(kSignatures), std::end(kSignatures),
                   [begin](const Signature& signature) {
                     return begin.starts_with(signature.bytes);
                   });
  if (found != std::end(kSignatures)) return found->what;
  if (begin.size() < 4 || begin.find('\0') == begin.npos) return "";
  if (begin[0] != '\0') {
    if (begin[1] != '\0') return "";
    return begin[2] == '\0' ? "is UTF-32, little-endian"
                            : "is UTF-16, little-endian";
  }
  return begin[1] == '\0' ? "is UTF-32, big-endian" : "is UTF-16, big-endian";
}

std::string Advice(const std::string& what) {
  const size_t utf = what.find("UTF-");
  if (utf == std::string::npos)
    return what + "; it must be text, plain or gzip";
  const bool little = what.ends_with("little-endian");
  return what + "; make it UTF-8, such as by iconv -f " + what.substr(utf, 6) +
         (little ? "LE" : "BE") + " -t UTF-8";
}

}  // namespace

std::unique_ptr<TextInput> TextInput::Open(const std::string& path,
                                           std::string* error) {
  auto file = FileReader::Open(path);
  if (file == nullptr) {
    *error = "cannot be read";
    return nullptr;
  }
  std::unique_ptr<TextInput> input(new TextInput(std::move(file)));
  const std::string what = WhatElse(input->Ahead(8).substr(0, 8));
  if (what.empty()) return input;
  *error = Advice(what);
  return nullptr;
}

std::string_view TextInput::Ahead(size_t n) {
  if (column_ == 0 && !ended_) n = std::max(n, kByteOrderMark.size());
  while (buffer_.size() - begin_ < n && !ended_) {
    buffer_.erase(0, begin_);
    begin_ = 0;
    ended_ = !file_->Append(&buffer_);
  }
  auto ahead = std::string_view(buffer_).substr(begin_);
  if (column_ != 0 || !ahead.starts_with(kByteOrderMark)) return ahead;
  begin_ += kByteOrderMark.size();
  return Ahead(n);
}

void TextInput::Take(size_t n) {
  for (size_t end = begin_ + n; begin_ < end; ++begin_) {
    const char c = buffer_[begin_];
    const bool of_return = c == '\n' && after_return_;
    after_return_ = c == '\r';
    if (c != '\n' && c != '\r') {
      ++column_;
    } else if (!of_return) {
      ++line_;
      column_ = 0;
    }
  }
}

std::string_view TextInput::LineAhead(size_t most) {
  constexpr size_t kPiece = 4096;
  size_t seen = 0;
  for (size_t want = kPiece;; want *= 4) {
    const std::string_view ahead = Ahead(std::min(want, most));
    const size_t end = ahead.find_first_of("\r\n", seen);
    if (end != ahead.npos || ahead.size() < want || want >= most) {
      return ahead.substr(0, std::min(end, most));
    }
    seen = ahead.size();
  }
}

void TextInput::TakeLine() {
  for (;;) {
    const std::string_view ahead = Ahead();
    const size_t end = ahead.find_first_of("\r\n");
    if (ahead.empty()) return;
    if (end == ahead.npos) {
      Take(ahead.size());
      continue;
    }
    Take(end);
    const bool both = Ahead(2).starts_with("\r\n");
    Take(both ? 2 : 1);
    return;
  }
}

}  // namespace plumbline
