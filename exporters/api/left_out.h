// Names the figures of the daemons' answers that are missing in their sum.

#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace plumbline {

// Collects the kinds of missing figures.
class LeftOut {
 public:
  // `results`: the daemons' results of one window. `sum`: their sum.
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
