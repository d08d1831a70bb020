#include "daemon/decode/mend.h"

#include <algorithm>
#include <utility>

#include "daemon/decode/json_scan.h"
#include "daemon/text/json_string.h"

namespace plumbline {
namespace {

class Mender {
 public:
  explicit Mender(std::string_view event) : event_(event) {}

  MendedEvent Mend() {
    for (size_t at = 0; at < event_.size();) {
      const std::string_view piece = PieceAt(at);
      at += piece.size();
      switch (piece[0]) {
        case '"':
          String(piece);
          break;
        case '{':
        case '[':
          ++depth_;
          [[fallthrough]];
        case ',':
          at_key_ = true;
          Keep(piece);
          break;
        case '}':
        case ']':
          --depth_;
          [[fallthrough]];
        case ':':
        case ' ':
        case '\t':
        case '\r':
        case '\n':
          Keep(piece);
          break;
        default:
          Word(piece);
      }
    }
    return std::move(mended_);
  }

 private:
  // The next token: a string, a word, or one character.
  std::string_view PieceAt(size_t at) const {
    constexpr std::string_view kSingle = ",:{}[] \t\r\n";
    size_t end = at + 1;
    if (event_[at] == '"') {
      end = BehindString(event_, at);
    } else if (kSingle.find(event_[at]) == std::string_view::npos) {
      end =
          std::min(event_.find_first_of(",:{}[]\" \t\r\n", at), event_.size());
    }
    return event_.substr(at, end - at);
  }

  void Keep(std::string_view piece) { mended_.text += piece; }
  void Put(std::string_view piece) {
    mended_.text += piece;
    mended_.changed = true;
  }
  bool Accompanies() const {
    return field_ == kSegments || field_ == kFeatures || field_ == kMetadata;
  }
  // The current field or entry, such as "features.x".
  std::string Place() const {
    std::string place = name_;
    const bool keyed = Accompanies() || field_ == kScores;
    if (depth_ > 1 && keyed && !entry_.empty()) place += "." + entry_;
    return std::string(CutText(place, 160));
  }

  void String(std::string_view piece) {
    if (std::exchange(at_key_, false) && depth_ <= 2) {
      std::string& name = depth_ == 2 ? entry_ : name_;
      name = TextOf(piece);
      if (depth_ < 2) {
        field_ = FieldOf(name_);
        entry_.clear();
      }
    }
    std::string whole = WithoutHalfSurrogates(piece);
    if (whole == piece) return Keep(piece);
    if (field_ != kUnknownField && !Accompanies()) {
      mended_.half_surrogate = name_;
    }
    Put(whole);
  }

  void Word(std::string_view word) {
    const bool is_key = std::exchange(at_key_, false);  // not JSON then
    if (IsNotANumber(word)) {
      Put("null");
      if (std::exchange(told_, true)) return;
      mended_.warnings.push_back(
          {0, Warning::kNotANumber, Place(),
           Place() + " is " + std::string(word) +
               ", which is no JSON: it is read as null"});
    } else if (!IsJsonNumber(word)) {
      Keep(word);
    } else if (IsInteger(word)) {
      Integer(word, is_key);
    } else if (FitsDouble(word)) {
      Keep(word);
    } else {
      LargeNumber(word);
    }
  }

  void Integer(std::string_view word, bool is_key) {
    const bool name =
        depth_ == 2 ? field_ == kSegments
                    : depth_ == 1 && (field_ == kId || field_ == kVersion);
    if (Fits64Bits(word)) {
      Keep(word);
    } else if (name && !is_key) {
      Put("\"" + std::string(word) + "\"");
    } else if (depth_ > 1 && FitsDouble(word)) {
      Put(std::string(word) + "e0");
    } else {
      LargeNumber(word);
    }
  }

  void LargeNumber(std::string_view word) {
    if (!Accompanies()) {
      mended_.large_number = Place();
      return Keep(word);
    }
    const bool entry = depth_ == 2 && field_ != kMetadata;
    Put("null");
    if (depth_ > 1 && !entry) return;
    if (entry) mended_.left_out.push_back({field_, entry_});
    mended_.warnings.push_back({0, Warning::kUnusableEntry, Place(),
                                Place() + " is left out: it is beyond a "
                                          "double"});
  }

  const std::string_view event_;
  MendedEvent mended_;
  int depth_ = 0;
  bool at_key_ = false;  // the next string is the key of an object
  EventField field_ = kUnknownField;
  std::string name_;   // of the current field
  std::string entry_;  // the last key in the field
  bool told_ = false;  // a NaN was reported
};

}  // namespace

MendedEvent MendEvent(std::string_view event) { return Mender(event).Mend(); }

}  // namespace plumbline
