// Money brought so far, followed forward in time along a chain: exactly while amounts are few, then on drifting grids.
#pragma once

#include <cstdint>
#include <vector>

#include "value/walk_problem.hpp"

namespace sojourn::detail {

/// One value with its probability and how far it may be off.
struct Mass {
  double value;
  double probability;
  double error = 0.0;
};

/// What may be between an amount on the grid and the true one, over the journeys that stand at one place.
struct Slip {
  double weight = 0.0;  // probability of standing there
  double low = 0.0;     // amount on the grid less true amount: smallest, largest, mean square; its mean is 0
  double high = 0.0;
  double square = 0.0;
  double up = 1.0;  // mean of exp(θ slip) and of exp(-θ slip), or more
  double down = 1.0;
};

/// Amounts base, base + h, … of one state.
struct Cells {
  double base = 0.0;
  std::vector<double> mass;
};

/// The walk. A copy is a walk of its own.
class ValueWalk {
 public:
  ValueWalk(const WalkProblem& problem, const Vector& start);

  Index period() const { return t_; }
  /// `γ^t`.
  double discount() const { return discount_; }
  bool on_grid() const { return h_ > 0.0; }
  double spacing() const { return h_; }
  /// Probability of standing in the state, whatever was taken out of it.
  double weight(Index i) const { return slips_[static_cast<std::size_t>(i)].weight; }
  const Slip& slip(Index i) const { return slips_[static_cast<std::size_t>(i)]; }
  const Cells& cells(Index i) const { return cells_[static_cast<std::size_t>(i)]; }
  const std::vector<Mass>& values(Index i) const { return values_[static_cast<std::size_t>(i)]; }
  /// The probability that is still walking.
  double remaining() const;
  /// No amount is left: all were taken out.
  bool is_empty() const;

  /// One period onward, every amount kept; false, and nothing done, when that makes more than `most` of them.
  bool step_exactly(Index most);
  /// Amounts are rounded to multiples of `h` from now on; `theta` is that of the moment generating function. A rehearsal
  /// follows the roundings alone.
  void lay_on_grid(double h, double theta, bool rehearsal, Index most_points);
  /// One period onward; at either end of a grid up to `trim` of probability is moved inward and added to `trimmed`.
  void step_on_grid(double trim);
  double trimmed() const { return trimmed_; }

  /// The probability of amounts for which amount + `shift` is at least `threshold`, taken out.
  double take_from(Index i, double shift, double threshold);
  /// The same for those below.
  double take_below(Index i, double shift, double threshold);
  /// Nobody stands there any more.
  void clear(Index i);

 private:
  /// A term of a sum of shifted grids.
  struct Term {
    const double* from;
    Index length;
    Index shift;
    double probability;
  };
  /// How those who arrive in a state are rounded to its grid.
  struct Rounding {
    double mean;          // of what it takes off their amounts
    std::int64_t lowest;  // cell of the lowest amount
  };

  static void add_one(double* out, const Term& term, Index begin, Index end);
  static void add_terms(double* out, const std::vector<Term>& terms, Index begin, Index end);

  // One state of a step on the grid: who arrives, how far each is rounded, and their masses.
  bool gather(Index to, Slip& slip, double& reference);
  Rounding round_to(double reference, Index to, double weight);
  void add_slips(Index to, double mean, Slip& slip) const;
  void add_masses(Index to, std::int64_t lowest, Cells& out);
  void fold_ends(double trim, Cells& out);

  const WalkProblem* problem_;
  Index t_ = 0;
  double discount_ = 1.0;
  double size_ = 0.0;  // no amount is larger
  double h_ = 0.0;
  double theta_ = 0.0;
  bool rehearsal_ = false;
  Index most_points_ = 0;
  double trimmed_ = 0.0;
  std::vector<Slip> slips_;
  std::vector<std::vector<Mass>> values_;
  std::vector<Cells> cells_;
  std::vector<Cells> next_;
  std::vector<Slip> next_slips_;
  std::vector<double> residuals_;     // of the moves into one state: amounts, then what rounding takes off them
  std::vector<std::int64_t> shifts_;  // of the moves into one state, in cells
  std::vector<Term> terms_;           // of the masses of one state
};

inline constexpr std::size_t most_rehearsed = 10'000'000;  // moves followed to find out what a spacing brings
inline constexpr double most_work = 4e11;                  // cells added up

/// Throws `invalid_argument` for bounds of an error out of range; `of` is what a relative error is a share of.
void check_errors(double relative_error, const char* of, double error_in_probability);
/// Throws `invalid_argument` for numbers of points or of exact values out of range.
void check_sizes(Index most_points, Index exact_values);

/// Thrown when a grid grows beyond its most points.
struct GridTooLarge {
  Index points;
};

}  // namespace sojourn::detail
