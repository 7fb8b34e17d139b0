// Threads inside a long call: blocks of work done by numbered workers, while the calling thread reports progress and looks
// for the wish to stop.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>

namespace sojourn::detail {

struct Crew {
  /// Told now and then, from the calling thread only, what has been done so far; what it throws stops the run.
  std::function<void(std::int64_t done)> progress = {};
  const std::atomic<bool>* cancel = nullptr;  ///< set by others to stop the run
  std::atomic<bool>* stop = nullptr;          ///< set by the crew when work under way is to be given up
};

/// How many workers `threads` (0 = as many as this process may use) make for so many blocks.
int crew_size(std::int64_t n_blocks, int threads);

/// Calls `work(worker, block)` for each block from 0, which returns what it has done in the unit of `progress`. Worker
/// numbers are below `n_workers`, and no worker does two blocks at a time. What a block throws is passed on. False when
/// the run was cancelled before its end.
bool run_blocks(std::int64_t n_blocks, int n_workers, const Crew& crew,
                const std::function<std::int64_t(int worker, std::int64_t block)>& work);

}  // namespace sojourn::detail
