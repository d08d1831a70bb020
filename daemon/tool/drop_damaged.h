// Reports and drops damaged tables of a store.

#pragma once

#include <string>

#include "daemon/store/database.h"

namespace plumbline {

// The damaged tables, one per line, and the remedy; empty if there are none.
std::string DescribeDamage(const Database& database);

// Replaces the database by one with all its readable rows, and keeps the old
// one beside it. Returns the error, or an empty string. REQUIRES: the caller
// holds the lock of the store.
std::string DropDamaged(const std::string& store);

}  // namespace plumbline
