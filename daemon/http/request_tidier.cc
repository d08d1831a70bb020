#include "daemon/http/request_tidier.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cstring>
#include <string_view>

namespace plumbline {
namespace {

constexpr size_t kLongestShown = 32;    // bytes of names and values kept
constexpr int kMostDigits = 15;         // of a chunk's size
constexpr size_t kMostDropped = 16384;  // bytes of a request

bool IsSpace(char c) { return c == ' ' || c == '\t'; }

char Lower(char c) {
  return static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
}

void AppendShown(char c, std::string* text) {
  if (text->size() < kLongestShown) *text += c;
}

int DigitOf(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char lower = Lower(c);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

}  // namespace

size_t RequestTidier::Tidy(char* bytes, size_t size) {
  size_t kept = 0;
  for (size_t i = 0; i < size;) {
    const size_t n = Pass(bytes + i, size - i);
    if (n > 0) {
      if (kept != i) std::memmove(bytes + kept, bytes + i, n);
      kept += n;
      i += n;
      continue;
    }
    const int c = Step(bytes[i++]);
    if (c != kDropped) bytes[kept++] = static_cast<char>(c);
  }
  return kept;
}

size_t RequestTidier::Pass(char* bytes, size_t size) {
  size_t n = 0;
  switch (place_) {
    case Place::kBody:
    case Place::kChunk:
      n = static_cast<size_t>(std::min<uint64_t>(left_, size));
      left_ -= n;
      if (left_ == 0) {
        place_ = place_ == Place::kBody ? Place::kStart : Place::kChunkCr;
      }
      return n;
    case Place::kRequestLine:
      while (n < size && bytes[n] != '\n') ++n;
      return n;
    case Place::kValue:
      if (header_ != Header::kOther) return 0;
      for (; n < size && bytes[n] != '\r' && bytes[n] != '\n'; ++n) {
        if (bytes[n] == '\t') bytes[n] = ' ';
      }
      return n;
    case Place::kUnknown:
      return size;
    default:
      return 0;
  }
}

int RequestTidier::Step(char c) {
  if (place_ < Place::kBody) return StepHead(c);
  return place_ < Place::kTrailer ? StepChunks(c) : StepTrailers(c);
}

int RequestTidier::StepHead(char c) {
  switch (place_) {
    case Place::kStart:
      if (std::isspace(static_cast<unsigned char>(c)) == 0) {
        place_ = Place::kMethod;
        name_.assign(1, c);
        lengths_ = codings_ = 0;
        dropped_ = 0;
      }
      break;
    case Place::kMethod:
      if (c == ' ' || c == '\n') {
        place_ = c == ' ' ? Place::kTarget : Place::kLine;
      } else {
        AppendShown(c, &name_);
      }
      break;
    case Place::kTarget:
      place_ = c == '\n' ? Place::kLine : Place::kRequestLine;
      if (c == '*' && name_ == "OPTIONS") return '/';
      break;
    case Place::kRequestLine:
      if (c == '\n') place_ = Place::kLine;
      break;
    case Place::kLine:
      if (c == '\r') {
        place_ = Place::kHeadEnd;
        break;
      }
      name_.clear();
      place_ = Place::kName;
      [[fallthrough]];
    case Place::kName:
      if (c == ':') {
        EndName();
      } else if (std::isgraph(static_cast<unsigned char>(c)) == 0) {
        return GiveUp(c);
      } else {
        AppendShown(Lower(c), &name_);
      }
      break;
    case Place::kValue:
      return StepValue(c);
    case Place::kValueEnd:
      return Expect(c, '\n', Place::kLine);
    default:
      if (c != '\n') return GiveUp(c);
      EndHead();
  }
  return static_cast<unsigned char>(c);
}

int RequestTidier::StepValue(char c) {
  if (c == '\r') {
    if (header_ == Header::kLength) length_ = value_;
    if (header_ == Header::kCoding) coding_ = value_;
    place_ = Place::kValueEnd;
    return c;
  }
  if (c == '\n') return GiveUp(c);
  if (IsSpace(c)) {
    spaced_ = spaced_ || !value_.empty();
    if (header_ == Header::kCoding && MayDrop()) return kDropped;
    return ' ';
  }
  // White space inside a value: removing it could turn an invalid list of
  // codings into a valid one.
  if (spaced_) return GiveUp(header_ == Header::kCoding ? ' ' : c);
  AppendShown(Lower(c), &value_);
  return static_cast<unsigned char>(c);
}

int RequestTidier::StepChunks(char c) {
  switch (place_) {
    case Place::kChunkSize: {
      const int digit = DigitOf(c);
      if (digit >= 0 && digits_ < kMostDigits) {
        left_ = left_ * 16 + static_cast<uint64_t>(digit);
        ++digits_;
        break;
      }
      if (digits_ == 0 || digit >= 0) return GiveUp('!');
      if (c == '\r') {
        place_ = Place::kChunkSizeEnd;
        break;
      }
      if (c != ';' && !IsSpace(c)) return GiveUp('!');
      place_ = Place::kExtension;
      return MayDrop() ? kDropped : GiveUp('!');
    }
    case Place::kExtension:
      if (c == '\r') {
        place_ = Place::kChunkSizeEnd;
        break;
      }
      return c != '\n' && MayDrop() ? kDropped : GiveUp('!');
    case Place::kChunkSizeEnd:
      return Expect(c, '\n', left_ == 0 ? Place::kTrailer : Place::kChunk);
    case Place::kChunkCr:
      return Expect(c, '\r', Place::kChunkLf);
    default:
      left_ = 0;
      digits_ = 0;
      return Expect(c, '\n', Place::kChunkSize);
  }
  return static_cast<unsigned char>(c);
}

int RequestTidier::StepTrailers(char c) {
  switch (place_) {
    case Place::kTrailer:
      if (c == '\r') {
        place_ = Place::kEnd;
        return c;
      }
      place_ = Place::kTrailerLine;
      [[fallthrough]];
    case Place::kTrailerLine:
      if (c == '\n') return GiveUp('!');
      if (c == '\r') place_ = Place::kTrailerLineEnd;
      break;
    case Place::kTrailerLineEnd:
      if (c != '\n') return GiveUp('!');
      place_ = Place::kTrailer;
      break;
    default:
      return Expect(c, '\n', Place::kStart);
  }
  return MayDrop() ? kDropped : GiveUp('!');
}

int RequestTidier::Expect(char c, char wanted, Place place) {
  if (c != wanted) return GiveUp(c);
  place_ = place;
  return c;
}

int RequestTidier::GiveUp(char c) {
  place_ = Place::kUnknown;
  return static_cast<unsigned char>(c);
}

void RequestTidier::EndName() {
  header_ = Header::kOther;
  if (name_ == "content-length") {
    header_ = Header::kLength;
    ++lengths_;
  } else if (name_ == "transfer-encoding") {
    header_ = Header::kCoding;
    ++codings_;
  }
  value_.clear();
  spaced_ = false;
  place_ = Place::kValue;
}

void RequestTidier::EndHead() {
  place_ = Place::kUnknown;
  left_ = 0;
  digits_ = 0;
  if (lengths_ == 0 && codings_ == 0) {
    place_ = Place::kStart;
  } else if (codings_ == 1 && lengths_ == 0) {
    if (coding_ == "chunked") place_ = Place::kChunkSize;
  } else if (lengths_ == 1 && codings_ == 0 && length_.size() <= kMostDigits) {
    const char* end = length_.data() + length_.size();
    const auto [stop, error] = std::from_chars(length_.data(), end, left_);
    if (error != std::errc() || stop != end) return;
    place_ = left_ == 0 ? Place::kStart : Place::kBody;
  }
}

bool RequestTidier::MayDrop() { return ++dropped_ <= kMostDropped; }

}  // namespace plumbline
