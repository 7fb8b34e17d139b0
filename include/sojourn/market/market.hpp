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

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sojourn/chain/chain.hpp"
#include "sojourn/chain/discount.hpp"
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

struct MarketPathOptions {
  Index horizon = 0;                                ///< periods `T`, at least 1
  std::optional<Discount> discount = std::nullopt;  ///< unset = undiscounted
};

/// A market followed for `T` periods, as its mean field. Newcomers of period `t` come at its end: they are there at `t + 1`.
struct MarketPath {
  StateSpace states;
  Matrix occupancy;   ///< shape (T + 1, n_states): people in each state at `t = 0 … T`
  Vector pool;        ///< shape (T + 1,): people not reached
  Vector inside;      ///< shape (T + 1,): people in states that are not absorbing
  Vector gone;        ///< shape (T + 1,): people in absorbing states
  Vector referred;    ///< shape (T,): newcomers by word of mouth, brought in period `t`
  Vector advertised;  ///< shape (T,): newcomers by advertising
  Vector good;        ///< shape (T + 1,): stock of good experiences
  Vector bad;         ///< shape (T + 1,): stock of bad ones
  Vector reputation;  ///< shape (T + 1,): `ρ`, in force in the period that begins at `t`; empty without a reputation
  Vector revenue;  ///< shape (T,): currency, undiscounted: rewards of the states in a period and of the moves out of it
  Vector costs;    ///< shape (T,): currency, undiscounted: advertising and newcomers
  double profit;   ///< revenue less costs of all periods, discounted to `t = 0`, currency
  std::string definition;  ///< what was followed, in words
};

/// The mean field of a market. Throws `invalid_argument` for a market or options out of range, `domain_error` for money
/// beyond floating point.
MarketPath market_path(const Market& market, const MarketPathOptions& options);

/// A market that stands still.
struct MarketEquilibrium {
  Vector occupancy;   ///< shape (n_states,): people in each state
  double pool;        ///< people not reached
  double good;        ///< stock of good experiences
  double bad;         ///< stock of bad ones
  double reputation;  ///< `ρ`; 0.5 without a reputation
  double referred;    ///< newcomers per period by word of mouth
  double advertised;  ///< newcomers per period by advertising
  double profit;      ///< revenue less costs per period, currency, undiscounted
  /// By how much what is left of a small disturbance is multiplied in a period, in the long run: the largest modulus of an
  /// eigenvalue of the derivative of the mean field
  double spectral_radius;
  bool is_stable;   ///< `spectral_radius < 1`; when false, the market stays there only while nothing disturbs it
  double residual;  ///< largest change in one period, as a share of the people
};

/// The equilibria that are found from today's market, from an empty one and from one whose people are all there, with the best
/// reputation and with the worst: in order of the people inside, each once. Those that nothing leads to may be missing.
/// Up to 200 states. Throws `domain_error` where the market settles wherever it happens to be, as it does where those who
/// are gone never return.
std::vector<MarketEquilibrium> market_equilibria(const Market& market);

/// Where a base begins to shrink.
struct MarketThreshold {
  double probability;      ///< of the move, below which the base shrinks, or above which where `grows_above` is false
  bool grows_above;        ///< true when a more probable move makes it grow
  double reputation;       ///< `ρ` at the threshold; 0.5 without a reputation
  double current;          ///< the move's probability as it is
  double growth_now;       ///< the base's growth factor per period as it is
  std::string definition;  ///< what shrinks, in words
};

/// The growth factor per period of a base that is small beside the market and large beside the prior of its reputation: the
/// largest eigenvalue of `n_i → Σ n_i p_ij + s_j Σ n_i b_i`, with the reputation that its own stable mix of states brings
/// about, `ρ = Σ n_i g_i / Σ n_i (g_i + h_i)`; of the prior alone where nothing is shared. Advertising is not in it: it
/// brings newcomers, not growth. Up to 200 states. Throws `domain_error` where the reputation does not settle.
double market_growth(const Market& market);

/// The probability of the move `from → to`, the rest of its row in proportion, at which `market_growth` passes 1: on one side
/// of it the base shrinks towards what advertising alone keeps up. Where searchers answer strongly to the reputation, growth
/// may jump over 1 there. Throws `out_of_range` for an unknown state,
/// `domain_error` where the growth is on one side of 1 for every probability, with the growth that is reached.
MarketThreshold market_threshold(const Market& market, std::string_view from, std::string_view to);

/// One market as it is believed to be, and as it is.
struct DeliveryGap {
  MarketPath believed;
  MarketPath felt;
  double profit;  ///< `felt.profit - believed.profit`, currency
  std::string definition;
};

/// Follows the market with the probability `believed` for the move `from → to`, and with the probability `felt`, the rest of
/// the row in proportion (J. Allen, F. F. Reichheld, B. Hamilton, R. Markey, *Closing the delivery gap*, Bain & Company,
/// 2005: 80 % of companies believed to deliver what 8 % of their customers felt). Throws as `market_path`, and
/// `domain_error` where the row leads nowhere else.
DeliveryGap delivery_gap(const Market& market, std::string_view from, std::string_view to, double believed, double felt,
                         const MarketPathOptions& options);

struct MarketOptions {
  Index horizon = 0;                                ///< periods `T`, at least 1
  std::optional<Discount> discount = std::nullopt;  ///< unset = undiscounted
  std::uint64_t seed = 0;                           ///< any 64-bit number
  std::int64_t paths = 1;                           ///< independent repetitions, at least 1
  std::int64_t first_path = 0;                      ///< number of the first path, for simulating in parts
  int threads = 0;                                  ///< 0 = as many as this process may use
  /// Called now and then, from the calling thread only, with the paths done so far; what it throws stops the run and is
  /// passed on.
  std::function<void(std::int64_t done)> progress = {};
  /// Set it from another thread to stop: the call then throws `Cancelled`
  const std::atomic<bool>* cancel = nullptr;
};

/// Whole people in a market, along one or several paths. Rows and columns are as in `MarketPath`, with a path in front.
struct MarketSimulation {
  StateSpace states;
  std::int64_t n_paths;
  std::int64_t first_path;  ///< number of the first path
  Index horizon;            ///< periods `T`
  std::uint64_t seed;
  /// Shape (n_paths (T + 1), n_states), path by path: people in each state at `t = 0 … T`
  CountMatrix occupancy;
  CountMatrix pool;        ///< shape (n_paths, T + 1): people not reached
  CountMatrix referred;    ///< shape (n_paths, T): newcomers by word of mouth
  CountMatrix advertised;  ///< shape (n_paths, T): newcomers by advertising
  Matrix good;             ///< shape (n_paths, T + 1): stock of good experiences
  Matrix bad;              ///< shape (n_paths, T + 1): stock of bad ones
  Matrix reputation;       ///< shape (n_paths, T + 1): `ρ`; empty without a reputation
  Matrix revenue;          ///< shape (n_paths, T): currency, undiscounted
  Matrix costs;            ///< shape (n_paths, T): currency, undiscounted
  Vector profit;           ///< shape (n_paths,): discounted to `t = 0`, currency
  std::string definition;  ///< what was simulated, in words

  /// Shape (T + 1, n_states): one path. Throws `out_of_range`.
  Eigen::Map<const CountMatrix> occupancy_of(Index path) const;
};

/// Simulates a market as numbers of people per state: splits by multinomial draws as `simulate_cohort` does, a binomial
/// number of newcomers, a Poisson number of experiences from each source. The law is exact for any size, and what is drawn
/// in a path depends on the seed and its number alone. Throws `invalid_argument` for a market or options out of range
/// and for what does not fit into memory, `domain_error` for money beyond floating point.
MarketSimulation simulate_market(const Market& market, const MarketOptions& options);

struct MarketPeopleOptions {
  Index horizon = 0;                                ///< periods `T`, at least 1
  std::optional<Discount> discount = std::nullopt;  ///< unset = undiscounted
  std::uint64_t seed = 0;                           ///< any 64-bit number
  int threads = 0;                                  ///< 0 = as many as this process may use
  /// Called now and then, from the calling thread only, with the periods done so far; what it throws stops the run and is
  /// passed on.
  std::function<void(std::int64_t done)> progress = {};
  /// Set it from another thread to stop: the call then throws `Cancelled`
  const std::atomic<bool>* cancel = nullptr;
};

/// One per person who was ever there, in the order in which they came.
using PersonVector = Eigen::Matrix<std::int32_t, Eigen::Dynamic, 1>;

/// A market of single persons, with who brought whom. Persons have numbers from 0 in the order in which they first came, those
/// there at `t = 0` before all others; so whoever brought somebody has a lower number than he.
struct MarketPeople {
  MarketSimulation numbers;  ///< the same market in numbers: one path
  PersonVector arrived;      ///< period at whose beginning he was first there; 0 = at `t = 0`
  /// Who brought him then; -1 = nobody, as he was there at `t = 0` or came by advertising
  PersonVector brought_by;
  PersonVector generation;  ///< 0 where nobody brought him, otherwise one more than of who brought him
  PersonVector state;       ///< where he stands at `t = T`, by position; -1 = in the pool again

  Index n_persons() const { return arrived.size(); }
  /// How many whom nobody brought, whom those brought, whom these brought, and so on.
  CountVector generations() const;
  /// Shape (n_persons,): how many each has brought, as the first to do so.
  PersonVector brought() const;
};

/// Simulates a market person by person; the law is that of `simulate_market`. What is drawn depends on the seed alone, not on
/// the number of threads. People in one state differ in nothing but their number, so how many make each move is drawn first
/// and then who they are: those who stay where they are take no time. Up to 2^31 - 1 people; who never comes takes no memory. Throws as
/// `simulate_market` does.
MarketPeople simulate_market_people(const Market& market, const MarketPeopleOptions& options);

}  // namespace sojourn
