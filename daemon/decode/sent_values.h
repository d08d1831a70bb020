// SentValues: copies of the values of events, which outlive the body and its
// parser.

#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace plumbline {

// JSON values, one after another in one buffer about as large as their text.
class SentValues {
 public:
  enum class Kind : uint8_t {
    kNull,
    kFalse,
    kTrue,
    kInteger,   // int64_t
    kUnsigned,  // uint64_t, beyond int64_t
    kReal,
    kText,
    kArray,
    kObject,
  };
  // One value. Valid until the next one is added.
  struct Value {
    Kind kind = Kind::kNull;
    std::string_view key;   // in an object
    std::string_view text;  // of kText
    uint64_t bits = 0;      // of a number
    size_t entries = 0;     // where the entries of an array or object begin
    size_t end = 0;

    double real() const { return std::bit_cast<double>(bits); }
  };

  // By index in the batch: an event is an object of its fields.
  size_t events() const { return events_.size(); }
  Value EventAt(size_t place) const { return At(events_[place]); }

  // Calls visit(entry) for each entry of an array or object, in order.
  template <class Visit>
  void ForEachIn(const Value& value, Visit visit) const {
    for (size_t at = value.entries; at < value.end;) {
      const Value entry = At(at);
      visit(entry);
      at = entry.end;
    }
  }
  std::optional<Value> FieldOf(const Value& event, std::string_view name) const;

  // Bytes of memory.
  size_t bytes() const {
    return bytes_.size() + events_.size() * sizeof(size_t);
  }
  size_t capacity_bytes() const {
    return bytes_.capacity() + events_.capacity() * sizeof(size_t);
  }

  // ---- For writers ----

  void Clear();
  // Begin an array or object. Values added before its End() belong to it. Each
  // returns the argument of End().
  size_t BeginEvent();
  size_t Begin(std::string_view key, Kind kind);
  void End(size_t began);
  void AddTruth(std::string_view key, bool truth);
  void AddNull(std::string_view key);
  void AddNumber(std::string_view key, Kind kind, uint64_t bits);
  void AddText(std::string_view key, std::string_view text);

 private:
  using Size = uint32_t;  // of the entries of an array or object

  Value At(size_t at) const;
  std::string_view TextAt(size_t* at) const;
  void AppendHead(std::string_view key, Kind kind);
  void AppendText(std::string_view text);

  // For each value its kind, its key, and its content: a number, a text, or the
  // size of its entries followed by these.
  std::string bytes_;
  std::vector<size_t> events_;  // where they begin, by index
};

// Appends a value as JSON. A number sent with a fraction or an exponent is
// written with one.
void AppendJson(const SentValues& values, const SentValues::Value& value,
                std::string* out);

}  // namespace plumbline
