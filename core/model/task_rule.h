// What an event lets assume of the task of its model.

#pragma once

#include <string>

#include "core/event/event.h"
#include "core/settings/settings.h"

namespace plumbline {

// True if the event's prediction comes with a score, or with scores.
bool IsScored(const EventBatch& batch, const Event& event);

// The task that is taken from a model's first event: from its prediction, or
// else its label. `rule`: the model's.
Task TaskTakenFrom(const EventBatch& batch, const Event& event,
                   const ModelSettings& rule);

// A label alone that is written as a whole number with a fraction or exponent
// (1.0), and is not too long for a class, may be a class or a value: it decides
// no task.
bool LeavesTaskOpen(const Event& event);

bool IsWhole(double number);
// A whole number as a class.
std::string WholeText(double number);

}  // namespace plumbline
