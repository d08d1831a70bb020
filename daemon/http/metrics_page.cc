#include "daemon/http/metrics_page.h"

#include <malloc.h>

#include <chrono>
#include <string>
#include <string_view>
#include <utility>

#include "daemon/gzip/gzip.h"

namespace plumbline {
namespace {

// The piece that a reader copies out of a rendering. Each reader holds one.
constexpr size_t kPiece = 32 << 10;

// Bytes of text from which freed memory is worth returning to the system.
constexpr uint64_t kLarge = uint64_t{16} << 20;

// Reads a rendering in compressed pieces.
class Reader {
 public:
  explicit Reader(const Rendering* rendering)
      : rendering_(rendering), piece_(kPiece, '\0') {}

  // Empty at the end, and once the rendering is cut.
  std::string_view Next() {
    const size_t size = rendering_->Read(begin_, piece_.size(), piece_.data());
    begin_ += size;
    return std::string_view(piece_).substr(0, size);
  }
  bool at_end() const { return begin_ == rendering_->packed_size(); }

 private:
  const Rendering* const rendering_;
  std::string piece_;
  size_t begin_ = 0;
};

PackedText Pack(const Collector& collector) {
  GzipParts parts;
  Expose(collector, [&parts](size_t family, std::string_view piece) {
    parts.Append(family, piece);
  });
  return parts.Finish();
}

bool SendPacked(const Rendering& rendering, const SendPiece& send) {
  Reader reader(&rendering);
  while (!reader.at_end()) {
    const std::string_view piece = reader.Next();
    if (piece.empty() || !send(piece)) return false;
    rendering.NoteProgress();
  }
  return true;
}

bool SendText(const Rendering& rendering, const SendPiece& send) {
  Reader reader(&rendering);
  return GunzipPieces([&reader] { return reader.Next(); },
                      [&](std::string_view text) {
                        if (!send(text)) return false;
                        rendering.NoteProgress();
                        return true;
                      });
}

}  // namespace

HttpResponse MetricsPage::Answer(bool accepts_gzip) {
  // There is one format and one selection. A choice of either belongs in the
  // key.
  const auto rendering = renderings_.Get("text", [this] { return Render(); });
  if (rendering == nullptr) {
    return ErrorResponse(503, "overloaded",
                         "others waited for this page for too long");
  }
  HttpResponse response;
  response.content_type = "text/plain; version=0.0.4; charset=utf-8";
  response.headers.emplace_back("Vary", "Accept-Encoding");
  if (accepts_gzip) {
    response.headers.emplace_back("Content-Encoding", "gzip");
    response.pieces = {rendering->packed_size(),
                       [rendering](const SendPiece& send) {
                         return SendPacked(*rendering, send);
                       }};
  } else {
    response.pieces = {rendering->text_size(),
                       [rendering](const SendPiece& send) {
                         return SendText(*rendering, send);
                       }};
  }
  return response;
}

PackedText MetricsPage::Render() const {
  const auto begin = std::chrono::steady_clock::now();
  PackedText page = Pack(*collector_);
  if (page.text_size >= kLarge) malloc_trim(0);
  const std::chrono::duration<double> took =
      std::chrono::steady_clock::now() - begin;
  rendered_(took.count());
  return page;
}

}  // namespace plumbline
