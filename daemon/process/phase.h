// Phases of the daemon's life.

#pragma once

namespace plumbline {

// kStopping follows kReady, or kRecovering directly.
enum class Phase { kRecovering, kReady, kStopping };

}  // namespace plumbline
