// Order 0 against order 1: does the next state depend on the present one?
#pragma once

#include "trust/move_groups.hpp"

namespace sojourn::detail {

/// Do all rows share one law, but for the moves that are not allowed?
RowsTest compare_rows(const Lifecycle& lifecycle, const CountMatrix& moves, const GroupQuestion& question);

}  // namespace sojourn::detail
