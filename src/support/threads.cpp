#include "support/threads.hpp"

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <stdexcept>
#include <system_error>
#include <thread>
#include <vector>

#if defined(__linux__)
#include <sched.h>
#endif

namespace sojourn::detail {

int available_threads() {
#if defined(__linux__)
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) == 0) return std::max(1, CPU_COUNT(&set));
#endif
  return std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

void check_threads(int threads) {
  if (threads >= 0 && threads <= 4096) return;
  throw std::invalid_argument("threads: expected 1 to 4096, or 0 for as many as this process may use, found " +
                              std::to_string(threads));
}

void for_each_block(std::int64_t n_blocks, int threads, const std::function<void(std::int64_t)>& work) {
  const auto wanted = std::min<std::int64_t>(threads > 0 ? threads : available_threads(), n_blocks);
  if (wanted <= 1) {
    for (std::int64_t block = 0; block < n_blocks; ++block) work(block);
    return;
  }
  std::atomic<std::int64_t> next{0};
  std::atomic<bool> stop{false};
  std::mutex mutex;
  std::exception_ptr failure;
  std::int64_t failed_block = n_blocks;
  // Blocks are begun in order and ended once begun, so the first to fail by number is always among the failed.
  const auto run = [&] {
    while (!stop.load(std::memory_order_relaxed)) {
      const std::int64_t block = next.fetch_add(1, std::memory_order_relaxed);
      if (block >= n_blocks) return;
      try {
        work(block);
      } catch (...) {
        stop = true;
        const std::lock_guard lock(mutex);
        if (block < failed_block) {
          failed_block = block;
          failure = std::current_exception();
        }
      }
    }
  };
  std::vector<std::thread> others;
  try {
    for (std::int64_t i = 1; i < wanted; ++i) others.emplace_back(run);
  } catch (const std::system_error&) {
    // No more threads to be had: those that are here do the work.
  }
  run();
  for (std::thread& thread : others) thread.join();
  if (failure) std::rethrow_exception(failure);
}

}  // namespace sojourn::detail
