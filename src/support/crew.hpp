// Threads inside a long call: blocks of work shared out, while the calling thread works too, reports progress and looks for
// the wish to stop.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>

namespace sojourn::detail {

class Crew {
 public:
  /// `progress` is told now and then, from the calling thread only, what has been done so far; what it throws stops the work
  /// and is passed on. Whoever sets `cancel` stops it too. Null or empty = none.
  Crew(const std::function<void(std::int64_t done)>& progress, const std::atomic<bool>* cancel);

  /// How many workers `threads` (0 = as many as this process may use) make for so many blocks.
  static int size(std::int64_t n_blocks, int threads);

  /// Calls `work(worker, block)` for each block from 0, which returns what it has done in the unit of `progress`. Worker
  /// numbers are below `n_workers`, and no worker does two blocks at a time. What a block throws is passed on: the first of
  /// them by number. False when the work was cancelled before its end. What is done adds up over several runs.
  bool run(std::int64_t n_blocks, int n_workers,
           const std::function<std::int64_t(int worker, std::int64_t block)>& work);

  /// To be asked often inside a block: false when there is no use in going on. The block then returns, its work unfinished.
  bool goes_on();

  /// Why it does not go on: passes on what progress threw, and is false when the work was cancelled.
  bool end() const;

 private:
  void do_share(int worker);
  void look();
  void report();
  void wait_for(std::size_t n_others);

  const std::function<void(std::int64_t)>& progress_;
  const std::atomic<bool>* cancel_;
  const std::thread::id caller_ = std::this_thread::get_id();
  std::chrono::steady_clock::time_point last_look_ = std::chrono::steady_clock::now();
  std::int64_t n_blocks_ = 0;
  const std::function<std::int64_t(int, std::int64_t)>* work_ = nullptr;
  std::atomic<std::int64_t> next_{0};
  std::atomic<std::int64_t> done_{0};
  std::atomic<bool> stop_{false};    // cancelled, or progress threw: blocks are given up
  std::atomic<bool> failed_{false};  // a block threw: no other is begun
  bool was_cancelled_ = false;
  std::mutex mutex_;
  std::condition_variable one_ended_;
  std::size_t n_ended_ = 0;
  std::exception_ptr failure_;
  std::int64_t failed_block_ = 0;
};

}  // namespace sojourn::detail
