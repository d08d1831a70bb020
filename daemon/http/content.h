// What Content-Type and Content-Encoding say of a body of events, and
// Accept-Encoding of an answer.

#pragma once

#include <optional>
#include <string_view>

#include "daemon/decode/body.h"

namespace plumbline {

// The format that a media type names; its parameters are ignored. nullopt for a
// type that is not known. kUnknown where it says little: none, text/plain, or
// what a bare `curl -d` sends.
std::optional<BodyFormat> FormatNamed(std::string_view content_type);

// application/x-www-form-urlencoded: `curl -d` sends it so, without line ends.
bool IsForm(std::string_view content_type);

enum class Coding { kIdentity, kGzip, kDeflate };

// The coding that a list of them comes to; nullopt where it is not known, or
// there are several.
std::optional<Coding> CodingNamed(std::string_view content_encoding);

// An Accept-Encoding has gzip, and not with a weight of 0.
bool AcceptsGzip(std::string_view accept_encoding);

// For messages.
inline constexpr std::string_view kTypesTaken =
    "Content-Type must be application/json, application/x-ndjson (or another "
    "name of JSON lines: application/jsonl, application/jsonlines), "
    "text/plain, or none";
inline constexpr std::string_view kCodingsTaken =
    "Content-Encoding must be gzip, deflate, identity or none, and one alone";

}  // namespace plumbline
