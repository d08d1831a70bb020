// The classes of a model in one spelling, in all that several daemons say of
// it: one may show `true` and another `1`, and both are one class.

#pragma once

#include <nlohmann/json.hpp>
#include <set>
#include <string>

namespace plumbline {

// The spelling of each class is that of the first daemon that has it.
class OneSpelling {
 public:
  // What a daemon says of the model as a whole, or of a window of it. To be
  // called in the order of the daemons.
  void See(const nlohmann::ordered_json& said);

  // Gives it the one spelling wherever a class is named. Throws if it has a
  // class in both spellings: no daemon has.
  void Respell(nlohmann::ordered_json* said) const;

 private:
  std::string Of(const std::string& name) const;
  nlohmann::ordered_json KeysOf(const nlohmann::ordered_json& by_class) const;

  std::set<std::string, std::less<>> first_;  // of those that have two
};

}  // namespace plumbline
