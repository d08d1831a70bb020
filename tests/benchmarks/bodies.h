// The measured events, as a client's lines.

#pragma once

#include <cstddef>
#include <cstdio>
#include <random>
#include <string>
#include <vector>

namespace plumbline {

using Bodies = std::vector<std::string>;

class BodyMaker {
 public:
  // Bodies of `events` lines each.
  explicit BodyMaker(size_t events) : events_(events) {}

  // Events with their label, without an id.
  Bodies Labelled(size_t bodies) {
    Bodies made;
    for (size_t b = 0; b < bodies; ++b) {
      made.push_back(Make(b, [this](size_t) {
        return std::string(R"({"model":"nsw-price-direction","version":"1",)") +
               R"("prediction":")" + Class() + R"(","label":")" + Class() +
               R"(","timestamp":1790000000.5})";
      }));
    }
    return made;
  }

  // `bodies` of predictions and as many of their labels, which follow `trail`
  // bodies later.
  Bodies Joined(size_t bodies, size_t trail) {
    Bodies made;
    for (size_t b = 0; b < bodies + trail; ++b) {
      if (b < bodies) {
        made.push_back(Make(b, [this](size_t n) {
          return R"({"model":"nsw-price-direction","version":"1","id":")" +
                 Uuid(n) + R"(","prediction":")" + Class() +
                 R"(","timestamp":1790000000.5})";
        }));
      }
      if (b >= trail) {
        made.push_back(Make(b - trail, [this](size_t n) {
          return R"({"model":"nsw-price-direction","id":")" + Uuid(n) +
                 R"(","label":")" + Class() + R"(","timestamp":1790000100.5})";
        }));
      }
    }
    return made;
  }

 private:
  template <class Line>
  std::string Make(size_t body, Line line) {
    std::string text;
    for (size_t i = 0; i < events_; ++i) {
      text += line(body * events_ + i) + "\n";
    }
    return text;
  }

  static std::string Uuid(size_t n) {
    char text[40];
    std::snprintf(text, sizeof(text), "%08zx-0000-4000-8000-%012zx",
                  n * 2654435761u % 0xffffffff, n);
    return text;
  }
  const char* Class() { return random_() % 2 == 0 ? "UP" : "DOWN"; }

  const size_t events_;
  std::mt19937 random_{1};
};

}  // namespace plumbline
