// Gives the classes of a model one spelling in the answers of several daemons:
// one may show `true` and another `1` for the same class.

#pragma once

#include <nlohmann/json.hpp>
#include <set>
#include <string>

namespace plumbline {

// The spelling of the first daemon that has a class counts.
class OneSpelling {
 public:
  // Learns the spellings of a daemon's answer about the model or one of its
  // windows. Call in the order of the daemons.
  void See(const nlohmann::ordered_json& said);

  // Replaces the spelling wherever *said names a class. Throws if it has a
  // class in two spellings, which no daemon writes.
  void Respell(nlohmann::ordered_json* said) const;

 private:
  std::string Of(const std::string& name) const;
  nlohmann::ordered_json KeysOf(const nlohmann::ordered_json& by_class) const;

  std::set<std::string, std::less<>> first_;  // of classes with two spellings
};

}  // namespace plumbline
