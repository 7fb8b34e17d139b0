// What fits: asked before it is allocated, for a system may promise more memory than it has and end the process later.
#pragma once

#include <string>

namespace sojourn::detail {

/// Bytes that this process may still use, as the system and its container tell; all that can be addressed where they do
/// not.
double free_memory();

/// Throws `runtime_error` when `bytes` are more than the memory that is free now. `what` begins the message, `advice` ends
/// it.
void check_memory(double bytes, const std::string& what, const std::string& advice);

}  // namespace sojourn::detail
