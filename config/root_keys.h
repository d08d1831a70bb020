// The keys of the whole file.

#pragma once

#include "config/config.h"
#include "config/keys.h"

namespace plumbline {

const Keys<Config>& RootKeys();

}  // namespace plumbline
