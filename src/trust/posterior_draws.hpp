// Draws from the rows of a fit after counting: of the chain, of its mean rewards, and of values, many at a time.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "sojourn/value/lifetime_value.hpp"
#include "support/random_laws.hpp"

namespace sojourn::detail {

/// What a random word is used for: the upper bits of the last word of the Philox counter. Simulation uses 0 to 3 whole.
enum class Purpose : std::uint32_t {
  move = 1u << 24,
  mean_reward = 2u << 24,
  customer = 3u << 24,
  referrals = 4u << 24,
  good_experiences = 5u << 24,
  bad_experiences = 6u << 24
};

inline WordStream words_for(std::uint64_t seed, std::uint64_t draw, std::uint32_t item, Purpose purpose) {
  return {seed,
          {static_cast<std::uint32_t>(draw), static_cast<std::uint32_t>(draw >> 32), item,
           static_cast<std::uint32_t>(purpose)}};
}

/// Rows of a chain, drawn from Dirichlet laws. A row of zeros in `posterior` is known and is that of `known`.
class DirichletRows {
 public:
  DirichletRows(const Matrix& posterior, const Matrix& known, std::uint64_t seed);

  Index n_states() const { return n_; }
  /// The moves that some draw can have.
  const Mask& support() const { return support_; }

  /// The matrix of draw `k` into `out`, entry `(i, j)` at `out[(i n + j) stride]`.
  void draw(std::uint64_t k, double* out, Index stride) const;

 private:
  struct Cell {
    Index column;
    GammaLaw law;
  };
  struct Row {
    Index state;
    std::size_t begin;
    std::size_t end;
  };

  void draw_by_logarithms(std::uint64_t k, const Row& row, double* out, Index stride) const;

  Index n_;
  std::uint64_t seed_;
  std::vector<Row> rows_;
  std::vector<Cell> cells_;
  std::vector<Index> not_drawn_;  // entries of `known_` that every draw has
  Matrix known_;                  // zero in the rows that are drawn
  Mask support_;
};

/// Mean rewards, drawn as normals around the means of a fit with their standard errors, or given and known.
class RewardDraws {
 public:
  /// The mean rewards of a fit.
  RewardDraws(const FitResult& fit, std::uint64_t seed);
  /// Known ones.
  explicit RewardDraws(Rewards known);

  const Rewards& center() const { return center_; }
  /// Per state: true when its mean varies from draw to draw.
  bool varies(Index state) const { return error_[state] > 0.0; }
  bool is_exit(Index state) const { return is_exit_[static_cast<std::size_t>(state)] != 0; }
  bool any_exit_varies() const;

  /// The mean of one state in draw `k`: per period, or for an exit per move into it.
  double mean(std::uint64_t k, Index state) const;
  /// The moves that pay the mean of an exit.
  const Mask& paying() const { return paying_; }
  Rewards rewards(std::uint64_t k) const;

  double center_mean(Index state) const { return mean_[state]; }
  /// The centre with another mean for one state.
  Rewards rewards_with(Index state, double mean) const;
  /// Every mean `z` standard errors higher.
  Rewards shifted(double z) const;

 private:
  template <class MeanOf>
  Rewards with_means(const MeanOf& mean_of) const;
  void set_mean(Vector& per_state, Matrix& per_move, Index state, double mean) const;

  Rewards center_;
  Vector mean_;
  Vector error_;
  std::vector<char> is_exit_;
  Mask paying_;
  std::uint64_t seed_ = 0;
};

/// Values per state of one draw after another, several at a time: their systems are solved side by side, one to a lane.
class ValueDraws {
 public:
  static constexpr Index lanes = 8;

  /// For values as `like` asks for them.
  ValueDraws(const LifetimeValue& like, std::uint64_t seed);

  /// Draws `first … first + lanes - 1`, shape (lanes, n_states); only the first `wanted` are filled in. `failed(k,
  /// why)` is told of draws without a value.
  template <class Failed>
  void draw(std::uint64_t first, Index wanted, Eigen::Ref<Matrix> out, const Failed& failed) const {
    const bool side_by_side = is_small_ && draw_together(first, out, wanted);
    for (Index l = 0; l < wanted; ++l) {
      if (side_by_side && out.row(l).allFinite()) continue;
      try {
        out.row(l) = draw_alone(first + static_cast<std::uint64_t>(l)).transpose();
      } catch (const std::domain_error& error) {
        failed(first + static_cast<std::uint64_t>(l), error.what());
      }
    }
  }

  /// Draw `k` by `lifetime_value` itself.
  Vector draw_alone(std::uint64_t k) const;

 private:
  using Lanes = Eigen::Array<double, lanes, 1>;

  bool draw_together(std::uint64_t first, Eigen::Ref<Matrix> out, Index wanted) const;
  void solve(std::vector<Lanes>& P, const std::vector<Lanes>& once, std::vector<Lanes>& V) const;
  void step(const std::vector<Lanes>& P, const std::vector<Lanes>& once, std::vector<Lanes>& V) const;

  LifetimeValueOptions options_;
  Chain chain_;
  DirichletRows rows_;
  RewardDraws rewards_;
  double factor_;
  bool is_small_;
  std::vector<Index> active_;        // the states solved for
  std::vector<Index> inactive_;      // worth 0
  std::vector<std::uint8_t> fills_;  // moves among active states, those that elimination adds included
};

}  // namespace sojourn::detail
