// Keys of one map of the configuration, as a table. A row reads its key and
// documents it: docs/configuration-keys.md is generated from the rows.

#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/units.h"
#include "config/yaml_reader.h"
#include "core/settings/settings_range.h"

namespace plumbline {

// The entry of a key on the reference page.
struct KeyText {
  std::string name;
  std::string fallback;  // the default
  std::string range;
  std::string meaning;
};

// "1m to 90d", "from 64KiB", "above 0, below 1".
std::string DurationRange(const Integers& in);
std::string SizeRange(const Integers& in);
std::string IntegerRange(const Integers& in);
std::string NumberRange(const Reals& in);
std::string FormatNumber(double value);
// "process, power or memory"
std::string WordRange(const std::vector<std::string_view>& words);

// A key that sets a value of a Target.
template <class Target>
struct Key {
  // Locates the value in a target: a lambda or a pointer to a member.
  template <class Value>
  using Place = std::function<Value&(Target&)>;

  KeyText text;
  // Reads the key, if present, into the target. Null if another row reads it.
  std::function<void(YamlMap* map, Target* target)> read;

  static Key Duration(const char* name, Integers in, Place<int64_t> place,
                      std::string meaning);
  static Key Size(const char* name, Integers in, Place<int64_t> place,
                  std::string meaning);
  static Key Integer(const char* name, Integers in, Place<int64_t> place,
                     std::string meaning);
  static Key Number(const char* name, Reals in, Place<double> place,
                    std::string meaning);
  // The first word means true, the second false.
  static Key Either(const char* name, std::array<std::string_view, 2> words,
                    Place<bool> place, std::string meaning);
};

template <class Target>
using Keys = std::vector<Key<Target>>;

// Reads the keys in the order of their rows. Reports any other key.
template <class Target>
void ReadKeys(const Keys<Target>& keys, YamlMap* map, Target* target) {
  for (const Key<Target>& key : keys) {
    if (key.read) key.read(map, target);
  }
  map->RefuseOthers();
}

template <class Target>
std::vector<KeyText> TextsOf(const Keys<Target>& keys) {
  std::vector<KeyText> texts;
  for (const Key<Target>& key : keys) texts.push_back(key.text);
  return texts;
}

template <class Target>
Key<Target> Key<Target>::Duration(const char* name, Integers in,
                                  Place<int64_t> place, std::string meaning) {
  Target fresh;
  return {{name, FormatDuration(place(fresh)), DurationRange(in), meaning},
          [=](YamlMap* map, Target* target) {
            map->Duration(name, in, &place(*target));
          }};
}

template <class Target>
Key<Target> Key<Target>::Size(const char* name, Integers in,
                              Place<int64_t> place, std::string meaning) {
  Target fresh;
  return {{name, FormatSize(place(fresh)), SizeRange(in), meaning},
          [=](YamlMap* map, Target* target) {
            map->Size(name, in, &place(*target));
          }};
}

template <class Target>
Key<Target> Key<Target>::Integer(const char* name, Integers in,
                                 Place<int64_t> place, std::string meaning) {
  Target fresh;
  return {{name, std::to_string(place(fresh)), IntegerRange(in), meaning},
          [=](YamlMap* map, Target* target) {
            map->Integer(name, in, &place(*target));
          }};
}

template <class Target>
Key<Target> Key<Target>::Number(const char* name, Reals in, Place<double> place,
                                std::string meaning) {
  Target fresh;
  return {{name, FormatNumber(place(fresh)), NumberRange(in), meaning},
          [=](YamlMap* map, Target* target) {
            std::optional<double> number;
            map->Number(name, in, &number);
            if (number) place(*target) = *number;
          }};
}

template <class Target>
Key<Target> Key<Target>::Either(const char* name,
                                std::array<std::string_view, 2> words,
                                Place<bool> place, std::string meaning) {
  Target fresh;
  return {{name, std::string(place(fresh) ? words[0] : words[1]),
           WordRange({words[0], words[1]}), meaning},
          [=](YamlMap* map, Target* target) {
            std::string word;
            map->Word(name, {words[0], words[1]}, &word);
            if (!word.empty()) place(*target) = word == words[0];
          }};
}

}  // namespace plumbline
