// A market checked and made ready: its moves in rows, and its mean field one period further.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sojourn/chain/discount.hpp"
#include "sojourn/market/market.hpp"

namespace sojourn::detail {

struct MarketMove {
  Index to;
  double probability;  // of the chain as it is
  double reward;       // currency
  double contacts;
};

/// Shared experiences per person and period, of one source.
struct MarketSource {
  double weight;
  Vector good;
  Vector bad;
};

/// Where a market stands, in expected numbers.
struct MarketState {
  Vector occupancy;
  double good = 0.0;
  double bad = 0.0;
};

/// What a period brings.
struct MarketFlow {
  double referred = 0.0;
  double advertised = 0.0;
  double of_states = 0.0;  // currency
  double of_moves = 0.0;   // currency
};

/// A market that has been checked.
class MarketPlan {
 public:
  explicit MarketPlan(const Market& market);

  const StateSpace& states() const { return states_; }
  Index n_states() const { return states_.n_states(); }
  bool has_reputation() const { return search_.has_value(); }
  /// The searching state. Only where there is a reputation.
  Index search() const { return *search_; }
  /// `ρ` for these stocks; 0.5 without a reputation.
  double reputation_of(double good, double bad) const;
  /// The probabilities of the moves out of the searching state, in their order, at a reputation.
  void search_row(double rho, std::vector<double>& probabilities) const;
  /// Their derivatives by the reputation.
  void search_slopes(double rho, std::vector<double>& slopes) const;
  /// Advances the mean field by a period: `next` is where it then stands.
  MarketFlow step(const MarketState& now, MarketState& next) const;
  /// Money of a period that falls due at its beginning, and at its end.
  double at_beginning(const MarketFlow& flow) const { return flow.of_states - advertising_cost; }
  double at_end(const MarketFlow& flow) const {
    return flow.of_moves - referred_cost * flow.referred - advertised_cost * flow.advertised;
  }

  MarketState today() const;

  std::vector<std::size_t> first;  // row `i` holds the moves `first[i] … first[i + 1] - 1`
  std::vector<MarketMove> moves;
  std::vector<char> is_absorbing;
  bool has_move_contacts = false;
  double people = 0.0;
  CountVector stock;
  Vector state_rewards;
  Vector contacts;  // per state
  Vector arrives_at;
  Vector advertising_arrives_at;
  double advertising = 0.0;
  double advertising_cost = 0.0;
  double referred_cost = 0.0;
  double advertised_cost = 0.0;
  double returns = 0.0;
  ReputationLaw law;
  std::vector<MarketSource> sources;
  Vector good_rates;  // of all sources with their weights; empty = no reputation
  Vector bad_rates;
  double good_today = 0.0;
  double bad_today = 0.0;

 private:
  void read_moves(const Market& market);
  void read_reputation(const MarketReputation& given, const Chain& chain);
  double going_on(double rho) const;

  StateSpace states_;
  std::optional<Index> search_;
  std::vector<char> is_onward_;  // of the moves out of the searching state
  double onward_ = 0.0;          // their probability in the chain
};

/// The market in words, the same in all its definitions.
std::string describe_market(const MarketPlan& plan);

/// Throws `domain_error` for more states than equilibria and growth are worked out for.
void check_size(const char* who, const MarketPlan& plan);

/// The market with another probability for a move, the rest of the row in proportion. Throws `domain_error` where the row
/// leads nowhere else.
Market with_probability(const char* who, const Market& market, Index from, Index to, double probability);

/// The factor of a discount for the market's chain.
double market_factor(const Market& market, const std::optional<Discount>& discount);

[[noreturn]] void refuse_market_money(const char* who);

}  // namespace sojourn::detail
