#include "daemon/gzip/gzip_parts.h"

#include <optional>
#include <random>
#include <string>
#include <vector>

#include "daemon/gzip/gzip.h"
#include "tests/support/catch.h"
#include "tests/support/gzip.h"

using namespace plumbline;  // NOLINT: a test

namespace {

// zlib checks the text against the checksum and length of the member.
std::string Unpacked(const PackedText& packed) {
  std::string text;
  const auto always = [](size_t) { return true; };
  REQUIRE(Gunzip(packed.gzip, 100'000'000, always, &text) == GunzipStatus::kOk);
  CHECK(text.size() == packed.text_size);
  return text;
}

// Unpacks pieces of `at_once` bytes; nullopt if the member is damaged.
std::optional<std::string> InPieces(std::string_view packed, size_t at_once) {
  std::string text;
  const auto next = [&] {
    const std::string_view piece = packed.substr(0, at_once);
    packed.remove_prefix(piece.size());
    return piece;
  };
  const auto take = [&text](std::string_view piece) {
    text += piece;
    return true;
  };
  if (!GunzipPieces(next, take)) return std::nullopt;
  return text;
}

}  // namespace

TEST_CASE("parts that are written by turns come one after the other") {
  GzipParts parts;
  for (const auto& [part, text] : std::vector<std::pair<size_t, std::string>>{
           {2, "two "}, {0, "nothing "}, {2, "and more"}, {5, ""}, {0, "yet "}})
    parts.Append(part, text);
  CHECK(Unpacked(parts.Finish()) == "nothing yet two and more");
}

TEST_CASE("nothing is an empty member") {
  CHECK(Unpacked(GzipParts().Finish()).empty());
}

TEST_CASE("many pieces of many sizes, of what packs and what does not") {
  std::mt19937 random(7);
  GzipParts parts;
  std::vector<std::string> expected(9);
  for (int i = 0; i < 3000; ++i) {
    const size_t part = random() % expected.size();
    std::string text(random() % 2'000, 'x');
    if (part % 2 == 0) {
      for (char& c : text) c = static_cast<char>(random());
    }
    if (i == 2000) text.assign(1'000'000, 'y');
    parts.Append(part, text);
    expected[part] += text;
  }
  std::string whole;
  for (const std::string& text : expected) whole += text;
  CHECK(Unpacked(parts.Finish()) == whole);
}

TEST_CASE("a text is unpacked as its pieces come, however small they are") {
  std::string text;
  for (int i = 0; i < 20'000; ++i) text += std::to_string(i * i) + " ";
  const std::string packed = Gzip(text);
  for (const size_t at_once : {1, 2, 1000, 10'000'000}) {
    CAPTURE(at_once);
    CHECK(InPieces(packed, at_once) == text);
  }
  CHECK(InPieces(Gzip(""), 3) == "");
}

TEST_CASE("pieces of what is cut or damaged are no text") {
  const std::string packed = Gzip("some text that is packed");
  for (size_t size = 0; size < packed.size(); ++size) {
    CHECK(InPieces(packed.substr(0, size), 7) == std::nullopt);
  }
  std::string damaged = packed;
  damaged[packed.size() - 6] ^= 1;  // the checksum
  CHECK(InPieces(damaged, 7) == std::nullopt);
}

TEST_CASE("unpacking ends where nobody takes the text") {
  const std::string packed = Gzip(std::string(10'000'000, 'x'));
  size_t given = 0, taken = 0;
  CHECK_FALSE(GunzipPieces(
      [&] { return std::string_view(packed).substr(given++, 1); },
      [&](std::string_view text) { return (taken += text.size()) < 100'000; }));
  CHECK(taken < 1'000'000);
  CHECK(given < packed.size());
}
