// Whom files belong to that a tool makes.

#pragma once

#include <string>

namespace plumbline {

// Root acts as the owner of `path` from here on, so that the daemon, which runs
// as that user, can read and write what a tool makes there. Others are who they
// are. Before other threads are started.
void ActAsOwnerOf(const std::string& path);

}  // namespace plumbline
