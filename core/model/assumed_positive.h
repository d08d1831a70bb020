// AssumedPositive: the positive class that the classes of a model let one
// assume. It is `1` while all classes are among {0, 1} or among {-1, 1}, and
// `true` while all are among {false, true}. 1 and true are one class, and so
// are 0 and false. The spelling that came first is used.

#pragma once

#include <string_view>

namespace plumbline {

class AssumedPositive {
 public:
  // Adds a class of the model. The order does not matter.
  void Add(std::string_view text);
  // False: a positive class cannot be assumed, whatever class comes next.
  bool IsPossible() const { return !other_; }
  // Empty if no class can be assumed, or there is no class yet.
  std::string_view Get() const;

 private:
  std::string_view one_;   // a constant; empty before this class comes
  std::string_view zero_;  // likewise
  bool minus_one_ = false;
  bool other_ = false;
};

}  // namespace plumbline
