#include "config/reference.h"

#include <string_view>
#include <vector>

#include "config/daemon_keys.h"
#include "config/detectors.h"
#include "config/drift.h"
#include "config/event_log_reader.h"
#include "config/keys.h"
#include "config/model_keys.h"
#include "config/objectives.h"
#include "config/root_keys.h"

namespace plumbline {
namespace {

constexpr std::string_view kHead =
    "# Keys of the configuration\n"
    "\n"
    "The file of `--config.file`. [configuration.md](configuration.md) tells "
    "how it is checked\nand read again. `make reference` writes this page from "
    "the tables that read the keys.\n"
    "\n"
    "Durations are whole numbers of s, m, h or d. Sizes are whole numbers of "
    "B, KiB, MiB,\nGiB or TiB.\n";

std::string Section(std::string_view name, std::string_view where,
                    const std::vector<KeyText>& keys) {
  std::string text = "\n## " + std::string(name) + "\n\n";
  text += std::string(where) + "\n\n";
  text += "| key | default | range | meaning |\n| --- | --- | --- | --- |\n";
  for (const KeyText& key : keys) {
    text += "| `" + key.name + "` | " + key.fallback + " | " + key.range +
            " | " + key.meaning + " |\n";
  }
  return text;
}

}  // namespace

std::string ReferencePage() {
  const std::string models = "In an entry of `models`: ";
  const std::string detectors = "In `detectors` of an entry of `models`.";
  std::string page(kHead);
  page += Section("Top level", "In the file itself.", TextsOf(RootKeys()));
  page += Section("join", "In `join`.", TextsOf(JoinKeys()));
  page += Section("storage", "In `storage`.", TextsOf(StorageKeys()));
  page += Section("event_log", "In `event_log`.", TextsOf(EventLogKeys()));
  page += Section("limits", "In `limits`.", TextsOf(LimitKeys()));
  page += Section("models", "In each entry of `models`.", TextsOf(ModelKeys()));
  page += Section("objectives", models + "`objectives`, a list.",
                  TextsOf(ObjectiveKeys()));
  page += Section("anomalies", models + "`anomalies`.", TextsOf(AnomalyKeys()));
  page += Section("drift", models + "`drift`.", TextsOf(DriftKeys()));
  page += Section("detectors",
                  models +
                      "`detectors`. Those that are named run, with the "
                      "defaults for what they leave out.",
                  TextsOf(DetectorKeys()));
  page += Section("adwin", detectors, TextsOf(AdwinKeys()));
  page += Section("page_hinkley", detectors, TextsOf(PageHinkleyKeys()));
  page += Section("ddm", detectors, TextsOf(DdmKeys()));
  page += Section("hddm_a", detectors, TextsOf(HddmKeys()));
  return page;
}

}  // namespace plumbline
