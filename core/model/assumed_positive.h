// AssumedPositive: which positive class may be assumed of a model, by its
// classes: `1` as long as they are among {0, 1} or among {-1, 1}, `true` as
// long as they are among {false, true}. 1 and true are one class, and so are 0
// and false: the spelling that was there first is the one.

#pragma once

#include <string_view>

namespace plumbline {

class AssumedPositive {
 public:
  // One more class of the model. The order does not matter.
  void Add(std::string_view text);
  // False: no further class lets one be assumed.
  bool IsPossible() const { return !other_; }
  // Empty: none can be assumed, or there is no class yet.
  std::string_view Get() const;

 private:
  std::string_view one_;   // a constant, once there is this class
  std::string_view zero_;  // likewise
  bool minus_one_ = false;
  bool other_ = false;
};

}  // namespace plumbline
