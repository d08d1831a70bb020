// The scanners of JSON, compared with a parser.

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "daemon/decode/json_fault.h"
#include "daemon/decode/json_scan.h"
#include "daemon/text/json_string.h"
#include "tests/fuzz/fuzz.h"

using namespace plumbline;  // NOLINT: a test
using nlohmann::json;

namespace {

// Tells whether a text is JSON, and collects its outermost object or array.
struct Parsed : json::json_sax_t {
  bool is_number_too_large = false;
  std::vector<std::string> keys;
  size_t values = 0;
  int depth = 0;

  bool Value() {
    values += depth == 1 ? 1 : 0;
    return true;
  }
  bool Open() {
    Value();
    ++depth;
    return true;
  }
  bool Close() {
    --depth;
    return true;
  }
  bool null() override { return Value(); }
  bool boolean(bool) override { return Value(); }
  bool number_integer(number_integer_t) override { return Value(); }
  bool number_unsigned(number_unsigned_t) override { return Value(); }
  bool number_float(number_float_t, const string_t&) override {
    return Value();
  }
  bool string(string_t&) override { return Value(); }
  bool binary(binary_t&) override { return Value(); }
  bool start_object(size_t) override { return Open(); }
  bool key(string_t& key) override {
    if (depth == 1) keys.push_back(key);
    return true;
  }
  bool end_object() override { return Close(); }
  bool start_array(size_t) override { return Open(); }
  bool end_array() override { return Close(); }
  bool parse_error(size_t, const std::string&,
                   const json::exception& error) override {
    constexpr int kNumberOverflow = 406;
    is_number_too_large = error.id == kNumberOverflow;
    return false;
  }
};

bool Has(std::string_view text, std::string_view what) {
  return text.find(what) != std::string_view::npos;
}

// True for texts that the parser treats differently: it ends at a zero byte,
// skips a byte order mark, and refuses faults that only decoding checks.
bool IsSpecial(std::string_view text) {
  return Has(text, std::string_view("\0", 1)) ||
         text.starts_with("\xef\xbb\xbf") ||
         FirstInvalidByte(text) != text.size() || Has(text, "\\ud") ||
         Has(text, "\\uD") || Has(text, "NaN") || Has(text, "Infinity");
}

void ExpectFields(std::string_view text, const json& whole,
                  const Parsed& parsed) {
  const auto fields = FieldsOf(text);
  Expect(fields.size() == parsed.keys.size(), "an object has all its fields");
  for (size_t i = 0; i < fields.size(); ++i) {
    Expect(fields[i].key == parsed.keys[i], "keys are those that were sent");
    const json value = json::parse(fields[i].value);
    const bool is_last =
        std::find(parsed.keys.begin() + static_cast<ptrdiff_t>(i) + 1,
                  parsed.keys.end(), parsed.keys[i]) == parsed.keys.end();
    Expect(!is_last || whole[parsed.keys[i]] == value,
           "values are those that were sent");
    if (value.is_string()) {
      Expect(TextOf(fields[i].value) == value.get<std::string>(),
             "strings are those that were sent");
    }
    if (value.is_number()) {
      Expect(IsJsonNumber(fields[i].value) && FitsDouble(fields[i].value),
             "numbers are numbers");
      Expect(IsInteger(fields[i].value) || value.is_number_float(),
             "what has a fraction is no integer");
    }
  }
}

void ExpectElements(std::string_view text, const json& whole) {
  const auto elements = SplitArray(text, SIZE_MAX);
  // An empty array has one empty element.
  Expect(elements.size() == std::max<size_t>(whole.size(), 1),
         "an array has all its elements");
  for (size_t i = 0; i < whole.size(); ++i) {
    Expect(json::parse(elements[i]) == whole[i],
           "elements are those that were sent");
  }
}

void ExpectScanned(std::string_view text, const Parsed& parsed) {
  const json whole = json::parse(text);
  if (!whole.is_structured()) return;
  const auto behind =
      BehindFirstValue(text.substr(text.find_first_not_of(" \t\r\n")));
  Expect(behind && behind->find_first_not_of(" \t\r\n") == behind->npos,
         "nothing follows the only value");
  if (whole.is_object()) ExpectFields(text, whole, parsed);
  if (whole.is_array()) ExpectElements(text, whole);
}

}  // namespace

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text = InputOf(data, size);
  std::string quoted;
  AppendJsonString(text, &quoted);
  const json string = json::parse(quoted);
  Expect(FirstInvalidByte(text) != text.size() ||
             string.get<std::string>() == text,
         "a string that is written is read");
  Parsed parsed;
  const bool is_json = json::sax_parse(text, &parsed);
  const auto fault = FindJsonFault(text);
  Expect(!fault || fault->at <= size, "a fault is in the text");
  // None may crash on invalid JSON.
  FieldsOf(text);
  SplitArray(text, 10);
  BehindFirstValue(text);
  WithoutHalfSurrogates(text);
  if (IsSpecial(text)) return 0;
  Expect(fault ? !is_json : is_json || parsed.is_number_too_large,
         "what is JSON has no fault, and what is none has one");
  if (is_json) ExpectScanned(text, parsed);
  return 0;
}
