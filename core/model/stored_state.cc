// Serialises the state without its models and pairs.

#include <memory>
#include <string>
#include <utility>

#include "core/codec/archive.h"
#include "core/model/state.h"

namespace plumbline {

template <class Archive>
void State::HeadFields(Archive& archive) {
  constexpr uint32_t kMostOwners = 1 << 26;  // limit of a sound image
  archive.Part("the state", [&] {
    archive.Field(1, [&] {
      if constexpr (Archive::kLoads) {
        std::string bytes;
        std::string unknown;
        archive.Text(bytes);
        auto settings = DecodeSettings(bytes, &unknown);
        if (!settings) return archive.Fail(unknown);
        settings_ = std::make_unique<const Settings>(*std::move(settings));
      } else {
        archive.Text(EncodeSettings(*settings_));
      }
    });
    archive.Field(2, [&] { DoTime(archive, now_ms_); });
    FieldBetween(archive, 3, next_retirement_ms_, 0, INT64_MAX);
    FieldBetween(archive, 4, next_departure_ms_, 0, INT64_MAX);
    archive.Field(5, [&] { DoTime(archive, forgotten_until_ms_); });
    archive.Field(6, next_model_number_);
    uint32_t owners = owners_.size();
    FieldBetween(archive, 7, owners, 1, kMostOwners);
    if constexpr (Archive::kLoads) {
      if (archive.ok()) owners_.Grow(owners);
    }
    archive.Field(8, [&] { prediction_ages_.Fields(archive); });
    archive.Field(9, [&] { label_ages_.Fields(archive); });
  });
}

template void State::HeadFields(Save&);
template void State::HeadFields(Load&);

}  // namespace plumbline
