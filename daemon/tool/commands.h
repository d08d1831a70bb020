// The commands of plumbtool. Each returns the exit status.

#pragma once

#include "daemon/flags/tool_flags.h"

namespace plumbline {

// 0 if the file is valid, and agrees with the tasks of the daemon's models;
// else 1, with all problems.
int CheckConfig(const CheckConfigFlags& flags);

// 0 if a daemon would start on the store and nothing of it is lost; else 1,
// with the problems and their places.
int CheckStorage(const CheckStorageFlags& flags);

// 0 if the store's time is no longer ahead of the clock; 2 if it gave up
// without a change.
int SetClock(const SetClockFlags& flags);

// 0 if every event was accepted; 1 if some were rejected; 2 if it gave up.
int Replay(const ReplayFlags& flags);

// 0 if every event was accepted; 1 if some were rejected; 2 if it gave up.
int Simulate(const SimulateFlags& flags);

// 0 if every event was accepted; 1 if some were rejected; 2 if it gave up.
int Backfill(const BackfillFlags& flags);

// 0 if the configuration is valid.
int Rules(const RulesFlags& flags);

// 0 if the model was found, or the models are listed.
int Query(const QueryFlags& flags);

// 0 if the daemon knows the id.
int Find(const FindFlags& flags);

// 0 if it was deleted.
int Delete(const DeleteFlags& flags);

// 0 if every file could be read.
int ReadLog(const LogFlags& flags);

}  // namespace plumbline
