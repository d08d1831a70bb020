// Has what a thread reads from its connection go through a RequestTidier.

#pragma once

#include <chrono>
#include <cstddef>

namespace plumbline {

// From here on this thread reads one connection: the first that it reads from.
void BeginTidying();
void EndTidying();
// The descriptor of that connection; -1 if it was not read from.
int ReadingFrom();

// The next bytes begin a request.
void AwaitRequest();
// Bytes that were read since, as the server sees them.
size_t RequestBytes();
void RequestBeganAt(std::chrono::steady_clock::time_point time);
// When the request of this thread began to arrive; now if it has not.
std::chrono::steady_clock::time_point RequestBegan();

}  // namespace plumbline
