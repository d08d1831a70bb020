// Passes the bytes that a thread reads from its connection through a
// RequestTidier.

#pragma once

#include <chrono>
#include <cstddef>

namespace plumbline {

// Tidies from now on the first connection that this thread reads from.
void BeginTidying();
void EndTidying();
// The descriptor of that connection; -1 before its first read.
int ReadingFrom();

// The next bytes begin a request.
void AwaitRequest();
// Bytes read since, after tidying.
size_t RequestBytes();
void RequestBeganAt(std::chrono::steady_clock::time_point time);
// When the request of this thread began to arrive; the current time if it has
// not.
std::chrono::steady_clock::time_point RequestBegan();

}  // namespace plumbline
