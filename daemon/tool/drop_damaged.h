// What plumbtool does about tables of a store that are damaged.

#pragma once

#include <string>

#include "daemon/store/database.h"

namespace plumbline {

// The damaged tables, a line each, and what to do; empty if there are none.
std::string DescribeDamage(const Database& database);

// Puts a database with all that can be read of the store's in its place, and
// keeps the old one beside it. What went wrong, or nothing. REQUIRES: the lock
// of the store is held.
std::string DropDamaged(const std::string& store);

}  // namespace plumbline
