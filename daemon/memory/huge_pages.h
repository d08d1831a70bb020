// Memory in huge pages, for the tables that are read at random.
//
// A lookup in a table of hundreds of megabytes misses the TLB each time, which
// on a virtual machine costs more than the cache miss; and 4 KiB pages of fresh
// memory cost 40 ns for each 64 bytes first touched, against 9 ns here.

#pragma once

#include <cstddef>
#include <memory_resource>

namespace plumbline {

// Blocks of 2 MiB and more are mapped on their own, aligned to huge pages and
// advised to use them where the system allows; smaller ones are on the heap.
class HugePages : public std::pmr::memory_resource {
 private:
  void* do_allocate(size_t bytes, size_t alignment) override;
  void do_deallocate(void* block, size_t bytes, size_t alignment) override;
  bool do_is_equal(const memory_resource& other) const noexcept override {
    return this == &other;
  }
};

}  // namespace plumbline
