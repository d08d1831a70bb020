// Names of the class figures that are averaged, and of the averages.

#pragma once

#include <array>
#include <string_view>

#include "core/metrics/statistic.h"

namespace plumbline {

struct ClassFigureName {
  std::string_view name;
  ClassFigure figure;
};
inline constexpr std::array<ClassFigureName, 3> kClassFigures = {{
    {"precision", Precision},
    {"recall", Recall},
    {"f1", F1},
}};

struct AverageName {
  std::string_view name;
  Average average;
};
inline constexpr std::array<AverageName, 3> kAverages = {{
    {"macro", Average::kMacro},
    {"micro", Average::kMicro},
    {"weighted", Average::kWeighted},
}};

}  // namespace plumbline
