// Where the daemon is in its life.

#pragma once

namespace plumbline {

// It stops after it was ready, or without ever leaving recovery.
enum class Phase { kRecovering, kReady, kStopping };

}  // namespace plumbline
