// BatchOutcome: the result of applying a batch of events.

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/event/event.h"
#include "core/join/batch_report.h"
#include "core/model/model.h"
#include "core/settings/settings.h"

namespace plumbline {

struct BatchOutcome {
  // The part of an event that caused its rejection.
  enum class Part : uint8_t { kPrediction, kLabel, kScores };
  struct Error {
    uint32_t event;  // in batch.events
    Reject reject;
    Part part = Part::kPrediction;
    // Of a task_mismatch: the task of the model, and since when it has it,
    // where that is remembered.
    Task task = Task::kClassification;
    int64_t task_since_ms = 0;
  };
  struct Warned {
    uint32_t event;  // in batch.events
    Warning warning;
    Task task = Task::kClassification;  // of the model
  };
  uint64_t accepted = 0;
  uint64_t duplicates = 0;
  std::vector<Error> errors;
  std::vector<Warned> warnings;
  // Changes that detectors found, in order.
  struct Detected {
    std::string model;
    std::string version;
    DetectorKind detector;
    Change change;
    uint64_t observations;  // of the version so far
  };
  std::vector<Detected> changes;
  bool full = false;  // refused as a whole: the limit is reached
  // Owned by the caller; null: no report is wanted.
  BatchReport* report = nullptr;
};

}  // namespace plumbline
