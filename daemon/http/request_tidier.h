// RequestTidier: what HTTP/1.1 allows and civetweb 1.15 refuses, in the bytes
// of one connection, made into what it takes.
//
// Tabs in header values become spaces; white space around the value of
// Transfer-Encoding goes, and so do extensions of chunks, and trailers; the "*"
// of OPTIONS, the server itself, becomes "/". What is
// not understood is left as it is, to the end of the connection: civetweb, or
// HttpRequest::CheckHeaders(), refuses it. So both must see the same ends of
// messages: a request whose length is doubtful is never tidied beyond its head.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace plumbline {

class RequestTidier {
 public:
  // Tidies the next bytes of the connection in place, and returns how many they
  // are then. None at all can be left of them.
  size_t Tidy(char* bytes, size_t size);

 private:
  enum class Place : uint8_t {
    kStart,  // between messages
    kMethod,
    kTarget,       // its first byte
    kRequestLine,  // what is left of it
    kLine,         // of headers, its first byte
    kName,
    kValue,
    kValueEnd,  // behind its CR
    kHeadEnd,   // behind the CR of the empty line
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
    kEnd,  // behind the CR of the last line
    kUnknown,
  };
  enum class Header : uint8_t { kOther, kLength, kCoding };

  // Passes over bytes that change nothing else; returns how many.
  size_t Pass(char* bytes, size_t size);
  // What becomes of a byte.
  static constexpr int kDropped = -1;
  int Step(char c);
  int StepHead(char c);
  int StepChunks(char c);
  int StepTrailers(char c);
  int StepValue(char c);
  // The next byte is of `place` if this one is `wanted`.
  int Expect(char c, char wanted, Place place);
  // Leaves the rest alone; this byte becomes `c`.
  int GiveUp(char c);
  void EndName();
  void EndHead();
  // Counts what is dropped; false if it is too much.
  bool MayDrop();

  Place place_ = Place::kStart;
  Header header_ = Header::kOther;
  std::string name_;     // of the method, or of the header in lower case
  std::string value_;    // of Content-Length and Transfer-Encoding, trimmed
  bool spaced_ = false;  // white space behind value_
  int lengths_ = 0;      // headers that there were
  int codings_ = 0;
  std::string length_;
  std::string coding_;
  uint64_t left_ = 0;   // bytes of the body or chunk
  int digits_ = 0;      // of the size of the chunk
  size_t dropped_ = 0;  // bytes of the request
};

}  // namespace plumbline
