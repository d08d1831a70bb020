#include "config/yaml_document.h"

#include <yaml-cpp/eventhandler.h>

#include <algorithm>
#include <array>
#include <sstream>
#include <string_view>

namespace plumbline {
namespace {

// Finds the last document, and whether it has content.
class Outline : public YAML::EventHandler {
 public:
  void OnDocumentStart(const YAML::Mark& mark) override {
    line_ = mark.line + 1;
    is_null_ = true;
  }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark&, YAML::anchor_t) override {}
  void OnAlias(const YAML::Mark&, YAML::anchor_t) override { is_null_ = false; }
  void OnScalar(const YAML::Mark&, const std::string&, YAML::anchor_t,
                const std::string&) override {
    is_null_ = false;
  }
  void OnSequenceStart(const YAML::Mark&, const std::string&, YAML::anchor_t,
                       YAML::EmitterStyle::value) override {
    is_null_ = false;
  }
  void OnSequenceEnd() override {}
  void OnMapStart(const YAML::Mark&, const std::string&, YAML::anchor_t,
                  YAML::EmitterStyle::value) override {
    is_null_ = false;
  }
  void OnMapEnd() override {}

  bool is_null() const { return is_null_; }
  int line() const { return line_; }

 private:
  bool is_null_ = true;
  int line_ = 0;
};

// The first line that is more than a comment, a document marker or a plain
// null; 0 if there is none. yaml-cpp reads directives and anchors without a
// value as an empty document, without reporting errors in them.
int LineOfContent(std::string_view text) {
  constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
  constexpr std::array<std::string_view, 6> kNothing = {"",     "...",  "~",
                                                        "null", "Null", "NULL"};
  if (text.starts_with(kByteOrderMark)) {
    text.remove_prefix(kByteOrderMark.size());
  }
  std::istringstream in{std::string(text)};
  std::string line;
  for (int n = 1; std::getline(in, line); ++n) {
    std::string content = line.substr(0, line.find('#'));
    std::erase_if(content,
                  [](char c) { return c == ' ' || c == '\t' || c == '\r'; });
    if (content.starts_with("---")) content.erase(0, 3);
    if (std::find(kNothing.begin(), kNothing.end(), content) ==
        kNothing.end()) {
      return n;
    }
  }
  return 0;
}

}  // namespace

std::optional<YAML::Node> LoadDocument(const std::string& text,
                                       std::vector<ConfigProblem>* problems) {
  try {
    std::istringstream in(text);
    YAML::Parser parser(in);
    Outline outline;
    // An empty document after a final "---" does not count.
    constexpr int kMost = 2;  // with the first
    bool is_one = true;
    for (int n = 0; is_one && parser.HandleNextDocument(outline); ++n) {
      is_one = n < kMost && (n == 0 || outline.is_null());
    }
    if (is_one) {
      YAML::Node document = YAML::Load(text);
      const int line = document.IsNull() ? LineOfContent(text) : 0;
      if (line == 0) return document;
      problems->push_back({line, "",
                           "is not valid YAML, or says nothing: write keys, or "
                           "leave the line out"});
      return std::nullopt;
    }
    problems->push_back({outline.line(), "",
                         "has more than one YAML document, or is not valid "
                         "YAML before this line"});
  } catch (const YAML::Exception& error) {
    problems->push_back(
        {error.mark.line + 1, "", "is not valid YAML: " + error.msg});
  }
  return std::nullopt;
}

}  // namespace plumbline
