#include "support/crew.hpp"

#include <algorithm>
#include <system_error>
#include <vector>

#include "support/threads.hpp"

namespace sojourn::detail {

namespace {

constexpr auto time_between_looks = std::chrono::milliseconds(50);

}  // namespace

Crew::Crew(const std::function<void(std::int64_t done)>& progress, const std::atomic<bool>* cancel)
    : progress_(progress), cancel_(cancel) {}

int Crew::size(std::int64_t n_blocks, int threads) {
  const std::int64_t wanted = threads > 0 ? threads : available_threads();
  return static_cast<int>(std::clamp<std::int64_t>(wanted, 1, std::max<std::int64_t>(n_blocks, 1)));
}

bool Crew::run(std::int64_t n_blocks, int n_workers,
               const std::function<std::int64_t(int worker, std::int64_t block)>& work) {
  n_blocks_ = n_blocks;
  work_ = &work;
  next_ = 0;
  n_ended_ = 0;
  look();
  std::vector<std::thread> others;
  others.reserve(static_cast<std::size_t>(n_workers));
  try {
    for (int worker = 1; worker < n_workers; ++worker) {
      others.emplace_back([this, worker] {
        do_share(worker);
        const std::lock_guard lock(mutex_);
        ++n_ended_;
        one_ended_.notify_one();
      });
    }
  } catch (const std::system_error&) {
    // No more threads to be had: those that are here do the work.
  }
  do_share(0);
  wait_for(others.size());
  for (std::thread& thread : others) thread.join();
  if (!stop_ && !failed_) report();
  return end();
}

bool Crew::goes_on() {
  if (!stop_.load(std::memory_order_relaxed) && std::this_thread::get_id() == caller_ &&
      std::chrono::steady_clock::now() - last_look_ >= time_between_looks) {
    look();
  }
  return !stop_.load(std::memory_order_relaxed);
}

bool Crew::end() const {
  if (failure_) std::rethrow_exception(failure_);
  return !was_cancelled_;
}

void Crew::do_share(int worker) {
  // Blocks are begun in order and ended once begun, so the first to fail by number is always among the failed.
  while (goes_on() && !failed_.load(std::memory_order_relaxed)) {
    const std::int64_t block = next_.fetch_add(1, std::memory_order_relaxed);
    if (block >= n_blocks_) return;
    try {
      const std::int64_t done = (*work_)(worker, block);
      if (!stop_.load(std::memory_order_relaxed)) done_.fetch_add(done, std::memory_order_relaxed);
    } catch (...) {
      const std::lock_guard lock(mutex_);
      if (!failure_ || (failed_ && block < failed_block_)) {
        failure_ = std::current_exception();
        failed_block_ = block;
      }
      failed_ = true;
    }
  }
}

/// In the calling thread only.
void Crew::look() {
  report();
  if (cancel_ == nullptr || !cancel_->load()) return;
  was_cancelled_ = true;
  stop_ = true;
}

void Crew::report() {
  last_look_ = std::chrono::steady_clock::now();
  if (!progress_) return;
  try {
    progress_(done_.load());
  } catch (...) {
    const std::lock_guard lock(mutex_);
    if (!failure_) failure_ = std::current_exception();
    stop_ = true;
  }
}

void Crew::wait_for(std::size_t n_others) {
  std::unique_lock lock(mutex_);
  while (!one_ended_.wait_for(lock, time_between_looks, [&] { return n_ended_ == n_others; })) {
    if (stop_) continue;
    lock.unlock();
    look();
    lock.lock();
  }
}

}  // namespace sojourn::detail
