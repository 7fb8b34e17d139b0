/// \file market.hpp
/// A living market: people not yet reached, those on their way, customers, and those who are gone.
///
/// Of `N` people, `n_i` are in state `i` of a chain and the rest, the pool, have not been reached. In a period
///
/// - whoever is in state `i` moves on by the chain; its absorbing states are for those who are gone;
/// - he makes a Poisson number of contacts, `b_i` on average and `c_ij` more with a move, each with someone of the `N`
///   people at random. Who is in the pool and is contacted comes to the chain next period, brought by the first who
///   contacted him. Those whom nobody contacted come by advertising with probability `a`. So one of the pool comes with
///   probability `1 - (1 - a) exp(-Λ / N)`, `Λ = Σ n_i (b_i + Σ_j p_ij c_ij)`: newcomers grow with the base and run out
///   with the pool. With one state that is never left, no period but an instant, this is the diffusion of F. M. Bass
///   (Management Science 15, 1969), whose innovators answer to `a` and imitators to `b`;
/// - experiences are shared, good and bad; they make a reputation (see `reputation.hpp`), which from the next period on
///   moves the chance that a searcher goes on;
/// - of those gone, a share may return to the pool.
///
/// Money: rewards of the states at the start of a period; at its end rewards of the moves, less the cost of each newcomer.
/// All values are discounted to `t = 0`.
///
/// `market_path` follows the mean field, in which every number is what is expected of the numbers before it;
/// `simulate_market` lets whole people come and go by chance, as numbers per state, and `simulate_market_people` one by
/// one, with who brought whom. As the market grows, both tend to the mean field, with an error of its means that falls as
/// `1 / N` (T. G. Kurtz, Journal of Applied Probability 7, 1970).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sojourn/chain/chain.hpp"
#include "sojourn/chain/rewards.hpp"
#include "sojourn/market/referrals.hpp"
#include "sojourn/market/reputation.hpp"

namespace sojourn {

/// Where experiences are shared, and how much each counts.
struct ExperienceSource {
  std::string name = "experiences";  ///< friends, reviews, own site; for messages
  double weight = 1.0;               ///< what one shared experience adds to the stock, at least 0
  Vector good = {};  ///< good experiences shared per period by one who is in a state, shape (n_states,); empty = none
  Vector bad = {};   ///< bad ones, alike
};

/// What is told, and which step of the way depends on it.
struct MarketReputation {
  ReputationLaw law = {};
  std::string search = {};  ///< the state of those who search
  /// Where they go on to; empty = wherever their row leads, but for staying and for absorbing states
  std::vector<std::string> onward = {};
  std::vector<ExperienceSource> sources = {};
  double good = 0.0;  ///< stock of good experiences today, at least 0
  double bad = 0.0;   ///< stock of bad ones
};

/// A market as it stands at `t = 0`. It is checked by whatever is asked of it: throws `invalid_argument` for numbers out of
/// range, `out_of_range` for an unknown state.
struct Market {
  Chain chain;
  Rewards rewards;
  std::int64_t people = 0;  ///< the whole market `N`, from 1 to 2^51
  CountVector stock = {};   ///< people in each state today, shape (n_states,), those gone too; empty = nobody
  /// Contacts `b_i` per period of one who is in a state, `c_ij` with a move; in a market hardly touched, that many newcomers.
  /// Unset = none
  std::optional<Referrals> referrals = std::nullopt;
  Vector arrives_at = {};              ///< law of a newcomer's first state, shape (n_states,); empty = the first state
  double advertising = 0.0;            ///< probability per period that one of the pool comes by advertising, in [0, 1]
  Vector advertising_arrives_at = {};  ///< law of his first state; empty = `arrives_at`
  double advertising_cost = 0.0;       ///< currency per period
  double referred_cost = 0.0;          ///< currency for each newcomer by word of mouth
  double advertised_cost = 0.0;        ///< currency for each newcomer by advertising
  double returns = 0.0;                ///< share of those gone who return to the pool in a period, in [0, 1]
  std::optional<MarketReputation> reputation = std::nullopt;  ///< unset = the chain holds as it is
};

}  // namespace sojourn
