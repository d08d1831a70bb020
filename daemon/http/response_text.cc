#include "daemon/http/response_text.h"

namespace plumbline {
namespace {

const char* Reason(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 204:
      return "No Content";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 408:
      return "Request Timeout";
    case 411:
      return "Length Required";
    case 413:
      return "Content Too Large";
    case 415:
      return "Unsupported Media Type";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 503:
      return "Service Unavailable";
    default:
      return "Unknown";
  }
}

}  // namespace

std::string HeadText(const HttpResponse& response, bool keep) {
  std::string text = "HTTP/1.1 " + std::to_string(response.status) + " " +
                     Reason(response.status) + "\r\n";
  if (response.status != 204) {
    text.append("Content-Type: ").append(response.content_type);
    text +=
        "\r\nContent-Length: " + std::to_string(response.body_size()) + "\r\n";
  }
  for (const auto& [name, value] : response.headers) {
    text.append(name).append(": ").append(value).append("\r\n");
  }
  text += keep ? "Connection: keep-alive\r\n\r\n" : "Connection: close\r\n\r\n";
  return text;
}

}  // namespace plumbline
