#include "daemon/http/whole_answers.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

namespace plumbline {
namespace {

// Smaller bodies are not counted: one for each thread takes little.
constexpr size_t kSmall = 64 << 10;
constexpr size_t kPiece = 256 << 10;

HttpResponse Overloaded() {
  return ErrorResponse(503, "overloaded",
                       "too many answers are being made or not taken yet");
}

}  // namespace

struct WholeAnswers::Held {
  ~Held() {
    const std::lock_guard lock(owner->mutex_);
    owner->bytes_ -= body.size();
  }
  bool Send(const SendPiece& send) const {
    for (std::string_view rest = body; !rest.empty();) {
      if (!send(rest.substr(0, kPiece))) return false;
      rest.remove_prefix(std::min(kPiece, rest.size()));
    }
    return true;
  }

  WholeAnswers* owner;
  std::string body;
};

// Waits for a turn to build an answer, and holds it.
class WholeAnswers::Turn {
 public:
  explicit Turn(WholeAnswers* owner) : owner_(owner) {
    std::unique_lock lock(owner_->mutex_);
    const Limits& limits = owner_->limits_;
    if (owner_->made_ >= limits.at_once && owner_->waiting_ >= limits.waiting) {
      return;
    }
    ++owner_->waiting_;
    owner_->freed_.wait(lock, [&] { return owner_->made_ < limits.at_once; });
    --owner_->waiting_;
    ++owner_->made_;
    is_there_ = true;
  }
  ~Turn() {
    if (!is_there_) return;
    const std::lock_guard lock(owner_->mutex_);
    --owner_->made_;
    owner_->freed_.notify_one();
  }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;

  bool is_there() const { return is_there_; }

 private:
  WholeAnswers* const owner_;
  bool is_there_ = false;
};

HttpResponse WholeAnswers::Answer(const std::function<HttpResponse()>& make) {
  const Turn turn(this);
  if (!turn.is_there()) return Overloaded();
  return Hold(make());
}

HttpResponse WholeAnswers::Hold(HttpResponse response) {
  if (response.body.size() <= kSmall) return response;
  {
    const std::lock_guard lock(mutex_);
    if (bytes_ > 0 && bytes_ + response.body.size() > limits_.bytes) {
      return Overloaded();
    }
    bytes_ += response.body.size();
  }
  const std::shared_ptr<Held> held(new Held{this, std::move(response.body)});
  response.body.clear();
  response.pieces = {
      .size = held->body.size(),
      .send = [held](const SendPiece& send) { return held->Send(send); }};
  return response;
}

}  // namespace plumbline
