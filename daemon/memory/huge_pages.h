// HugePages: memory for tables with random access.
//
// Each lookup in a table of hundreds of megabytes misses the TLB, which on a
// virtual machine costs more than the cache miss. The first touch of 64 bytes
// costs 40 ns in fresh 4 KiB pages, and 9 ns here.

#pragma once

#include <cstddef>
#include <memory_resource>

namespace plumbline {

// Blocks of 2 MiB and more are mapped separately, aligned to huge pages and
// advised to use them; smaller ones come from the heap.
class HugePages : public std::pmr::memory_resource {
 private:
  void* do_allocate(size_t bytes, size_t alignment) override;
  void do_deallocate(void* block, size_t bytes, size_t alignment) override;
  bool do_is_equal(const memory_resource& other) const noexcept override {
    return this == &other;
  }
};

}  // namespace plumbline
