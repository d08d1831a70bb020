// The task that an event lets one assume of its model.

#pragma once

#include <string>

#include "core/event/event.h"
#include "core/settings/settings.h"

namespace plumbline {

// True if the event's prediction has a score, or scores of classes.
bool IsScored(const EventBatch& batch, const Event& event);

// The task of a model by its first event: by the prediction, else by the label.
// `rule`: the model's settings.
Task TaskTakenFrom(const EventBatch& batch, const Event& event,
                   const ModelSettings& rule);

// True if the event decides no task: it has a label alone, written as a whole
// number with a fraction or exponent (1.0), and short enough for a class. It
// may be a class or a value.
bool LeavesTaskOpen(const Event& event);

bool IsWhole(double number);
// The text of a whole number as a class.
std::string WholeText(double number);

}  // namespace plumbline
