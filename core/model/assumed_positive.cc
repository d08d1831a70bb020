#include "core/model/assumed_positive.h"

#include "core/settings/class_text.h"

namespace plumbline {
namespace {

constexpr std::string_view kOne = "1";
constexpr std::string_view kTrue = "true";
constexpr std::string_view kZero = "0";
constexpr std::string_view kFalse = "false";

}  // namespace

void AssumedPositive::Add(std::string_view text) {
  const std::string_view name = CanonicalClass(text);
  const auto is_first = [&name](std::string_view spelling,
                                std::string_view* have) {
    if (name != spelling) return false;
    if (have->empty()) *have = spelling;
    return true;
  };
  if (is_first(kOne, &one_) || is_first(kTrue, &one_) ||
      is_first(kZero, &zero_) || is_first(kFalse, &zero_)) {
    return;
  }
  (name == "-1" ? minus_one_ : other_) = true;
}

std::string_view AssumedPositive::Get() const {
  if (other_ || (minus_one_ && !zero_.empty())) return {};
  if (!one_.empty()) return one_;
  if (!zero_.empty()) return zero_ == kFalse ? kTrue : kOne;
  return minus_one_ ? kOne : std::string_view();
}

}  // namespace plumbline
