#include "daemon/tool/text_input.h"

#include <algorithm>
#include <utility>

#include "daemon/decode/json_fault.h"
#include "daemon/decode/lines.h"

namespace plumbline {
namespace {

struct Signature {
  std::string_view bytes;
  const char* what;
};

// The first bytes of formats that are no text.
using std::string_view_literals::operator""sv;
constexpr Signature kSignatures[] = {
    {"\x28\xb5\x2f\xfd"sv, "is packed with zstd"},
    {"BZh"sv, "is packed with bzip2"},
    {"\xfd\x37zXZ\0"sv, "is packed with xz"},
    {"PK\x03\x04"sv, "is a zip archive"},
    {"PAR1\x15"sv, "is a Parquet file"},
};

// The problem of a file that begins so; empty if it may be UTF-8 text.
std::string Fault(std::string_view begin) {
  const std::string wide(WideEncodingOf(begin));
  if (!wide.empty()) {
    return "is " + wide + "; make it UTF-8, such as by iconv -f " + wide +
           " -t UTF-8";
  }
  const auto* const found =
      std::find_if(std::begin(kSignatures), std::end(kSignatures),
                   [begin](const Signature& signature) {
                     return begin.starts_with(signature.bytes);
                   });
  if (found == std::end(kSignatures)) return "";
  return std::string(found->what) + "; it must be text, plain or gzip";
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
  *error = Fault(input->Ahead(8).substr(0, 8));
  return error->empty() ? std::move(input) : nullptr;
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
