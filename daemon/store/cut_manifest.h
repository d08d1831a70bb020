// Detects that the database's manifest has lost its end.
//
// RocksDB takes a manifest that is truncated, or damaged in some places, for
// one whose last write was interrupted. It opens the part before that, and
// deletes the tables that this part does not name.

#pragma once

#include <string>

namespace plumbline {

// A description of the fault and its remedy; empty if there is none. Call
// before the database is opened for writing, as that would delete tables.
// Changes nothing.
std::string FindCutManifest(const std::string& directory);

}  // namespace plumbline
