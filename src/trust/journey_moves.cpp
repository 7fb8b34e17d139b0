#include "trust/journey_moves.hpp"

#include "chain/state_words.hpp"
#include "support/text.hpp"

namespace sojourn::detail {
namespace {

CountMatrix moves_of(const Journeys& journeys) {
  const Index n = journeys.states().n_states();
  CountMatrix moves = CountMatrix::Zero(n, n);
  const JourneyColumns& c = journeys.columns();
  for (std::size_t j = 0; j + 1 < c.offsets.size(); ++j) {
    for (auto i = static_cast<std::size_t>(c.offsets[j]); i + 1 < static_cast<std::size_t>(c.offsets[j + 1]); ++i) {
      ++moves(c.states[i], c.states[i + 1]);
    }
  }
  return moves;
}

}  // namespace

CountMatrix allowed_moves(const char* where, const Lifecycle& lifecycle, CountMatrix moves, Forbidden policy) {
  std::string named;
  for (Index i = 0; i < moves.rows(); ++i) {
    for (Index j = 0; j < moves.cols(); ++j) {
      if (moves(i, j) == 0 || lifecycle.allowed()(i, j)) continue;
      if (named.empty()) named = move_name(lifecycle.states(), i, j) + ' ' + text::plural(moves(i, j), "time");
      moves(i, j) = 0;
    }
  }
  if (!named.empty() && policy == Forbidden::refuse) {
    cannot(std::string(where) + ": the lifecycle forbids the observed move " + named +
           "; allow it, or drop such moves with forbidden = drop");
  }
  if (moves.sum() == 0) cannot(std::string(where) + ": no move has been observed, so there is nothing to test");
  return moves;
}

CountMatrix allowed_moves(const char* where, const Journeys& journeys, Forbidden policy) {
  return allowed_moves(where, journeys.lifecycle(), moves_of(journeys), policy);
}

const LifetimeValue* checked_value(const char* where, const std::optional<LifetimeValue>& value,
                                   const StateSpace& states, const Period& period) {
  if (!value) return nullptr;
  if (!(value->chain().states() == states) || !(value->chain().period() == period)) {
    refuse(std::string(where) + ": value: its chain has other states or another period; value a chain of these counts");
  }
  if (value->horizon()) refuse(std::string(where) + ": value: needs a value for life; this one has a horizon");
  return &*value;
}

void check_groups(const char* where, const char* name, Index groups) {
  constexpr Index most = 10'000;
  if (groups < 2 || groups > most) {
    refuse(std::string(where) + ": " + name + ": " + std::to_string(groups) + "; give from 2 to " +
           text::grouped(most));
  }
}

}  // namespace sojourn::detail
