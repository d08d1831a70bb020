// RequestTidier: rewrites forms of HTTP/1.1 that civetweb 1.15 refuses into
// forms that it accepts, in the bytes of one connection.
//
// Tabs in header values become spaces. White space around the value of
// Transfer-Encoding, chunk extensions and trailers are removed. The target "*"
// of OPTIONS becomes "/". After bytes that it does not understand, the tidier
// changes nothing more on the connection: civetweb or
// HttpRequest::CheckHeaders() refuses them. Tidier and civetweb must agree on
// the ends of messages, so a request of doubtful length is never tidied beyond
// its head.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace plumbline {

class RequestTidier {
 public:
  // Tidies the next bytes of the connection in place, and returns their new
  // number, which can be 0.
  size_t Tidy(char* bytes, size_t size);

 private:
  enum class Place : uint8_t {
    kStart,  // between messages
    kMethod,
    kTarget,       // its first byte
    kRequestLine,  // the rest of it
    kLine,         // of headers, its first byte
    kName,
    kValue,
    kValueEnd,  // after its CR
    kHeadEnd,   // after the CR of the empty line
    kBody,
    kChunkSize,
    kExtension,
    kChunkSizeEnd,
    kChunk,
    kChunkCr,
    kChunkLf,
    kTrailer,  // a line, its first byte
    kTrailerLine,
    kTrailerLineEnd,
    kEnd,  // after the CR of the last line
    kUnknown,
  };
  enum class Header : uint8_t { kOther, kLength, kCoding };

  // Skips bytes that do not change the state; returns their number.
  size_t Pass(char* bytes, size_t size);
  // The steps return the byte that replaces `c`, or kDropped.
  static constexpr int kDropped = -1;
  int Step(char c);
  int StepHead(char c);
  int StepChunks(char c);
  int StepTrailers(char c);
  int StepValue(char c);
  // Goes on to `place` if this byte is `wanted`.
  int Expect(char c, char wanted, Place place);
  // Changes nothing more; this byte becomes `c`.
  int GiveUp(char c);
  void EndName();
  void EndHead();
  // Counts a dropped byte; false if there are too many.
  bool MayDrop();

  Place place_ = Place::kStart;
  Header header_ = Header::kOther;
  std::string name_;     // of the method, or of the header in lower case
  std::string value_;    // of Content-Length and Transfer-Encoding, trimmed
  bool spaced_ = false;  // white space after value_
  int lengths_ = 0;      // number of headers
  int codings_ = 0;
  std::string length_;
  std::string coding_;
  uint64_t left_ = 0;   // bytes of body or chunk
  int digits_ = 0;      // of the size of the chunk
  size_t dropped_ = 0;  // bytes of the request
};

}  // namespace plumbline
