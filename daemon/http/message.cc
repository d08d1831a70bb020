#include "daemon/http/message.h"

#include <civetweb.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstring>
#include <memory>

#include "core/settings/nearest.h"
#include "daemon/http/connections.h"
#include "daemon/http/trusted_proxies.h"
#include "daemon/text/json_string.h"

namespace plumbline {
namespace {

constexpr size_t kMostHeaderBytes = 16 << 10;
constexpr int kMostHeaders = 64;  // civetweb sees no more

// The longest time for a body of unknown length.
constexpr auto kChunkedTime = std::chrono::milliseconds(30'000);
constexpr auto kSilence = std::chrono::milliseconds(9'000);  // civetweb's 10 s

constexpr size_t kMostDrained = size_t{32} << 20;
constexpr auto kDrainTime = std::chrono::milliseconds(3'000);
constexpr size_t kPiece = 256 << 10;

bool EqualsIgnoringCase(std::string_view a, std::string_view b) {
  return a.size() == b.size() && strncasecmp(a.data(), b.data(), a.size()) == 0;
}

std::string_view WithoutSpace(std::string_view value) {
  constexpr std::string_view kSpace = " \t";
  const size_t begin = value.find_first_not_of(kSpace);
  if (begin == std::string_view::npos) return {};
  return value.substr(begin, value.find_last_not_of(kSpace) - begin + 1);
}

// True if civetweb parsed every header: the empty line follows the last header
// that it reports. It stops silently at the 65th, at a folded line and the
// like, and an unparsed header could give the body another length.
bool SawAllHeaders(const mg_request_info& info) {
  if (info.num_headers <= 0) return true;
  const char* value = info.http_headers[info.num_headers - 1].value;
  const char* end = value + std::strlen(value);
  return end[1] == '\0' && end[2] == '\r';
}

bool HasSpaceBeforeColon(const mg_header& header) {
  const char* end = header.name + std::strlen(header.name);
  return end[1] == '\0' && header.value != end + 1;
}

std::string UnknownParameter(std::string_view parameter,
                             const std::vector<std::string_view>& names) {
  const std::string text(CutText(parameter, 64));
  const std::string error = "there is no parameter \"" + text + "\" here";
  if (names.empty()) return error;
  const std::vector<std::string> known(names.begin(), names.end());
  return error + NearestHint(text, known) + "; there are " + ListNames(known);
}

}  // namespace

HttpResponse ErrorResponse(int status, std::string_view code,
                           std::string_view message) {
  HttpResponse response;
  response.status = status;
  response.body = "{\"error\": {\"code\": ";
  AppendJsonString(code, &response.body);
  response.body += ", \"message\": ";
  AppendJsonString(message, &response.body);
  response.body += "}}\n";
  if (status == 429 || status == 503) {
    response.headers.emplace_back("Retry-After", "1");
  }
  return response;
}

HttpResponse OptionsResponse(const char* methods) {
  HttpResponse response;
  response.status = 204;
  response.headers.emplace_back("Allow", methods);
  return response;
}

HttpResponse ErrorResponse(const Refusal& refusal) {
  HttpResponse response =
      ErrorResponse(refusal.status, refusal.code, refusal.message);
  response.close = refusal.close;
  return response;
}

Refusal GaveWay() {
  return {503, "overloaded", "the request was slow while others waited"};
}

Refusal Stopping() { return {503, "stopping", "shutting down"}; }

HttpResponse NoAnswer() {
  HttpResponse response;
  response.no_answer = true;
  response.close = true;
  return response;
}

HttpRequest::HttpRequest(mg_connection* connection, Connection* waits,
                         const TrustedProxies* proxies,
                         const std::atomic<bool>* stopping)
    : connection_(connection),
      info_(mg_get_request_info(connection)),
      waits_(waits),
      proxies_(proxies),
      stopping_(stopping) {}

std::string_view HttpRequest::method() const { return info_->request_method; }

std::string_view HttpRequest::path() const { return info_->local_uri_raw; }

std::string_view HttpRequest::client_address() const {
  if (proxies_->empty()) return info_->remote_addr;
  std::vector<std::string_view> forwarded_for;
  for (int i = 0; i < info_->num_headers; ++i) {
    const mg_header& header = info_->http_headers[i];
    if (EqualsIgnoringCase(header.name, "X-Forwarded-For")) {
      forwarded_for.push_back(header.value);
    }
  }
  return proxies_->ClientOf(info_->remote_addr, forwarded_for);
}

std::optional<std::vector<std::optional<std::string>>> HttpRequest::Query(
    const std::vector<std::string_view>& names, std::string* error) const {
  std::vector<std::optional<std::string>> values(names.size());
  std::string_view rest = info_->query_string ? info_->query_string : "";
  while (!rest.empty()) {
    const size_t end = std::min(rest.find('&'), rest.size());
    const std::string_view pair = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    const size_t equals = std::min(pair.find('='), pair.size());
    const std::string_view parameter = pair.substr(0, equals);
    std::string value(pair.substr(std::min(equals + 1, pair.size())));
    std::replace(value.begin(), value.end(), '+', ' ');
    const auto name = std::find(names.begin(), names.end(), parameter);
    if (name == names.end()) {
      *error = UnknownParameter(parameter, names);
      return std::nullopt;
    }
    auto decoded = PercentDecode(value);
    auto& slot = values[static_cast<size_t>(name - names.begin())];
    if (!decoded || slot) {
      *error = "the parameter " + std::string(parameter) +
               (slot ? " is there twice" : " has a % without two hex digits");
      return std::nullopt;
    }
    slot = std::move(decoded);
  }
  return values;
}

std::optional<std::string_view> HttpRequest::Header(
    std::string_view name) const {
  for (int i = 0; i < info_->num_headers; ++i) {
    const mg_header& header = info_->http_headers[i];
    if (EqualsIgnoringCase(header.name, name)) {
      return WithoutSpace(header.value);
    }
  }
  return std::nullopt;
}

size_t HttpRequest::HeaderCount(std::string_view name) const {
  size_t count = 0;
  for (int i = 0; i < info_->num_headers; ++i) {
    count += EqualsIgnoringCase(info_->http_headers[i].name, name);
  }
  return count;
}

std::optional<Refusal> HttpRequest::CheckHeaders() const {
  const auto bad = [](const char* message) {
    return Refusal{400, "invalid_body", message};
  };
  size_t bytes = std::strlen(info_->request_uri ? info_->request_uri : "") +
                 std::strlen(info_->query_string ? info_->query_string : "");
  for (int i = 0; i < info_->num_headers; ++i) {
    const mg_header& header = info_->http_headers[i];
    bytes += std::strlen(header.name) + std::strlen(header.value) + 4;
  }
  if (bytes > kMostHeaderBytes || info_->num_headers >= kMostHeaders) {
    return Refusal{431, "headers_too_large", "more than 16 KiB or 63 headers"};
  }
  if (!SawAllHeaders(*info_)) return bad("a header is malformed");
  for (int i = 0; i < info_->num_headers; ++i) {
    if (HasSpaceBeforeColon(info_->http_headers[i])) {
      return bad("a header has a space before its colon");
    }
  }
  if (HeaderCount("Host") > 1) return bad("Host is there twice");
  const size_t lengths = HeaderCount("Content-Length");
  const size_t codings = HeaderCount("Transfer-Encoding");
  if (lengths > 1 || codings > 1) {
    return bad("the body's length is there twice");
  }
  if (lengths == 1 && codings == 1) {
    return bad("Transfer-Encoding and Content-Length exclude each other");
  }
  if (const auto length = Header("Content-Length")) {
    if (length->empty() ||
        length->find_first_not_of("0123456789") != std::string_view::npos) {
      return bad("Content-Length is not a number");
    }
  }
  return std::nullopt;
}

bool HttpRequest::chunked() const {
  const auto coding = Header("Transfer-Encoding");
  return coding && EqualsIgnoringCase(*coding, "chunked");
}

HttpRequest::BodyStatus HttpRequest::ReadBody(
    size_t most, const std::function<bool(size_t)>& grow, std::string* body) {
  body->clear();
  const bool pieces = chunked();
  if (!pieces && info_->content_length < 0) return BodyStatus::kNoLength;
  const size_t length =
      pieces ? most + 1 : static_cast<size_t>(info_->content_length);
  if (!pieces && length > most) return BodyStatus::kTooLarge;
  const auto expect = Header("Expect");
  if (expect && EqualsIgnoringCase(*expect, "100-continue")) {
    constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
    mg_write(connection_, kContinue.data(), kContinue.size());
  }
  if (!pieces) body->reserve(length);

  waits_->Begin(Connection::Wait::kBody, std::chrono::steady_clock::now(),
                pieces ? kChunkedTime : Connection::Allowed(length));
  const BodyStatus status = ReadPieces(length, grow, body);
  waits_->End();
  return status;
}

HttpRequest::BodyStatus HttpRequest::ReadPieces(
    size_t length, const std::function<bool(size_t)>& grow, std::string* body) {
  const bool pieces = chunked();
  size_t size = 0;
  for (;;) {
    if (size == length) {
      return pieces ? BodyStatus::kTooLarge : BodyStatus::kOk;
    }
    // Memory is taken for bytes that arrive, not for those announced.
    if (size == body->size()) {
      const size_t piece = std::min(kPiece, length - size);
      if (!grow(piece)) return BodyStatus::kRefused;
      body->resize(size + piece);
    }
    const auto begin = std::chrono::steady_clock::now();
    const int n =
        mg_read(connection_, body->data() + size, body->size() - size);
    if (n > 0) {
      size += static_cast<size_t>(n);
      waits_->Moved(static_cast<size_t>(n), std::chrono::steady_clock::now());
      continue;
    }
    const Connection::Cut cut = waits_->cut();
    if (cut == Connection::Cut::kGaveWay) return BodyStatus::kGaveWay;
    // 0 is the end of a chunked body, and a timeout in a body of known length.
    if (n == 0 && pieces) break;
    if (stopping_->load()) return BodyStatus::kStopping;
    const bool silent = std::chrono::steady_clock::now() - begin >= kSilence;
    return cut == Connection::Cut::kDeadline || silent ? BodyStatus::kTooSlow
                                                       : BodyStatus::kBroken;
  }
  body->resize(size);
  return BodyStatus::kOk;
}

void HttpRequest::DrainBody() {
  if (info_->content_length <= 0 && !chunked()) return;
  waits_->Begin(Connection::Wait::kBody, std::chrono::steady_clock::now(),
                kDrainTime);
  const auto piece = std::make_unique<char[]>(kPiece);
  for (size_t drained = 0;
       drained < kMostDrained && waits_->cut() == Connection::Cut::kNot;) {
    const int n = mg_read(connection_, piece.get(), kPiece);
    if (n <= 0) break;
    drained += static_cast<size_t>(n);
    waits_->Moved(static_cast<size_t>(n), std::chrono::steady_clock::now());
  }
  waits_->End();
}

std::optional<std::string> PercentDecode(std::string_view text) {
  std::string decoded;
  decoded.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      decoded += text[i];
      continue;
    }
    unsigned byte = 0;
    const char* begin = text.data() + i + 1;
    if (i + 2 >= text.size() ||
        std::from_chars(begin, begin + 2, byte, 16).ptr != begin + 2) {
      return std::nullopt;
    }
    decoded += static_cast<char>(byte);
    i += 2;
  }
  return decoded;
}

}  // namespace plumbline
