#include "daemon/gzip/gzip_parts.h"

#include <zlib.h>

#include <new>

namespace plumbline {
namespace {

// Bytes of text in a piece: much shorter ones compress worse.
constexpr size_t kPiece = 32 << 10;
constexpr int kRaw = -15;  // the largest window, without a header

// The header of a member with the fastest compression, without time and name.
constexpr std::string_view kHeader("\x1f\x8b\x08\0\0\0\0\0\x04\xff", 10);
constexpr std::string_view kLastBlock("\x03\x00", 2);

void AppendLittleEndian(uint64_t n, std::string* out) {
  for (int i = 0; i < 4; ++i) out->push_back(static_cast<char>(n >> (8 * i)));
}

}  // namespace

struct GzipParts::Deflater {
  Deflater() {
    if (deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED, kRaw, 8,
                     Z_DEFAULT_STRATEGY) != Z_OK) {
      throw std::bad_alloc();
    }
  }
  ~Deflater() { deflateEnd(&stream); }

  z_stream stream{};
};

GzipParts::GzipParts() : deflater_(std::make_unique<Deflater>()) {}
GzipParts::~GzipParts() = default;

void GzipParts::Append(size_t part, std::string_view text) {
  if (part >= parts_.size()) parts_.resize(part + 1);
  parts_[part].text += text;
  if (parts_[part].text.size() >= kPiece) Pack(&parts_[part]);
}

void GzipParts::Pack(Part* part) {
  if (part->text.empty()) return;
  z_stream& stream = deflater_->stream;
  deflateReset(&stream);
  auto* text = reinterpret_cast<Bytef*>(part->text.data());
  const auto text_size = static_cast<uInt>(part->text.size());
  const size_t begin = packed_.size();
  // A flush takes a few bytes more than the bound for a whole stream.
  const size_t most = deflateBound(&stream, text_size) + 16;
  packed_.resize(begin + most);
  stream.next_in = text;
  stream.avail_in = text_size;
  stream.next_out = reinterpret_cast<Bytef*>(packed_.data() + begin);
  stream.avail_out = static_cast<uInt>(most);
  const int result = deflate(&stream, Z_FULL_FLUSH);
  const size_t size = most - stream.avail_out;
  packed_.resize(begin + size);
  if (result != Z_OK || stream.avail_in > 0) throw std::bad_alloc();
  part->pieces.push_back({begin, size, crc32(0, text, text_size), text_size});
  part->text.clear();
}

PackedText GzipParts::Finish() {
  for (Part& part : parts_) Pack(&part);
  constexpr size_t kTrailer = 8;
  PackedText whole;
  whole.gzip.reserve(kHeader.size() + packed_.size() + kLastBlock.size() +
                     kTrailer);
  whole.gzip = kHeader;
  uint64_t checksum = crc32(0, nullptr, 0);
  for (const Part& part : parts_) {
    for (const Piece& piece : part.pieces) {
      whole.gzip.append(packed_, piece.begin, piece.size);
      checksum = crc32_combine(checksum, piece.checksum,
                               static_cast<z_off_t>(piece.text_size));
      whole.text_size += piece.text_size;
    }
  }
  whole.gzip += kLastBlock;
  AppendLittleEndian(checksum, &whole.gzip);
  AppendLittleEndian(whole.text_size, &whole.gzip);
  return whole;
}

}  // namespace plumbline
