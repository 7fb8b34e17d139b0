#include "support/memory.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <fstream>
#include <limits>
#include <stdexcept>

#include "support/text.hpp"

namespace sojourn::detail {

namespace {

/// The number in a file of one line; infinity where there is none.
double number_in(const char* path) {
  std::ifstream file(path);
  double number = 0.0;
  return file >> number ? number : std::numeric_limits<double>::infinity();
}

std::string gigabytes(double bytes) {
  return text::number(std::round(bytes / 1e7) / 100.0) + " GB";
}

}  // namespace

double free_memory() {
  double free = static_cast<double>(std::numeric_limits<std::ptrdiff_t>::max());
  std::ifstream system("/proc/meminfo");
  for (std::string key; system >> key;) {
    double kilobytes = 0.0;
    if (key == "MemAvailable:" && system >> kilobytes) free = 1024.0 * kilobytes;
  }
  const double limit = number_in("/sys/fs/cgroup/memory.max");
  const double used = number_in("/sys/fs/cgroup/memory.current");
  return limit < std::numeric_limits<double>::infinity() ? std::min(free, limit - used) : free;
}

void check_memory(double bytes, const std::string& what, const std::string& advice) {
  constexpr double small = 64e6;  // not worth a look
  if (bytes < small) return;
  const double free = free_memory();
  if (bytes <= free) return;
  throw std::runtime_error(what + " take " + gigabytes(bytes) + ", and " + gigabytes(free) + " are free; " + advice);
}

}  // namespace sojourn::detail
