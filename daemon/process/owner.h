// The owner of the files that a tool creates.

#pragma once

#include <string>

namespace plumbline {

// Makes a process of root act as the owner of `path`, so that the daemon, which
// runs as that user, can read and write the files that a tool creates there.
// Other users keep their identity. REQUIRES: no other thread has started.
void ActAsOwnerOf(const std::string& path);

}  // namespace plumbline
