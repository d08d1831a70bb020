// A journal with the results of opening it.

#pragma once

#include <memory>
#include <string>
#include <vector>

#include "daemon/store/file_journal.h"

namespace plumbline {

using Records = std::vector<std::string>;

struct Opened {
  std::unique_ptr<FileJournal> journal;
  Records records;
  std::string error;
};

}  // namespace plumbline
