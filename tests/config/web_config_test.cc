#include "config/web_config.h"

#include <string>

#include "tests/support/catch.h"
#include "tests/support/temporary.h"

using namespace plumbline;  // NOLINT: a test

namespace {

constexpr char kDigest[] =
    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

struct File {
  std::optional<WebConfig> Load(const std::string& text) {
    problems.clear();
    return LoadWebConfig(directory.Write("web.yml", text), &problems);
  }
  // The only problem of this text.
  std::string Problem(const std::string& text) {
    CHECK_FALSE(Load(text));
    REQUIRE(problems.size() == 1);
    CHECK(problems[0].line > 0);
    return problems[0].path + ": " + problems[0].message;
  }
  bool Has(const std::string& text, const std::string& part) {
    const std::string problem = Problem(text);
    INFO(problem);
    CHECK(problem.find(part) != std::string::npos);
    return problem.find(part) != std::string::npos;
  }

  TemporaryDirectory directory;
  std::vector<ConfigProblem> problems;
};

std::string Token(const std::string& keys) {
  return "bearer_tokens: [{" + keys + "}]\n";
}
const std::string kSha = std::string("sha256: ") + kDigest;

}  // namespace

TEST_CASE(
    "a token is known by its SHA-256 and has the rights that are listed") {
  File file;
  const auto config = file.Load(Token(kSha + ", allow: [ingest, admin]"));
  REQUIRE(config);
  REQUIRE(config->bearer_tokens.size() == 1);
  const BearerToken& token = config->bearer_tokens[0];
  CHECK(token.digest.size() == 32);
  CHECK(token.digest.starts_with("\xba\x78\x16"));
  CHECK(token.Allows(Right::kIngest));
  CHECK_FALSE(token.Allows(Right::kRead));
  CHECK(token.Allows(Right::kAdmin));
}

TEST_CASE("a SHA-256 may be written in capitals, and is the same one") {
  File file;
  std::string capitals = kDigest;
  for (char& c : capitals) c = static_cast<char>(std::toupper(c));
  CHECK(file.Load(Token("sha256: " + capitals + ", allow: [read]")));
  CHECK(file.Has("bearer_tokens:\n- {" + kSha +
                     ", allow: [read]}\n- {sha256: " + capitals +
                     ", allow: [ingest]}\n",
                 "bearer_tokens[1].sha256: is there twice"));
}

TEST_CASE("what is wrong with a token is told with what would be right") {
  File file;
  CHECK(file.Has(Token("sha256: abc, allow: [read]"), "sha256sum"));
  CHECK(file.Has(Token("sha256: " + std::string(64, 'g') + ", allow: [read]"),
                 "64 hexadecimal digits"));
  CHECK(file.Has(Token("allow: [read]"), "bearer_tokens[0].sha256: must be"));
  CHECK(file.Has(Token("sha256: [], allow: [read]"), "sha256sum"));
  CHECK(file.Has(Token("sha256: "
                       "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991"
                       "b7852b855, allow: [read]"),
                 "openssl rand"));
  CHECK(file.Has(Token(kSha), "bearer_tokens[0].allow: must list"));
  CHECK(file.Has(Token(kSha + ", allow: []"), "ingest, read, admin"));
  CHECK(file.Has(Token(kSha + ", allow: read"), "such as [ingest]"));
  CHECK(file.Has(Token(kSha + ", allow: [raed]"), "\"read\""));
  CHECK(
      file.Has(Token(kSha + ", allow: [read], user: a"), "is not a known key"));
  CHECK(file.Has("bearer_tokens: [abc]\n", "must be a map"));
  CHECK(file.Has("bearer_tokens: abc\n", "must be a list"));
  CHECK(file.Has("bearer_token: []\n", "\"bearer_tokens\""));
}

TEST_CASE("TLS needs a certificate and its key; the rest has defaults") {
  File file;
  const auto config = file.Load(
      "tls_server_config: {cert_file: a.crt, key_file: /keys/a.key}\n");
  REQUIRE(config);
  REQUIRE(config->tls);
  // Relative to the file.
  CHECK(config->tls->cert_file == file.directory.path + "/a.crt");
  CHECK(config->tls->key_file == "/keys/a.key");
  CHECK(config->tls->min_version == "TLS12");
  CHECK(config->tls->client_certificate == ClientCertificate::kNone);
  CHECK(file.Has("tls_server_config: {cert_file: a.crt}\n", "key_file"));
  CHECK(file.Has("tls_server_config:\n", "cert_file and key_file"));
}

TEST_CASE("client certificates are checked, or not asked for") {
  File file;
  const auto tls = [](const std::string& rest) {
    return "tls_server_config: {cert_file: a, key_file: b, " + rest + "}\n";
  };
  const auto config = file.Load(
      tls("client_auth_type: RequireAndVerifyClientCert, client_ca_file: c"));
  REQUIRE(config);
  CHECK(config->tls->client_certificate == ClientCertificate::kRequired);
  CHECK(file.Load(
      tls("client_auth_type: VerifyClientCertIfGiven, client_ca_file: c")));
  CHECK(file.Has(tls("client_auth_type: RequireAnyClientCert"),
                 "RequireAndVerifyClientCert"));
  CHECK(file.Has(tls("client_auth_type: RequireAndVerifyClientCert"),
                 "needs client_ca_file"));
  CHECK(file.Has(tls("client_ca_file: c"), "client_auth_type"));
  CHECK(file.Has(tls("min_version: TLS10"), "TLS12 or TLS13"));
}
