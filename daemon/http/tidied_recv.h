// Has what a thread reads from its connection go through a RequestTidier.

#pragma once

namespace plumbline {

// From here on this thread reads one connection: the first that it reads from.
void BeginTidying();
void EndTidying();

}  // namespace plumbline
