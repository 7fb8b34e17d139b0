// Threads inside a call: work cut into numbered blocks, whose results do not depend on who does them.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

namespace sojourn::detail {

/// As many as this process may use, at least 1.
int available_threads();

/// Calls `work(block)` for each block from 0, on up to `threads` threads (0 = as many as this process may use), the
/// calling one included; with one thread, on that alone. What a block throws is passed on: the first of them by number.
void for_each_block(std::int64_t n_blocks, int threads, const std::function<void(std::int64_t)>& work);

/// Throws `invalid_argument` for a negative number of threads, or one beyond all reason.
void check_threads(int threads);

}  // namespace sojourn::detail
