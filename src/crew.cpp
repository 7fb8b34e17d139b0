#include "crew.hpp"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "threads.hpp"

namespace sojourn::detail {

namespace {

constexpr auto time_between_looks = std::chrono::milliseconds(50);

class Run {
 public:
  Run(std::int64_t n_blocks, const Crew& crew, const std::function<std::int64_t(int, std::int64_t)>& work)
      : n_blocks_(n_blocks), crew_(crew), work_(work) {}

  bool operator()(int n_workers) {
    if (is_cancelled()) return false;
    if (n_workers == 1 && n_blocks_ == 1 && !crew_.progress && crew_.cancel == nullptr) {
      running_ = 1;
      do_blocks(0);
    } else {
      run_on_threads(n_workers);
    }
    if (failure_) std::rethrow_exception(failure_);
    return !was_cancelled_;
  }

 private:
  bool is_cancelled() const { return crew_.cancel != nullptr && crew_.cancel->load(); }

  void give_up() {
    stop_ = true;
    if (crew_.stop != nullptr) *crew_.stop = true;
  }

  void do_blocks(int worker) {
    try {
      while (!stop_.load(std::memory_order_relaxed)) {
        const std::int64_t block = next_.fetch_add(1, std::memory_order_relaxed);
        if (block >= n_blocks_) break;
        done_.fetch_add(work_(worker, block), std::memory_order_relaxed);
      }
    } catch (...) {
      fail(std::current_exception());
    }
    const std::lock_guard lock(mutex_);
    --running_;
    all_done_.notify_one();
  }

  void fail(std::exception_ptr failure) {
    const std::lock_guard lock(mutex_);
    if (!failure_) failure_ = std::move(failure);
    give_up();
  }

  void run_on_threads(int n_workers) {
    std::vector<std::thread> threads;
    running_ = n_workers;
    try {
      while (static_cast<int>(threads.size()) < n_workers) {
        const auto worker = static_cast<int>(threads.size());
        threads.emplace_back([this, worker] { do_blocks(worker); });
      }
    } catch (const std::system_error&) {
      // No more threads to be had: those that are here do the work.
      const std::lock_guard lock(mutex_);
      running_ -= n_workers - static_cast<int>(threads.size());
    }
    if (threads.empty()) {
      running_ = 1;
      do_blocks(0);
    }
    watch();
    for (std::thread& thread : threads) thread.join();
  }

  void watch() {
    std::unique_lock lock(mutex_);
    do {
      all_done_.wait_for(lock, time_between_looks, [this] { return running_ == 0; });
      const bool is_running = running_ > 0;
      lock.unlock();
      if (is_cancelled() && is_running) {
        was_cancelled_ = true;
        give_up();
      }
      if (crew_.progress && !stop_) {
        try {
          crew_.progress(done_.load());
        } catch (...) {
          fail(std::current_exception());
        }
      }
      lock.lock();
    } while (running_ > 0);
  }

  std::int64_t n_blocks_;
  const Crew& crew_;
  const std::function<std::int64_t(int, std::int64_t)>& work_;
  std::atomic<std::int64_t> next_{0};
  std::atomic<std::int64_t> done_{0};
  std::atomic<bool> stop_{false};
  bool was_cancelled_ = false;
  std::mutex mutex_;
  std::condition_variable all_done_;
  int running_ = 0;
  std::exception_ptr failure_;
};

}  // namespace

int crew_size(std::int64_t n_blocks, int threads) {
  return static_cast<int>(
      std::clamp<std::int64_t>(threads > 0 ? threads : available_threads(), 1, std::max<std::int64_t>(n_blocks, 1)));
}

bool run_blocks(std::int64_t n_blocks, int n_workers, const Crew& crew,
                const std::function<std::int64_t(int worker, std::int64_t block)>& work) {
  return Run(n_blocks, crew, work)(n_workers);
}

}  // namespace sojourn::detail
