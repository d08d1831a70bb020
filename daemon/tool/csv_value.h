// Converts a cell of CSV to the JSON value of a field.

#pragma once

#include <string>
#include <string_view>

#include "daemon/tool/csv_mapping.h"

namespace plumbline {

// True for the texts that exports write for a missing value.
bool IsMissingCell(std::string_view text);

// Appends the value. False if the cell is missing, so the event lacks the
// field.
bool AppendCell(CsvField::Kind kind, std::string_view text, std::string* json);

}  // namespace plumbline
