// Content-Type and Content-Encoding of a body of events; Accept-Encoding for an
// answer.

#pragma once

#include <optional>
#include <string_view>

#include "daemon/decode/body.h"

namespace plumbline {

// The format that a media type names; parameters are ignored. nullopt for an
// unknown type. kUnknown, for detection from the body: no type, text/plain, or
// the type that a bare `curl -d` sends.
std::optional<BodyFormat> FormatNamed(std::string_view content_type);

// application/x-www-form-urlencoded: the type of `curl -d`, which also strips
// line ends.
bool IsForm(std::string_view content_type);

enum class Coding { kIdentity, kGzip, kDeflate };

// The one coding of the list; nullopt if it is unknown or there are several.
std::optional<Coding> CodingNamed(std::string_view content_encoding);

// True if an Accept-Encoding lists gzip with a weight above 0.
bool AcceptsGzip(std::string_view accept_encoding);

inline constexpr std::string_view kTypesTaken =
    "Content-Type must be application/json, application/x-ndjson (or another "
    "name of JSON lines: application/jsonl, application/jsonlines), "
    "text/plain, or none";
inline constexpr std::string_view kCodingsTaken =
    "Content-Encoding must be gzip, deflate, identity or none, and one alone";

}  // namespace plumbline
