#include "core/event/command.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdlib>

#include "core/codec/bytes.h"
#include "core/codec/time_range.h"
#include "core/event/event_codec.h"

namespace plumbline {
namespace {

// No group has as many commands.
constexpr uint64_t kMostCommands = 1024;

// NOTE: journals hold these numbers. The first are in the order of Command.
enum class CommandType : uint8_t {
  kTick,
  kEvents,
  kSettings,
  kRemoval,
  kPart,  // events of a request that is applied in parts
};

bool IsPart(const EventBatch& batch) {
  return batch.is_rest || batch.to_follow > 0;
}

CommandType TypeOf(const Command& command) {
  const auto* batch = std::get_if<EventBatch>(&command);
  return batch != nullptr && IsPart(*batch)
             ? CommandType::kPart
             : static_cast<CommandType>(command.index());
}

void Put(ByteWriter*, const Tick&) {}

void Put(ByteWriter* out, const EventBatch& batch) {
  if (IsPart(batch)) {
    out->Put(batch.is_rest);
    out->Put(batch.to_follow);
  }
  out->PutBytes(batch.names.bytes());
  out->Put<uint64_t>(batch.names.size());
  for (const uint32_t end : batch.names.ends()) out->Put(end);
  out->PutSized([&batch](std::string* bytes) { AppendEvents(batch, bytes); });
}

void Put(ByteWriter* out, const Settings& settings) {
  out->PutBytes(EncodeSettings(settings));
}

void Put(ByteWriter* out, const Removal& removal) {
  out->PutBytes(removal.model);
  out->Put<bool>(removal.version.has_value());
  out->PutBytes(removal.version.value_or(""));
}

bool IsFinite(ValueKind kind, uint64_t bits) {
  return kind != ValueKind::kReal || std::isfinite(std::bit_cast<double>(bits));
}

// True for an event that decoding accepts: it has at least one half, or both if
// it has no id; its numbers are finite and its time is valid.
bool IsSound(const Event& event) {
  const bool predicts = event.prediction_kind != ValueKind::kNone;
  const bool labels = event.label_kind != ValueKind::kNone;
  const bool has_time = event.timestamp_us == kNoTimestamp ||
                        IsTime(std::abs(event.timestamp_us) / 1000);
  return (event.has_id ? predicts || labels : predicts && labels) && has_time &&
         IsFinite(event.prediction_kind, event.prediction) &&
         IsFinite(event.label_kind, event.label);
}

// True if a list of an event has a name twice. `name_of(i)`: index into names.
template <class NameOf>
bool NamesTwice(Range range, const NameOf& name_of) {
  if (range.count < 2) return false;
  std::vector<uint32_t> names;
  for (uint32_t i = 0; i < range.count; ++i) {
    names.push_back(name_of(range.begin + i));
  }
  std::sort(names.begin(), names.end());
  return std::adjacent_find(names.begin(), names.end()) != names.end();
}

bool NamesTwice(const EventBatch& batch, const Event& event) {
  const Extra& extra = batch.ExtraOf(event);
  const auto set_of = [](ValueKind kind, uint64_t bits) {
    return kind == ValueKind::kSet ? Range::Of(bits) : Range{};
  };
  const auto class_of = [&](uint32_t i) { return batch.classes[i]; };
  return NamesTwice(set_of(event.prediction_kind, event.prediction),
                    class_of) ||
         NamesTwice(set_of(event.label_kind, event.label), class_of) ||
         NamesTwice(extra.scores,
                    [&](uint32_t i) { return batch.class_scores[i].name; }) ||
         NamesTwice(extra.segments,
                    [&](uint32_t i) { return batch.segments[i].key; }) ||
         NamesTwice(extra.features,
                    [&](uint32_t i) { return batch.features[i].name; });
}

bool IsSound(const EventBatch& batch) {
  return std::all_of(batch.events.begin(), batch.events.end(),
                     [&batch](const Event& event) {
                       return IsSound(event) && !NamesTwice(batch, event);
                     }) &&
         std::all_of(batch.features.begin(), batch.features.end(),
                     [](const Feature& feature) {
                       return IsFinite(feature.kind, feature.value);
                     });
}

std::optional<Command> GetEvents(ByteReader* in, bool is_part) {
  EventBatch batch;
  if (is_part) {
    batch.is_rest = in->Get<bool>();
    batch.to_follow = in->Get<uint64_t>();
    if (batch.to_follow > UINT32_MAX) return std::nullopt;
  }
  const std::string_view names = in->GetBytes();
  const auto count = in->Get<uint64_t>();
  uint32_t begin = 0;
  for (uint64_t i = 0; i < count; ++i) {
    const auto end = in->Get<uint32_t>();
    if (!in->ok() || end < begin || end > names.size()) return std::nullopt;
    if (batch.names.Add(names.substr(begin, end - begin)) != i) {
      return std::nullopt;
    }
    begin = end;
  }
  if (!ReadEvents(in->GetBytes(), &batch) || !IsSound(batch)) {
    return std::nullopt;
  }
  return batch;
}

std::optional<Command> GetCommand(ByteReader* in, std::string* unknown) {
  switch (in->Get<CommandType>()) {
    case CommandType::kTick:
      return Tick{};
    case CommandType::kEvents:
      return GetEvents(in, false);
    case CommandType::kPart:
      return GetEvents(in, true);
    case CommandType::kSettings: {
      auto settings = DecodeSettings(in->GetBytes(), unknown);
      if (!settings) return std::nullopt;
      return *std::move(settings);
    }
    case CommandType::kRemoval: {
      Removal removal;
      removal.model = in->GetBytes();
      const auto has_version = in->Get<uint8_t>();
      const std::string_view version = in->GetBytes();
      if (has_version > 1) return std::nullopt;
      if (has_version == 1) removal.version = version;
      return removal;
    }
  }
  return std::nullopt;
}

}  // namespace

void EncodeGroup(const Group& group, std::string* bytes) {
  bytes->clear();
  ByteWriter out(bytes);
  out.Put(group.now_ms);
  out.Put<uint64_t>(group.commands.size());
  for (const Command* command : group.commands) {
    out.Put(TypeOf(*command));
    std::visit([&out](const auto& c) { Put(&out, c); }, *command);
  }
}

Group StoredGroup::View() const {
  Group group{now_ms, {}};
  for (const Command& command : commands) group.commands.push_back(&command);
  return group;
}

std::optional<StoredGroup> DecodeGroup(std::string_view bytes,
                                       std::string* unknown) {
  ByteReader in(bytes);
  StoredGroup group;
  group.now_ms = in.Get<int64_t>();
  const auto count = in.Get<uint64_t>();
  if (!IsTime(group.now_ms) || count > kMostCommands) return std::nullopt;
  for (uint64_t i = 0; i < count && in.ok(); ++i) {
    auto command = GetCommand(&in, unknown);
    if (!command) return std::nullopt;
    group.commands.push_back(*std::move(command));
  }
  if (!in.ok() || !in.AtEnd()) return std::nullopt;
  return group;
}

}  // namespace plumbline
