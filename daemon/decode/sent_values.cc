#include "daemon/decode/sent_values.h"

#include <charconv>
#include <cstring>

#include "daemon/text/json_string.h"

namespace plumbline {
namespace {

using Kind = SentValues::Kind;

constexpr size_t kSevenBits = 0x7f;
constexpr size_t kMore = 0x80;

template <class Number>
Number Load(const char* bytes) {
  Number number;
  std::memcpy(&number, bytes, sizeof(number));
  return number;
}

template <class Number>
void AppendNumber(Number number, std::string* out) {
  char text[32];
  out->append(text, std::to_chars(text, text + sizeof(text), number).ptr);
}

void AppendReal(double number, std::string* out) {
  const size_t begin = out->size();
  AppendNumber(number, out);
  if (out->find_first_of(".e", begin) == std::string::npos) *out += ".0";
}

void AppendEntries(const SentValues& values, const SentValues::Value& value,
                   std::string* out) {
  const bool keyed = value.kind == Kind::kObject;
  *out += keyed ? '{' : '[';
  bool first = true;
  values.ForEachIn(value, [&](const SentValues::Value& entry) {
    if (!first) *out += ',';
    first = false;
    if (keyed) {
      AppendJsonString(entry.key, out);
      *out += ':';
    }
    AppendJson(values, entry, out);
  });
  *out += keyed ? '}' : ']';
}

}  // namespace

std::optional<SentValues::Value> SentValues::FieldOf(
    const Value& event, std::string_view name) const {
  for (size_t at = event.entries; at < event.end;) {
    const Value field = At(at);
    if (field.key == name) return field;
    at = field.end;
  }
  return std::nullopt;
}

SentValues::Value SentValues::At(size_t at) const {
  Value value;
  value.kind = static_cast<Kind>(bytes_[at++]);
  value.key = TextAt(&at);
  switch (value.kind) {
    case Kind::kInteger:
    case Kind::kUnsigned:
    case Kind::kReal:
      value.bits = Load<uint64_t>(bytes_.data() + at);
      at += sizeof(value.bits);
      break;
    case Kind::kText:
      value.text = TextAt(&at);
      break;
    case Kind::kArray:
    case Kind::kObject:
      value.entries = at + sizeof(Size);
      at = value.entries + Load<Size>(bytes_.data() + at);
      break;
    default:
      break;
  }
  value.end = at;
  return value;
}

// The length comes first, seven bits per byte.
std::string_view SentValues::TextAt(size_t* at) const {
  size_t size = 0;
  for (unsigned shift = 0;; shift += 7) {
    const auto byte = static_cast<unsigned char>(bytes_[(*at)++]);
    size |= (byte & kSevenBits) << shift;
    if (byte < kMore) break;
  }
  const std::string_view text = std::string_view(bytes_).substr(*at, size);
  *at += size;
  return text;
}

void SentValues::AppendText(std::string_view text) {
  size_t size = text.size();
  for (; size > kSevenBits; size >>= 7) {
    bytes_ += static_cast<char>(kMore | (size & kSevenBits));
  }
  bytes_ += static_cast<char>(size);
  bytes_ += text;
}

void SentValues::AppendHead(std::string_view key, Kind kind) {
  bytes_ += static_cast<char>(kind);
  AppendText(key);
}

void SentValues::Clear() {
  bytes_.clear();
  events_.clear();
}

size_t SentValues::BeginEvent() {
  events_.push_back(bytes_.size());
  return Begin("", Kind::kObject);
}

size_t SentValues::Begin(std::string_view key, Kind kind) {
  AppendHead(key, kind);
  bytes_.append(sizeof(Size), '\0');
  return bytes_.size();
}

void SentValues::End(size_t began) {
  const auto size = static_cast<Size>(bytes_.size() - began);
  std::memcpy(bytes_.data() + began - sizeof(size), &size, sizeof(size));
}

void SentValues::AddTruth(std::string_view key, bool truth) {
  AppendHead(key, truth ? Kind::kTrue : Kind::kFalse);
}

void SentValues::AddNull(std::string_view key) { AppendHead(key, Kind::kNull); }

void SentValues::AddNumber(std::string_view key, Kind kind, uint64_t bits) {
  AppendHead(key, kind);
  char bytes[sizeof(bits)];
  std::memcpy(bytes, &bits, sizeof(bits));
  bytes_.append(bytes, sizeof(bytes));
}

void SentValues::AddText(std::string_view key, std::string_view text) {
  AppendHead(key, Kind::kText);
  AppendText(text);
}

void AppendJson(const SentValues& values, const SentValues::Value& value,
                std::string* out) {
  switch (value.kind) {
    case Kind::kNull:
      *out += "null";
      break;
    case Kind::kFalse:
      *out += "false";
      break;
    case Kind::kTrue:
      *out += "true";
      break;
    case Kind::kInteger:
      AppendNumber(static_cast<int64_t>(value.bits), out);
      break;
    case Kind::kUnsigned:
      AppendNumber(value.bits, out);
      break;
    case Kind::kReal:
      AppendReal(value.real(), out);
      break;
    case Kind::kText:
      AppendJsonString(value.text, out);
      break;
    case Kind::kArray:
    case Kind::kObject:
      AppendEntries(values, value, out);
  }
}

}  // namespace plumbline
