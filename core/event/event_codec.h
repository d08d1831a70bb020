// The events of a batch as the journal stores them: some 20 bytes for most,
// where an Event in memory takes a cache line. Fields that the events of a
// batch tend to share (model, version, order, time) are left out if they do not
// change.
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
//     timestamp            zigzag varint, difference from the last timestamp
//                          in the batch
//     latency     8
//     model                varint, if it differs from the event before
//     version              varint, if it differs from the event before
//     index                varint, if it is not the next one
//     scores               a count, then a name and 8 bytes for each; a count
//                          of 0 tells that scores were left out
//     segments             a count, then a key and a value for each; a count of
//                          0 repeats those of the last event that had some
//     features             a count, then a name, a byte for the kind and the
//                          value (as above) for each
//     score       8
//
// Varints are those of protobuf: seven bits a byte, the lowest first.

#pragma once

#include <string>
#include <string_view>

#include "core/event/event.h"

namespace plumbline {

void AppendEvents(const EventBatch& batch, std::string* out);

// Reads into a batch that has its names and no other content. False if the
// bytes are not valid, or if an event uses a name that the batch lacks.
bool ReadEvents(std::string_view bytes, EventBatch* batch);

}  // namespace plumbline
