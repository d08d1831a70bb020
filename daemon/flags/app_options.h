// What the command line may say of a daemon.

#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace plumbline {

struct AppOptions {
  std::string config_file;  // empty: defaults
  std::string storage_path = "data/";
  uint64_t checkpoint_bytes = uint64_t{128} << 20;  // of the journal
  bool accepts_loss = false;  // of answered events that the store has not
  std::vector<std::string> ingest_addresses = {"127.0.0.1:9350"};
  std::vector<std::string> web_addresses = {"127.0.0.1:9351"};
  std::string ingest_config_file;  // users, tokens, TLS; empty: none
  std::string web_config_file;
  bool enable_lifecycle = false;
  bool enable_admin_api = false;
  std::vector<std::string> trusted_proxies;  // of both listeners
  std::string external_url;  // of the web listener; empty: not known
  // Asked while the start waits for something: true ends it.
  std::function<bool()> gives_up = [] { return false; };
};

}  // namespace plumbline
