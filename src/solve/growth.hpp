// How fast a base grows that feeds itself, and what mix of states it tends to.
#pragma once

#include <optional>
#include <vector>

#include "sojourn/chain/chain.hpp"

namespace sojourn::detail {

struct Growth {
  double factor = 0.0;          ///< per period, in the long run
  std::optional<Vector> mix;    ///< law over the states, shape (n_states,); nothing where there is none
  std::vector<Index> piled_up;  ///< states without newcomers that empty no faster than the base grows
};

/// `brought`: newcomers per period in each state, 0 in states that are never left; `arrives`: their law of arrival, each
/// shape (n_states,); `delay`: chance of arriving 1, 2, … periods later.
///
/// States that newcomers reach and that lead to bringing others form, with the periods of waiting, one irreducible
/// non-negative matrix; its Perron root is found by Noda's iteration, whose upper bounds fall to it quadratically, each
/// system being solved without subtraction (T. Noda, Numerische Mathematik 17, 1971). Other states add classes of their
/// own.
Growth growth(const Chain& chain, const Vector& brought, const Vector& arrives, const Vector& delay);

}  // namespace sojourn::detail
