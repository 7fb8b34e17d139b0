#include "sojourn/chain/state_space.hpp"

#include <stdexcept>
#include <unordered_map>
#include <utility>

#include "support/text.hpp"

namespace sojourn {

struct StateSpace::Names {
  std::vector<std::string> list;
  std::unordered_map<std::string_view, Index> positions;  // views into `list`
};

StateSpace::StateSpace(std::vector<std::string> names) {
  if (names.empty()) throw std::invalid_argument("states: at least one state name is needed");
  auto made = std::make_shared<Names>();
  made->list = std::move(names);
  made->positions.reserve(made->list.size());
  for (std::size_t i = 0; i < made->list.size(); ++i) {
    const std::string& name = made->list[i];
    const std::string where = "states: the name at position " + std::to_string(i);
    if (name.empty()) throw std::invalid_argument(where + " is empty; every state needs a name");
    if (!text::is_utf8(name)) throw std::invalid_argument(where + " is not UTF-8 text; re-encode the names as UTF-8");
    const auto [earlier, is_new] = made->positions.emplace(name, static_cast<Index>(i));
    if (!is_new) {
      throw std::invalid_argument("states: the name " + text::quoted(name) + " stands at positions " +
                                  std::to_string(earlier->second) + " and " + std::to_string(i) +
                                  "; names must be distinct");
    }
  }
  names_ = std::move(made);
}

StateSpace::StateSpace(std::initializer_list<std::string> names) : StateSpace(std::vector<std::string>(names)) {}

Index StateSpace::n_states() const {
  return static_cast<Index>(names_->list.size());
}

const std::vector<std::string>& StateSpace::names() const {
  return names_->list;
}

const std::string& StateSpace::name(Index i) const {
  if (i < 0 || i >= n_states()) {
    throw std::out_of_range("state " + std::to_string(i) + " does not exist; positions run from 0 to " +
                            std::to_string(n_states() - 1));
  }
  return names_->list[static_cast<std::size_t>(i)];
}

Index StateSpace::index(std::string_view name) const {
  if (const auto found = find(name)) return *found;
  throw std::out_of_range("state " + text::quoted(name) + " does not exist; the states are " + text::list(names()));
}

std::optional<Index> StateSpace::find(std::string_view name) const {
  const auto found = names_->positions.find(name);
  if (found == names_->positions.end()) return std::nullopt;
  return found->second;
}

bool StateSpace::operator==(const StateSpace& other) const {
  return names_ == other.names_ || names_->list == other.names_->list;
}

StateValues::StateValues(StateSpace states, Vector values) : states_(std::move(states)), values_(std::move(values)) {
  if (values_.size() != states_.n_states()) {
    throw std::invalid_argument("values: expected one number for each of " + text::plural(states_.n_states(), "state") +
                                ", found " + std::to_string(values_.size()));
  }
}

double StateValues::at(Index i) const {
  states_.name(i);  // throws where there is no such state
  return values_[i];
}

bool StateValues::operator==(const StateValues& other) const {
  return states_ == other.states_ && values_ == other.values_;
}

}  // namespace sojourn
