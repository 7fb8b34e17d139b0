/// \file quadrants.hpp
/// Who pays and who brings: a base by own and by referred value.
#pragma once

#include <optional>
#include <vector>

#include "sojourn/market/referral_value.hpp"

namespace sojourn {

/// Customers by own and by referred value (V. Kumar, J. A. Petersen & R. P. Leone, "How Valuable Is Word of Mouth?",
/// Harvard Business Review 85(10), 2007).
enum class Quadrant {
  champions,  ///< high own value, high referred value
  affluents,  ///< high own value, low referred value
  advocates,  ///< low own value, high referred value
  misers,     ///< low both
};

struct QuadrantOptions {
  Vector brought = Vector();   ///< newcomers whom each customer has brought so far; empty = not known
  Vector expected = Vector();  ///< how many he should have brought, by periods in each state × `b`; with `brought` only
  /// Weight of what is expected against a customer's own history, above 0: his referred value is multiplied by
  /// `(strength + brought) / (strength + expected)`, the mean of a Gamma law after that history.
  double strength = 1.0;
  std::optional<double> own_threshold = std::nullopt;       ///< currency; unset = the median of the base
  std::optional<double> referred_threshold = std::nullopt;  ///< currency; unset = the median of the base
};

/// One quadrant of a base.
struct QuadrantTotal {
  Quadrant quadrant;
  Index customers;
  double own;       ///< sum of own values, currency
  double referred;  ///< sum of referred values, currency
};

/// A base of customers by own and referred value.
struct ReferralQuadrants {
  Vector own;                         ///< per customer, value still to come from him himself; currency
  Vector referred;                    ///< per customer, value of those whom he will bring; currency
  Vector multiplier;                  ///< per customer, what his own history makes of the rate of his state
  std::vector<Quadrant> quadrant;     ///< per customer
  double own_threshold;               ///< currency; high is above it
  double referred_threshold;          ///< currency; high is above it
  std::vector<QuadrantTotal> totals;  ///< champions, affluents, advocates, misers
};

/// The quadrants of a base whose customers stand in `customer_states`, given by position. Throws `invalid_argument` for no
/// customers, columns of other lengths, one of `brought` and `expected` without the other, or numbers that are negative or
/// not finite; `out_of_range` for a state that does not exist.
ReferralQuadrants referral_quadrants(const ReferralValue& value, const std::vector<Index>& customer_states,
                                     const QuadrantOptions& options = {});

}  // namespace sojourn
