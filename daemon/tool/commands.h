// The commands of plumbtool. Each returns the exit status.

#pragma once

#include "daemon/flags/tool_flags.h"

namespace plumbline {

// 0 if the daemon would take the file, and has no model of another task than
// the file says; else 1, with all that is wrong.
int CheckConfig(const CheckConfigFlags& flags);

// 0 if a daemon would start on the store, and nothing of it is lost; else 1,
// with what is wrong and where.
int CheckStorage(const CheckStorageFlags& flags);

// 0 if the store's time is not ahead of the clock any more, or was not; 2 if it
// gave up: then nothing was changed.
int SetClock(const SetClockFlags& flags);

// 0 if every event was taken; 1 if some were rejected; 2 if it gave up.
int Replay(const ReplayFlags& flags);

// 0 if every event was taken; 1 if some were rejected; 2 if it gave up.
int Simulate(const SimulateFlags& flags);

// The same.
int Backfill(const BackfillFlags& flags);

// 0 if the configuration is good.
int Rules(const RulesFlags& flags);

// 0 if the model was found, or the models are listed.
int Query(const QueryFlags& flags);

// 0 if something is known of the id.
int Find(const FindFlags& flags);

// 0 if it was deleted.
int Delete(const DeleteFlags& flags);

// 0 if every file could be read.
int ReadLog(const LogFlags& flags);

}  // namespace plumbline
