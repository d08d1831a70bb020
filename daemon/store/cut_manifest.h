// Whether the manifest of the database has lost its end.
//
// RocksDB takes a manifest that is cut, or damaged in some places, for one that
// was being written when the process ended: it opens what stands before that,
// and removes the tables that are not named there.

#pragma once

#include <string>

namespace plumbline {

// What is wrong, and what to do; empty if nothing is. Before the database is
// opened to be written, as that would remove tables. Changes nothing.
std::string FindCutManifest(const std::string& directory);

}  // namespace plumbline
