#include "core/join/plan_slices.h"

#include "core/model/model.h"

namespace plumbline {

std::vector<Slicing::Labels> SegmentsToAdd(const Settings& settings,
                                           const EventBatch& batch,
                                           const Plan& plan, bool fit) {
  Slicing fresh;
  if (plan.model == nullptr) {
    fresh.Configure(settings.For(batch.names[plan.event->model]).slices, 0);
  }
  const Slicing& slicing = plan.model == nullptr ? fresh : plan.model->slicing;
  std::vector<Slicing::Labels> segments;
  int64_t most = settings.segments_per_model;
  for (const auto& labels : slicing.LabelsOf(batch, plan.extra->segments)) {
    if (labels.empty()) continue;
    segments.push_back(slicing.Admitted(labels, most, fit));
    // An added segment takes one of the free slots.
    if (segments.back() == labels && slicing.Find(labels) == nullptr) --most;
  }
  return segments;
}

size_t CountNewSlices(const Settings& settings, const EventBatch& batch,
                      const Plan& plan, bool fit) {
  size_t count = 0;
  for (const auto& labels : SegmentsToAdd(settings, batch, plan, fit)) {
    if (Slicing::IsOther(labels)) continue;
    const auto* segment =
        plan.model == nullptr ? nullptr : plan.model->slicing.Find(labels);
    count += segment == nullptr || plan.version == nullptr ||
             plan.version->FindSlice(segment->number) == nullptr;
  }
  return count;
}

}  // namespace plumbline
