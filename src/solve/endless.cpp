#include "solve/endless.hpp"

#include <stdexcept>
#include <string>
#include <vector>

#include "sojourn/chain/structure.hpp"
#include "support/text.hpp"

namespace sojourn::detail {

namespace {

std::vector<std::string> names_of(const StateSpace& states, const std::vector<Index>& positions) {
  std::vector<std::string> names;
  for (const Index i : positions) names.push_back(states.name(i));
  return names;
}

bool brings_money(const Chain& chain, const Rewards& rewards, const std::vector<Index>& states) {
  for (const Index i : states) {
    if (rewards.per_state()[i] != 0.0) return true;
    if (!rewards.has_move_rewards()) continue;
    bool pays = false;  // the class is never left: all its moves stay inside
    chain.for_each_move(i, [&](Index j, double) { pays = pays || rewards.move_reward(i, j) != 0.0; });
    if (pays) return true;
  }
  return false;
}

}  // namespace

void refuse_endless_rewards(std::string_view who, const Chain& chain, const Rewards& rewards) {
  const Structure shape = structure(chain);
  for (const CommunicatingClass& c : shape.classes()) {
    if (!c.is_recurrent || !brings_money(chain, rewards, c.states)) continue;
    const std::string names = text::list(names_of(chain.states(), c.states));
    throw std::domain_error(std::string(who) + ": " + names + (c.states.size() == 1 ? " never ends" : " never end") +
                            " and keep" + (c.states.size() == 1 ? "s" : "") +
                            " bringing money; give a discount factor below 1 or a horizon");
  }
}

void refuse_endless_journeys(std::string_view who, const Chain& chain) {
  const Structure shape = structure(chain);
  for (const CommunicatingClass& c : shape.classes()) {
    if (!c.is_recurrent || c.states.size() == 1) continue;
    throw std::domain_error(std::string(who) + ": " + text::list(names_of(chain.states(), c.states)) +
                            " never end: a customer moves among them for ever; give a horizon");
  }
}

}  // namespace sojourn::detail
