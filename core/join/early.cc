#include "core/join/early.h"

#include <algorithm>
#include <bit>
#include <cstddef>

#include "core/model/task_rule.h"

namespace plumbline {
namespace {

// Maps -0.0 to 0.0.
uint64_t Normal(uint64_t bits) {
  return std::bit_cast<uint64_t>(std::bit_cast<double>(bits) + 0.0);
}

}  // namespace

uint64_t EarlyPlaceOf(const Model& model, uint64_t bits) {
  const auto& known = model.early_labels;
  return static_cast<uint64_t>(
      std::find(known.begin(), known.end(), Normal(bits)) - known.begin());
}

bool StaysOpen(const Settings& settings, const Model& model,
               const Event& event) {
  // More distinct values than a model may have classes make it a regression.
  const auto most = static_cast<size_t>(settings.classes);
  return LeavesTaskOpen(event) && EarlyPlaceOf(model, event.label) < most;
}

void ReadEarlyLabels(State* state, const Model& model, const PairKey& key,
                     const Chain& chain) {
  for (const uint32_t r : chain) {
    Record& record = state->table().at(r);
    if (record.kind() != RecordKind::kLabel &&
        record.kind() != RecordKind::kPastLabel) {
      continue;
    }
    if (!record.is_early()) continue;
    state->dirty_pairs().BeforeChange(key);
    record.set_label(model.early_labels[record.label()]);
    record.set_early(false);
    state->dirty_pairs().Mark(r);
  }
}

void KeepEarlyLabel(Model* model, uint64_t place, uint64_t bits) {
  if (place < model->early_labels.size()) return;
  model->early_labels.push_back(Normal(bits));
}

}  // namespace plumbline
