#include "sojourn/chain/lifecycle.hpp"

#include <mutex>
#include <stdexcept>
#include <utility>

#include "support/text.hpp"

namespace sojourn {

namespace detail {

/// Every move but those out of an exit, or those in `mask`. A square of many states is made only when somebody looks at it.
struct AllowedMoves {
  bool is_every_move = false;
  std::once_flag once;
  Mask mask;
};

}  // namespace detail

namespace {

std::vector<std::string> names_of(const std::vector<LifecycleState>& states) {
  std::vector<std::string> names;
  names.reserve(states.size());
  for (const LifecycleState& state : states) names.push_back(state.name);
  return names;
}

}  // namespace

std::string_view name(Role role) {
  switch (role) {
    case Role::prospect:
      return "prospect";
    case Role::purchase:
      return "purchase";
    case Role::customer:
      return "customer";
    case Role::advocate:
      return "advocate";
    case Role::at_risk:
      return "at_risk";
    case Role::exit:
      return "exit";
  }
  return "";
}

std::string_view name(Moment moment) {
  switch (moment) {
    case Moment::less_than_zero:
      return "less_than_zero";
    case Moment::stimulus:
      return "stimulus";
    case Moment::zmot:
      return "zmot";
    case Moment::fmot:
      return "fmot";
    case Moment::smot:
      return "smot";
    case Moment::umot:
      return "umot";
  }
  return "";
}

Lifecycle::Lifecycle(std::string name, std::vector<LifecycleState> states,
                     const std::vector<std::pair<std::string, std::string>>& moves)
    : name_(std::move(name)), states_(names_of(states)), details_(std::move(states)) {
  const Index n = n_states();
  Mask allowed = Mask::Constant(n, n, false);
  for (Index i = 0; i < n; ++i) {
    if (is_exit(i)) allowed(i, i) = true;
  }
  const auto position = [this](const std::string& state) {
    const auto found = states_.find(state);
    if (!found) {
      throw std::invalid_argument("lifecycle: a move names " + text::quoted(state) +
                                  ", which is not a state; the states are " + text::list(states_.names()));
    }
    return *found;
  };
  for (const auto& [from, to] : moves) {
    const Index i = position(from);
    const Index j = position(to);
    if (is_exit(i) && i != j) {
      throw std::invalid_argument("lifecycle: the exit " + text::quoted(from) + " allows the move to " +
                                  text::quoted(to) + "; an exit is never left (give it another role)");
    }
    allowed(i, j) = true;
  }
  for (Index i = 0; i < n; ++i) {
    if (!allowed.row(i).any()) {
      throw std::invalid_argument("lifecycle: " + text::quoted(states_.name(i)) +
                                  " allows no move; list where a customer can go from there, or make it an exit");
    }
  }
  allowed_ = std::make_shared<detail::AllowedMoves>();
  allowed_->mask = std::move(allowed);
}

Lifecycle::Lifecycle(StateSpace states, const std::vector<std::string>& exits) : states_(std::move(states)) {
  for (const std::string& state : states_.names()) details_.push_back({.name = state});
  for (const std::string& exit : exits) {
    const auto found = states_.find(exit);
    if (!found) {
      throw std::invalid_argument("exits: " + text::quoted(exit) + " is not a state; the states are " +
                                  text::list(states_.names()));
    }
    details_[static_cast<std::size_t>(*found)].role = Role::exit;
  }
  allowed_ = std::make_shared<detail::AllowedMoves>();
  allowed_->is_every_move = true;
}

const Mask& Lifecycle::allowed() const {
  if (allowed_->is_every_move) {
    std::call_once(allowed_->once, [this] {
      const Index n = n_states();
      allowed_->mask = Mask::Constant(n, n, true);
      for (const Index exit : exits()) {
        allowed_->mask.row(exit).setConstant(false);
        allowed_->mask(exit, exit) = true;
      }
    });
  }
  return allowed_->mask;
}

bool Lifecycle::allows(std::string_view from, std::string_view to) const {
  const Index i = states_.index(from);
  const Index j = states_.index(to);
  return allowed_->is_every_move ? !is_exit(i) || i == j : allowed_->mask(i, j);
}

std::vector<Index> Lifecycle::exits() const {
  std::vector<Index> found;
  for (Index i = 0; i < n_states(); ++i) {
    if (is_exit(i)) found.push_back(i);
  }
  return found;
}

Chain Lifecycle::illustrative_chain() const {
  if (!has_illustration()) {
    throw std::domain_error("illustrative_chain: only the presets (six_stages, moments_of_truth, full_journey, " +
                            std::string("subscription) have one; fit a chain or give its transition matrix"));
  }
  return {states_, illustration_, illustration_period_};
}

bool Lifecycle::operator==(const Lifecycle& other) const {
  return name_ == other.name_ && details_ == other.details_ && states_ == other.states_ &&
         (allowed_ == other.allowed_ || (allowed_->is_every_move && other.allowed_->is_every_move) ||
          allowed() == other.allowed()) &&
         illustration_.rows() == other.illustration_.rows() && illustration_ == other.illustration_;
}

}  // namespace sojourn
