// What fits: asked before it is allocated, for a system may promise more memory than it has and end the process later.
#pragma once

#include <string>

namespace sojourn::detail {

/// Throws `runtime_error` when `bytes` are more than the memory that is free now. `what` begins the message, `advice` ends
/// it. Where free memory cannot be told, nothing is refused.
void check_memory(double bytes, const std::string& what, const std::string& advice);

}  // namespace sojourn::detail
