#include "core/pairs/pair_table.h"

#include <new>

namespace plumbline {

namespace {

constexpr size_t kAlignment = sizeof(Record);

}  // namespace

PairTable::PairTable(std::pmr::memory_resource* memory) : memory_(memory) {
  Clear();
}

PairTable::~PairTable() { FreeChunks(); }

void PairTable::Clear() {
  FreeChunks();
  end_ = 0;
  free_ = kNone;
  hand_ = 0;
  seen_dead_.clear();
  parts_.clear();
  slots_ = 0;
  for (size_t i = 0; i < kParts; ++i) {
    parts_.push_back({std::pmr::vector<Slot>(16, memory_), 0});
    slots_ += parts_.back().slots.size();
  }
}

void PairTable::FreeChunks() {
  for (Record* chunk : chunks_) {
    memory_->deallocate(chunk, kChunk * sizeof(Record), kAlignment);
  }
  chunks_.clear();
}

uint32_t PairTable::Insert(const PairKey& key) {
  Part& part = parts_[PartOf(key)];
  if ((part.used + 1) * 4 > part.slots.size() * 3) Grow(&part);

  uint32_t number = free_;
  if (number != kNone) {
    free_ = at(number).next;
  } else {
    number = end_++;
    if (number / kChunk == chunks_.size()) {
      chunks_.push_back(static_cast<Record*>(
          memory_->allocate(kChunk * sizeof(Record), kAlignment)));
    }
  }
  ++used_;

  Slot& slot = part.slots[SlotOf(part, key)];
  Record& record = *new (&at(number)) Record{};
  record.key = key;
  record.next = slot.record;
  if (slot.record == kNone) {
    slot.tag = TagOf(key);
    ++part.used;
  }
  slot.record = number;
  return number;
}

void PairTable::InsertCopy(const Record& record) {
  Record& copy = at(Insert(record.key));
  const uint32_t next = copy.next;
  copy = record;
  copy.next = next;
}

void PairTable::Remove(uint32_t number) {
  Record& record = at(number);
  Part& part = parts_[PartOf(record.key)];
  const size_t slot = SlotOf(part, record.key);
  uint32_t* link = &part.slots[slot].record;
  while (*link != number) link = &at(*link).next;
  *link = record.next;
  if (part.slots[slot].record == kNone) EraseSlot(&part, slot);
  Free(number);
}

void PairTable::RemoveChain(const PairKey& key) {
  Part& part = parts_[PartOf(key)];
  const size_t slot = SlotOf(part, key);
  for (uint32_t r = part.slots[slot].record; r != kNone;) {
    const uint32_t next = at(r).next;
    Free(r);
    r = next;
  }
  EraseSlot(&part, slot);
}

void PairTable::Free(uint32_t number) {
  Record& record = at(number);
  record = Record{};
  record.next = free_;
  free_ = number;
  --used_;
}

void PairTable::Grow(Part* part) {
  // Grows by half: twice the size would be emptier than kBytesPerRecord allows.
  std::pmr::vector<Slot> old(part->slots.size() * 3 / 2, memory_);
  old.swap(part->slots);
  slots_ += part->slots.size() - old.size();
  for (const Slot& slot : old) {
    if (slot.record == kNone) continue;
    size_t i = HomeOf(*part, slot.tag);
    while (part->slots[i].record != kNone) i = After(*part, i);
    part->slots[i] = slot;
  }
}

// Closes the gap by moving back every slot of the run that may be moved (D.
// Knuth, The Art of Computer Programming 3, 6.4, algorithm R).
void PairTable::EraseSlot(Part* part, size_t gap) {
  const size_t size = part->slots.size();
  // The steps from `from` to `to`, in the circle.
  const auto distance = [size](size_t from, size_t to) {
    return to >= from ? to - from : to + size - from;
  };
  for (size_t i = After(*part, gap); part->slots[i].record != kNone;
       i = After(*part, i)) {
    const size_t home = HomeOf(*part, part->slots[i].tag);
    if (distance(home, i) < distance(gap, i)) continue;
    part->slots[gap] = part->slots[i];
    gap = i;
  }
  part->slots[gap] = Slot{};
  --part->used;
}

}  // namespace plumbline
