// What of the daemons' answers is not in their sum.

#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace plumbline {

// The kinds of what there is in answers and not in what they add up to.
class LeftOut {
 public:
  // `results`: of one window, `sum`: what they add up to.
  void Compare(const std::vector<nlohmann::ordered_json>& results,
               const nlohmann::ordered_json& sum);
  void AddDetectors() { Add("detected changes"); }

  // One line, empty if there is nothing.
  std::string Line() const;

 private:
  void Add(const std::string& kind);

  std::vector<std::string> kinds_;
};

}  // namespace plumbline
