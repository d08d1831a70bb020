// From a cell of CSV to the value of a field, as JSON.

#pragma once

#include <string>
#include <string_view>

#include "daemon/tool/csv_mapping.h"

namespace plumbline {

// What exports write where there is nothing.
bool IsMissingCell(std::string_view text);

// Appends the value. False if the event has no such field.
bool AppendCell(CsvField::Kind kind, std::string_view text, std::string* json);

}  // namespace plumbline
