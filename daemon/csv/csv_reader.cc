#include "daemon/csv/csv_reader.h"

#include <csv.h>

#include <new>
#include <utility>

namespace plumbline {
namespace {

// Blanks around an unquoted cell are trimmed. A tab may be the delimiter, so it
// is no blank.
int IsBlank(unsigned char c) { return c == ' ' ? 1 : 0; }

}  // namespace

struct CsvReader::Impl {
  csv_parser parser{};
  CsvCells cells;  // of the incomplete row
  bool whole = false;

  explicit Impl(char delimiter) {
    if (csv_init(&parser, 0) != 0) throw std::bad_alloc();
    csv_set_delim(&parser, static_cast<unsigned char>(delimiter));
    csv_set_space_func(&parser, IsBlank);
  }
  ~Impl() { csv_free(&parser); }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  static void OnCell(void* text, size_t size, void* self) {
    static_cast<Impl*>(self)->cells.emplace_back(static_cast<char*>(text),
                                                 size);
  }
  static void OnRow(int, void* self) { static_cast<Impl*>(self)->whole = true; }
};

CsvReader::CsvReader(char delimiter)
    : impl_(std::make_unique<Impl>(delimiter)), delimiter_(delimiter) {}
CsvReader::~CsvReader() = default;

bool CsvReader::Add(std::string_view line, CsvCells* cells) {
  // The only possible error is a lack of memory.
  if (csv_parse(&impl_->parser, line.data(), line.size(), Impl::OnCell,
                Impl::OnRow, impl_.get()) != line.size()) {
    throw std::bad_alloc();
  }
  if (!impl_->whole) return false;
  *cells = std::exchange(impl_->cells, {});
  impl_->whole = false;
  return true;
}

void CsvReader::Restart() { impl_ = std::make_unique<Impl>(delimiter_); }

}  // namespace plumbline
