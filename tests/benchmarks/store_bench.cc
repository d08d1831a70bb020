// The durable path of an event: one thread decodes, journals and applies, while
// other threads write checkpoints. It is compared with simdjson parsing the
// same lines, and with one RocksDB key per id. Labels with pairs only on disk
// are compared with RocksDB's look-ups alone. Prints JSON; report.py prints the
// ratios.
//
// usage: store_bench DIRECTORY [MILLIONS_OF_EVENTS]

#include <rocksdb/db.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/table.h>
#include <rocksdb/write_batch.h>
#include <simdjson.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "core/engine/pipeline.h"
#include "daemon/decode/body.h"
#include "daemon/memory/huge_pages.h"
#include "daemon/store/checkpointer.h"
#include "daemon/store/memory_split.h"
#include "daemon/store/recovery.h"
#include "daemon/store/stored_pairs.h"
#include "tests/benchmarks/bodies.h"

namespace {

using namespace plumbline;  // NOLINT: a benchmark

constexpr size_t kBatch = 1000;
constexpr size_t kTrail = 1000;  // batches from prediction to label
constexpr int64_t kNowMs = 1'790'001'000'000;
constexpr int64_t kMiB = int64_t{1} << 20;

double Seconds(std::chrono::steady_clock::time_point begin) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin)
      .count();
}

Bodies Padded(Bodies bodies) {
  for (std::string& body : bodies) {
    body.reserve(body.size() + BodyDecoder::Padding());
  }
  return bodies;
}

template <class Work>
double Rate(size_t events, Work work) {
  const auto begin = std::chrono::steady_clock::now();
  work();
  return static_cast<double>(events) / Seconds(begin);
}

double ParseOnly(const Bodies& bodies) {
  simdjson::dom::parser parser;
  size_t errors = 0;
  const double rate = Rate(bodies.size() * kBatch, [&] {
    for (std::string_view rest : bodies) {
      while (!rest.empty()) {
        const size_t end = rest.find('\n');
        simdjson::dom::element element;
        errors += parser.parse(rest.data(), end, false).get(element) !=
                  simdjson::SUCCESS;
        rest.remove_prefix(end + 1);
      }
    }
  });
  if (errors > 0) std::abort();
  return rate;
}

// The daemon without its sockets.
class Engine {
 public:
  Engine(const std::string& directory, int64_t memory_bytes)
      : hasher_(IdHasher::Random()), decoder_(&hasher_) {
    std::filesystem::remove_all(directory);
    std::filesystem::create_directories(directory);
    std::string error;
    const MemorySplit split = SplitMemory(memory_bytes, int64_t{4} << 30);
    database_ = Database::Open(directory, split.cache_bytes, &error);
    if (database_ == nullptr) Fail(error);
    filter_ = std::make_unique<KeyFilter>(split.filter_bytes, &memory_);
    pacer_ = std::make_unique<Pacer>(split.dirty_records);
    pairs_ = std::make_unique<StoredPairs>(database_.get(), filter_.get(),
                                           pacer_.get());
    history_ =
        std::make_unique<HistoryStore>(database_.get(), int64_t{1} << 40);
    pipeline_.UseStore(pairs_.get(), split.records, split.dirty_records);
    journal_ = FileJournal::Open({.directory = directory},
                                 Replayer(&pipeline_, &error), &error);
    if (journal_ == nullptr) Fail(error);
    pipeline_.SetJournal(journal_.get());
    checkpointer_ = std::make_unique<Checkpointer>(
        Checkpointer::Parts{&pipeline_, journal_.get(), database_.get(),
                            filter_.get(), history_.get(), pacer_.get()},
        Checkpointer::Due{uint64_t{128} << 20,
                          static_cast<int64_t>(split.dirty_records / 2)},
        Database::Stored{});
    Settings settings;
    settings.remembered_bytes = int64_t{4} << 30;
    settings.defaults.windows = {{"5m", 300'000, 0, 60},
                                 {"1h", 3'600'000, 0, 60},
                                 {"24h", 86'400'000, 0, 60},
                                 {"last_1000", 0, 1000, 0}};
    Outcome outcome;
    pipeline_.Commit(Command{settings}, kNowMs, &outcome);
  }

  void Post(const std::string& text) {
    std::string message;
    now_ms_ += 1;
    decoder_.Decode(text, BodyFormat::kNdjson, {}, now_ms_ * 1000, &body_,
                    &message);
    auto& batch = std::get<EventBatch>(command_);
    std::swap(batch, body_.batch);
    Outcome outcome;
    while (pipeline_.Commit(command_, now_ms_, &outcome) !=
           Pipeline::Status::kApplied) {
      ++refused_;
    }
    std::swap(batch, body_.batch);
    accepted_ += outcome.batch.accepted;
  }

  void Settle() { checkpointer_->Write(); }
  size_t in_memory() {
    size_t records = 0;
    pipeline_.Exclusively(
        [&](State* state) { records = state->table().size(); });
    return records;
  }
  uint64_t remembered() const { return pipeline_.state().records(); }
  uint64_t accepted() const { return accepted_; }
  uint64_t refused() const { return refused_; }
  const Database& database() const { return *database_; }
  std::vector<PairKey> StoredKeys() const {
    std::vector<PairKey> keys;
    database_->ForEachKey([&keys](const PairKey& key) {
      keys.push_back(key);
      return true;
    });
    return keys;
  }

 private:
  [[noreturn]] static void Fail(const std::string& error) {
    std::fprintf(stderr, "%s\n", error.c_str());
    std::exit(1);
  }

  HugePages memory_;
  const IdHasher hasher_;
  BodyDecoder decoder_;
  std::unique_ptr<Database> database_;
  std::unique_ptr<KeyFilter> filter_;
  std::unique_ptr<Pacer> pacer_;
  std::unique_ptr<StoredPairs> pairs_;
  std::unique_ptr<HistoryStore> history_;
  std::unique_ptr<FileJournal> journal_;
  Pipeline pipeline_{nullptr, &memory_};
  std::unique_ptr<Checkpointer> checkpointer_;
  DecodedBody body_;
  Command command_{EventBatch{}};
  int64_t now_ms_ = kNowMs;
  uint64_t accepted_ = 0;
  uint64_t refused_ = 0;
};

struct Durable {
  double rate = 0;
  double left_memory = 0;  // share of remembered pairs
};

Durable Whole(const std::string& directory, const Bodies& bodies,
              int64_t memory_bytes) {
  Engine engine(directory, memory_bytes);
  Durable result;
  result.rate = Rate(bodies.size() * kBatch, [&] {
    for (const std::string& body : bodies) engine.Post(body);
  });
  if (engine.accepted() != bodies.size() * kBatch) std::abort();
  if (engine.remembered() > 0) {
    result.left_memory = 1 - static_cast<double>(engine.in_memory()) /
                                 static_cast<double>(engine.remembered());
  }
  return result;
}

// One key per id: looked up, and written with its batch.
double KeyPerId(const std::string& directory, const Bodies& bodies) {
  std::filesystem::remove_all(directory);
  rocksdb::Options options;
  options.create_if_missing = true;
  options.compression = rocksdb::kNoCompression;
  rocksdb::BlockBasedTableOptions table;
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  table.block_cache = rocksdb::NewLRUCache(256 << 20);
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  rocksdb::DB* opened = nullptr;
  if (!rocksdb::DB::Open(options, directory, &opened).ok()) std::abort();
  const std::unique_ptr<rocksdb::DB> db(opened);
  const IdHasher hasher = IdHasher::Random();
  BodyDecoder decoder(&hasher);
  DecodedBody body;
  std::vector<std::array<uint64_t, 2>> keys(kBatch);
  std::vector<rocksdb::Slice> slices(kBatch);
  std::vector<rocksdb::PinnableSlice> values(kBatch);
  std::vector<rocksdb::Status> statuses(kBatch);
  uint64_t joined = 0;
  const double rate = Rate(bodies.size() * kBatch, [&] {
    for (const std::string& text : bodies) {
      std::string message;
      decoder.Decode(text, BodyFormat::kNdjson, {}, kNowMs * 1000, &body,
                     &message);
      for (size_t i = 0; i < kBatch; ++i) {
        const Event& event = body.batch.events[i];
        keys[i] = {event.id_hi, event.id_lo};
        slices[i] = {reinterpret_cast<const char*>(keys[i].data()), 16};
        values[i].Reset();
      }
      db->MultiGet({}, db->DefaultColumnFamily(), kBatch, slices.data(),
                   values.data(), statuses.data());
      rocksdb::WriteBatch write;
      for (size_t i = 0; i < kBatch; ++i) {
        Record record;
        if (statuses[i].ok()) {
          std::memcpy(static_cast<void*>(&record), values[i].data(),
                      sizeof(record));
          record.joined = 1;
          ++joined;
        }
        write.Put(slices[i],
                  {reinterpret_cast<const char*>(&record), sizeof(record)});
      }
      if (!db->Write({}, &write).ok()) std::abort();
    }
  });
  if (joined == 0) std::abort();
  return rate;
}

void Print(const char* name, double rate, double limit, double goal) {
  static bool first = true;
  std::printf(
      R"(%s {"name": "%s", "per_second": %.0f, "limit_per_second": %.0f, )"
      R"("goal": %.2f})",
      first ? "[" : ",\n", name, rate, limit, goal);
  first = false;
  std::fflush(stdout);
}

// Labels in shuffled order, for pairs that have all left memory.
void FromDisk(const std::string& directory, size_t bodies) {
  const Bodies predictions = Padded(BodyMaker(kBatch).Joined(bodies, bodies));
  Engine engine(directory, 64 * kMiB);
  for (size_t i = 0; i < bodies; ++i) engine.Post(predictions[i]);
  engine.Settle();
  std::vector<PairKey> keys = engine.StoredKeys();
  std::mt19937 random(1);
  std::shuffle(keys.begin(), keys.end(), random);
  std::vector<Record> records;
  const double look_ups = Rate(keys.size(), [&] {
    for (size_t i = 0; i + kBatch <= keys.size(); i += kBatch) {
      records.clear();
      std::sort(&keys[i], &keys[i] + kBatch);
      std::vector<PairKey> unreadable;
      for (size_t n = 0; n < kBatch;) {
        n += engine.database().Find({&keys[i + n], kBatch - n}, &records,
                                    &unreadable);
      }
      if (!unreadable.empty()) std::abort();
    }
  });
  const double rate = Rate(bodies * kBatch, [&] {
    for (size_t i = bodies; i < 2 * bodies; ++i) engine.Post(predictions[i]);
  });
  if (engine.accepted() != 2 * bodies * kBatch) std::abort();
  Print("labels of pairs on the disk, against MultiGet", rate, look_ups, 0.5);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) return 2;
  const std::string directory = std::string(argv[1]) + "/store";
  const size_t millions =
      argc > 2 ? static_cast<size_t>(std::atoi(argv[2])) : 20;
  {
    const Bodies bodies = Padded(BodyMaker(kBatch).Labelled(millions * 250));
    const double parse = ParseOnly(bodies);
    Print("labelled events, process, in process",
          Whole(directory, bodies, 256 * kMiB).rate, parse, 0.4);
  }
  const Bodies bodies =
      Padded(BodyMaker(kBatch).Joined(millions * 500, kTrail));
  const double parse = ParseOnly(bodies);
  const Durable spilled = Whole(directory, bodies, 512 * kMiB);
  if (millions >= 20 && spilled.left_memory < 0.5) std::abort();
  std::fprintf(stderr, "%.2f of the pairs have left memory\n",
               spilled.left_memory);
  Print("joined events, process, most pairs on the disk", spilled.rate, parse,
        0.25);
  Print("joined events, process, all in memory",
        Whole(directory, bodies, 8192 * kMiB).rate, parse, 0.25);
  // Only a part of the events, because this slows down with their number.
  Bodies some(bodies.begin(), bodies.begin() + static_cast<ptrdiff_t>(std::min(
                                                   bodies.size(), 4 * kTrail)));
  Print("the same, against a RocksDB key for each id", spilled.rate,
        KeyPerId(directory, some), 5);
  FromDisk(directory, millions * 100);
  std::printf("]\n");
  std::filesystem::remove_all(directory);
}
