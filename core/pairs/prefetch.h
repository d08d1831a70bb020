// Prefetch: starts loading a cache line.

#pragma once

namespace plumbline {

inline void Prefetch(const void* line) {
  __builtin_prefetch(line);
  // GCC treats a function that only prefetches as one without effects and
  // removes calls to it. This statement is an effect without an instruction.
  asm volatile("");
}

}  // namespace plumbline
