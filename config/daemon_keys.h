// The keys of the maps `join`, `storage` and `limits`.

#pragma once

#include "config/config.h"
#include "config/keys.h"

namespace plumbline {

const Keys<Config>& JoinKeys();
const Keys<Config>& StorageKeys();
const Keys<Config>& LimitKeys();

}  // namespace plumbline
