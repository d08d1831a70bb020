#include "daemon/memory/huge_pages.h"

#include <sys/mman.h>

#include <cstdint>
#include <new>

namespace plumbline {
namespace {

constexpr size_t kHugePage = size_t{2} << 20;

size_t RoundUp(size_t bytes) {
  return (bytes + kHugePage - 1) / kHugePage * kHugePage;
}

}  // namespace

void* HugePages::do_allocate(size_t bytes, size_t alignment) {
  if (bytes < kHugePage) {
    return std::pmr::new_delete_resource()->allocate(bytes, alignment);
  }
  // Maps one page more, and trims both ends to the alignment.
  const size_t size = RoundUp(bytes);
  auto* map =
      static_cast<char*>(mmap(nullptr, size + kHugePage, PROT_READ | PROT_WRITE,
                              MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
  if (static_cast<void*>(map) == MAP_FAILED) throw std::bad_alloc();
  const auto begin = reinterpret_cast<uintptr_t>(map);
  const size_t head = RoundUp(begin) - begin;
  char* block = map + head;
  if (head > 0) munmap(map, head);
  if (head < kHugePage) munmap(block + size, kHugePage - head);
  madvise(block, size, MADV_HUGEPAGE);  // on failure small pages serve
  return block;
}

void HugePages::do_deallocate(void* block, size_t bytes, size_t alignment) {
  if (bytes < kHugePage) {
    std::pmr::new_delete_resource()->deallocate(block, bytes, alignment);
  } else {
    munmap(block, RoundUp(bytes));
  }
}

}  // namespace plumbline
