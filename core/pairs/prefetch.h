// Prefetch: starts loading a cache line.

#pragma once

namespace plumbline {

inline void Prefetch(const void* line) {
  __builtin_prefetch(line);
  // GCC takes a function that only prefetches for one without effects, and
  // removes the calls to it. This is an effect, and no instruction.
  asm volatile("");
}

}  // namespace plumbline
