// Where the daemon is in its life.

#pragma once

namespace plumbline {

enum class Phase { kRecovering, kReady, kStopping };

}  // namespace plumbline
