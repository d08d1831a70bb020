// Options of the daemon that the command line sets.

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
  bool accepts_loss = false;  // of answered events missing in the store
  std::vector<std::string> ingest_addresses = {"127.0.0.1:9350"};
  std::vector<std::string> web_addresses = {"127.0.0.1:9351"};
  std::string ingest_config_file;  // users, tokens, TLS; empty: none
  std::string web_config_file;
  bool enable_lifecycle = false;
  bool enable_admin_api = false;
  std::vector<std::string> trusted_proxies;  // of both listeners
  std::string external_url;  // of the web listener; empty: unknown
  // Polled while the start waits; true abandons it.
  std::function<bool()> gives_up = [] { return false; };
};

}  // namespace plumbline
