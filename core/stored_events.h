// The events of a batch as the journal stores them: some 20 bytes for most,
// where an Event in memory is a cache line. What all events of a batch tend to
// have in common (model, version, order, time) is left out where it is so.
//
// An event is
//
//     kinds       1 byte   prediction_kind | label_kind << 3 | has_id << 6 |
//                          has_score << 7
//     changes     1 byte   which of the fields at the end follow
//     id          16       if has_id
//     prediction, label    each if its kind is not kNone; by kind: a number of
//                          a name as a varint, an integer as a zigzag varint,
//                          an unsigned one as a varint, 8 bytes of a real
//     timestamp            zigzag varint, from that of the event before which
//                          has one
//     latency     8
//     model                varint, if it is another one than before
//     version              likewise
//     index                varint, if it is not the next one
//
// Varints are those of protobuf: seven bits a byte, the lowest first.

#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "core/event.h"

namespace plumbline {

void AppendEvents(const std::vector<Event>& events, std::string* out);

// False if that is not what the bytes are, or if an event uses a name that is
// none of the batch's `names`.
bool ReadEvents(std::string_view bytes, size_t names,
                std::vector<Event>* events);

}  // namespace plumbline
