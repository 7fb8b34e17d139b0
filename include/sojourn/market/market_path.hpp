/// \file market_path.hpp
/// What becomes of a market: its mean field, in which every number is what is expected of the numbers before it.
///
/// As a market grows, whole people tend to it, with an error of their means that falls as `1 / N` (T. G. Kurtz, Journal of
/// Applied Probability 7, 1970).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "sojourn/chain/discount.hpp"
#include "sojourn/market/market.hpp"

namespace sojourn {

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

}  // namespace sojourn
