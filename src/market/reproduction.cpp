#include "market/reproduction.hpp"

#include <stdexcept>
#include <string>

#include "sojourn/chain/structure.hpp"
#include "support/text.hpp"

namespace sojourn::detail {

std::vector<Index> Reproduction::left() const {
  std::vector<Index> found;
  for (std::size_t i = 0; i < is_for_ever.size(); ++i) {
    if (is_for_ever[i] == 0) found.push_back(static_cast<Index>(i));
  }
  return found;
}

Reproduction reproduction(std::string_view who, const Chain& chain, const Referrals& referrals,
                          const Vector& arrives_at) {
  const StateSpace& states = chain.states();
  const Index n = states.n_states();
  Reproduction laws{referrals.per_period(chain), arrives_at, std::vector<char>(static_cast<std::size_t>(n), 0)};
  if (laws.arrives.size() == 0) laws.arrives = start_in(states, states.name(0));
  check_distribution("arrives_at", states, laws.arrives);
  const Structure shape = structure(chain);
  for (const Index i : shape.recurrent_states()) {
    laws.is_for_ever[static_cast<std::size_t>(i)] = 1;
    if (laws.brought[i] > 0.0) {
      throw std::domain_error(std::string(who) + ": " + text::quoted(states.name(i)) + " brings " +
                              text::number(laws.brought[i], 6) +
                              " newcomers per period and is never left, so that one customer would bring them without "
                              "end; let newcomers be brought in states that are left");
    }
    if (laws.arrives[i] > 0.0 && chain.is_absorbing(i)) {
      throw std::invalid_argument("arrives_at: newcomers arrive in " + text::quoted(states.name(i)) +
                                  ", which is an exit; name the state in which they begin");
    }
  }
  if (!laws.brought.allFinite()) {
    throw std::invalid_argument("referrals: a state and its moves bring more newcomers than a number can hold");
  }
  return laws;
}

}  // namespace sojourn::detail
