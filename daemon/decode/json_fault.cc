#include "daemon/decode/json_fault.h"

#include <algorithm>

#include "daemon/decode/json_scan.h"
#include "daemon/decode/shown.h"
#include "daemon/text/json_string.h"

namespace plumbline {
namespace {

bool IsOneOf(std::string_view text,
             std::initializer_list<std::string_view> list) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

// Describes a word that is not a valid value.
std::string WordFault(std::string_view word) {
  const std::string quoted = Quoted(word).substr(1, word.size());
  if (IsOneOf(word, {"True", "TRUE"})) return quoted + " is written true";
  if (IsOneOf(word, {"False", "FALSE"})) return quoted + " is written false";
  if (IsOneOf(word, {"None", "Null", "NULL", "nil", "NA", "undefined", "nan",
                     "NAN", "inf", "-inf", "-nan", "-NaN"})) {
    return quoted + " is no value of JSON; what is missing is written null";
  }
  if (word.starts_with('\'') || word.starts_with("\xe2\x80")) {
    return "strings stand in double quotes (\")";
  }
  if (word.starts_with('/') || word.starts_with('#')) {
    return "JSON has no comments";
  }
  if (word.find_first_of("0123456789+-.") == 0) {
    return Quoted(word) + " is not a number as JSON writes it";
  }
  return Quoted(word) +
         " is no value of JSON; strings stand in double quotes (\")";
}

// Scans the text once, and stops at the first fault.
class FaultFinder {
 public:
  explicit FaultFinder(std::string_view text) : text_(text) {}

  std::optional<JsonFault> Find() {
    while (!done_ && fault_.what.empty()) {
      SkipSpace();
      switch (next_) {
        case Next::kValue:
          TakeValue();
          break;
        case Next::kKey:
          TakeKey();
          break;
        case Next::kBehindValue:
          TakeBehindValue();
          break;
      }
    }
    if (done_) return std::nullopt;
    return fault_;
  }

 private:
  enum class Next { kValue, kKey, kBehindValue };

  bool AtEnd() const { return at_ >= text_.size(); }
  char Peek() const { return AtEnd() ? '\0' : text_[at_]; }
  bool InObject() const { return !open_.empty() && open_.back() == '{'; }
  const char* Inside() const { return InObject() ? "an object" : "an array"; }
  void SkipSpace() {
    at_ = std::min(text_.find_first_not_of(" \t\r\n", at_), text_.size());
  }
  void Fail(std::string what) { fault_ = {at_, element_, std::move(what)}; }

  void TakeValue() {
    const char c = Peek();
    if (AtEnd()) {
      Fail(open_.empty() ? "there is no value"
                         : std::string("the text ends inside ") + Inside());
    } else if (c == '{' || c == '[') {
      ++at_;
      open_ += c;
      SkipSpace();
      next_ = c == '{' ? Next::kKey : Next::kValue;
      if (Peek() == (c == '{' ? '}' : ']')) next_ = Next::kBehindValue;
    } else if (c == '"') {
      next_ = Next::kBehindValue;
      TakeString();
    } else if (c == ']' && text_[BeforeSpace()] == ',') {
      Fail("the comma before ] is one too many");
    } else if (c == ',' || c == ':' || c == ']' || c == '}') {
      Fail("a value is missing");
    } else {
      next_ = Next::kBehindValue;
      TakeWord();
    }
  }

  // The last position before at_ that is not white space.
  size_t BeforeSpace() const {
    const size_t before = text_.substr(0, at_).find_last_not_of(" \t\r\n");
    return before == std::string_view::npos ? 0 : before;
  }

  void TakeWord() {
    const size_t end =
        std::min(text_.find_first_of(",:]}[{\" \t\r\n", at_), text_.size());
    const std::string_view word = text_.substr(at_, end - at_);
    if (IsNotANumber(word) || IsJsonNumber(word) ||
        IsOneOf(word, {"true", "false", "null"})) {
      at_ = end;
    } else {
      Fail(WordFault(word));
    }
  }

  void TakeKey() {
    if (AtEnd()) return Fail("the text ends inside an object");
    if (Peek() == '}') return Fail("the comma before } is one too many");
    if (Peek() != '"') return Fail("a key in double quotes (\") is missing");
    TakeString();
    if (!fault_.what.empty()) return;
    SkipSpace();
    if (Peek() != ':') {
      return Fail(AtEnd() ? "the text ends inside an object"
                          : "a colon is missing behind the key");
    }
    ++at_;
    next_ = Next::kValue;
  }

  void TakeBehindValue() {
    const char c = Peek();
    if (open_.empty()) {
      done_ = AtEnd();
      if (!done_) Fail("something follows the value, which is complete");
    } else if (AtEnd()) {
      Fail(std::string("the text ends inside ") + Inside());
    } else if (c == ',') {
      if (open_ == "[") ++element_;
      ++at_;
      next_ = InObject() ? Next::kKey : Next::kValue;
    } else if (c == (InObject() ? '}' : ']')) {
      ++at_;
      open_.pop_back();
    } else if (c == '}' || c == ']') {
      Fail(std::string(1, c) + " stands where " + Inside() + " is open");
    } else {
      Fail("a comma is missing");
    }
  }

  void TakeString() {
    const size_t begin = at_;
    for (++at_; !AtEnd() && Peek() != '"'; ++at_) {
      const char c = Peek();
      if (c == '\n') {
        return Fail(
            "a string is not closed (a line break in it is written "
            "\\n)");
      }
      if (static_cast<unsigned char>(c) < 0x20) {
        return Fail(c == '\t' ? "a tab in a string is written \\t"
                              : "a control character in a string is written "
                                "\\u and four digits");
      }
      if (c == '\\' && !TakeEscape()) return;
    }
    if (AtEnd()) {
      at_ = begin;
      return Fail("a string is not closed");
    }
    ++at_;
  }

  // Moves from the backslash to the last character of the escape.
  bool TakeEscape() {
    constexpr size_t kDigits = 4;
    const std::string_view rest = text_.substr(at_ + 1);
    if (rest.empty()) return true;
    size_t size =
        std::string_view("\"\\/bfnrtu").find(rest[0]) == std::string_view::npos
            ? 0
            : 1;
    if (rest[0] == 'u') {
      const std::string_view digits = rest.substr(1, kDigits);
      size = digits.size() == kDigits &&
                     digits.find_first_not_of("0123456789abcdefABCDEF") ==
                         std::string_view::npos
                 ? 1 + kDigits
                 : 0;
    }
    if (size == 0) {
      Fail("\\" + std::string(CutText(rest, 1)) +
           " is no escape of JSON (a backslash is written \\\\)");
      return false;
    }
    at_ += size;
    return true;
  }

  const std::string_view text_;
  size_t at_ = 0;
  size_t element_ = 0;
  std::string open_;  // the open brackets around at_
  Next next_ = Next::kValue;
  JsonFault fault_;
  bool done_ = false;
};

}  // namespace

std::optional<JsonFault> FindJsonFault(std::string_view text) {
  return FaultFinder(text).Find();
}

size_t FirstInvalidByte(std::string_view text) {
  size_t at = 0;
  while (at < text.size()) {
    const size_t length = CharacterLength(text.substr(at));
    if (length == 0) break;
    at += length;
  }
  return std::min(at, text.size());
}

std::string_view WideEncodingOf(std::string_view text) {
  using std::string_view_literals::operator""sv;
  constexpr size_t kLargest = 4;  // bytes per character
  if (text.starts_with("\xff\xfe\0\0"sv)) return "UTF-32LE";
  if (text.starts_with("\0\0\xfe\xff"sv)) return "UTF-32BE";
  if (text.starts_with("\xff\xfe")) return "UTF-16LE";
  if (text.starts_with("\xfe\xff")) return "UTF-16BE";
  // The first character is ASCII, so the rest of its bytes are zero.
  const std::string_view first = text.substr(0, kLargest);
  const auto zeros = std::count(first.begin(), first.end(), '\0');
  const bool big = first.starts_with('\0');
  if (zeros == 3) return big ? "UTF-32BE" : "UTF-32LE";
  const bool wide = first.size() >= 2 && big != (first[1] == '\0');
  return wide ? (big ? "UTF-16BE" : "UTF-16LE") : "";
}

}  // namespace plumbline
