// The events of a batch as the journal stores them: some 20 bytes for most,
// where an Event in memory is a cache line. What all events of a batch tend to
// have in common (model, version, order, time) is left out where it is so.
//
// An event is
//
//     kinds       1 byte   prediction_kind | label_kind << 3 | has_id << 6 |
//                          score << 7
//     changes     1 byte   which of the fields at the end follow
//     id          16       if has_id
//     prediction, label    each if its kind is not kNone; by kind: a number of
//                          a name as a varint, an integer as a zigzag varint,
//                          an unsigned one as a varint, 8 bytes of a real, a
//                          count of names and the names as varints of a set
//     timestamp            zigzag varint, from that of the event before which
//                          has one
//     latency     8
//     model                varint, if it is another one than before
//     version              likewise
//     index                varint, if it is not the next one
//     scores               a count, and of each its name and 8 bytes; a count
//                          of 0 says that they were left out
//     segments             a count, and of each its key and value; 0 for those
//                          of the last event that had some
//     features             a count, and of each its name, a byte of its kind
//                          and its value, as above
//     score       8
//
// Varints are those of protobuf: seven bits a byte, the lowest first.

#pragma once

#include <string>
#include <string_view>

#include "core/event/event.h"

namespace plumbline {

void AppendEvents(const EventBatch& batch, std::string* out);

// Into a batch that has its names and nothing else. False if that is not what
// the bytes are, or if an event uses a name that is none of the batch's.
bool ReadEvents(std::string_view bytes, EventBatch* batch);

}  // namespace plumbline
