#include "daemon/store/store_directory.h"

#include <filesystem>
#include <string>

#include "core/codec/archive.h"
#include "tests/support/catch.h"
#include "tests/support/temporary.h"

using namespace plumbline;  // NOLINT: a test

TEST_CASE("a store keeps the key of its ids") {
  const TemporaryDirectory directory;
  const std::string path = directory.path + "/new/store/";
  std::string error;
  IdHasher::Secret secret{};
  {
    const auto store = StoreDirectory::Open(path, &error);
    REQUIRE(store != nullptr);
    secret = store->secret();
    CHECK(secret != IdHasher::Secret{});
  }
  const auto again = StoreDirectory::Open(path, &error);
  REQUIRE(again != nullptr);
  CHECK(again->secret() == secret);
}

TEST_CASE("a second daemon on the same path is refused") {
  const TemporaryDirectory directory;
  std::string error;
  const auto first = StoreDirectory::Open(directory.path, &error);
  REQUIRE(first != nullptr);
  CHECK(StoreDirectory::Open(directory.path, &error) == nullptr);
  CHECK(error.find("in use") != std::string::npos);
}

TEST_CASE("what is not a store, damaged or newer is refused and left alone") {
  const TemporaryDirectory directory;
  std::string error;
  SECTION("another's files") {
    directory.Write("holiday.jpg", "x");
    CHECK(StoreDirectory::Open(directory.path, &error) == nullptr);
    CHECK(error.find("not a store") != std::string::npos);
    CHECK_FALSE(std::filesystem::exists(directory.path + "/PLUMBLINE"));
  }
  SECTION("an identity") {
    StoreDirectory::Open(directory.path, &error);
    std::string bytes = directory.Read("PLUMBLINE");
    SECTION("that is damaged") {
      bytes[100] ^= 1;
      directory.Write("PLUMBLINE", bytes);
      CHECK(StoreDirectory::Open(directory.path, &error) == nullptr);
      CHECK(error.find("damaged") != std::string::npos);
    }
    SECTION("of a newer format") {
      bytes[8] = kFormatMajor + 1;
      directory.Write("PLUMBLINE", bytes);
      CHECK(StoreDirectory::Open(directory.path, &error) == nullptr);
      CHECK(error.find("newer") != std::string::npos);
    }
    SECTION("of an older format") {
      bytes[8] = 1;
      directory.Write("PLUMBLINE", bytes);
      CHECK(StoreDirectory::Open(directory.path, &error) == nullptr);
      CHECK(error.find("older") != std::string::npos);
    }
    CHECK(directory.Read("PLUMBLINE") == bytes);
  }
}
