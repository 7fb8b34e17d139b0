#include "trust/posterior_draws.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

#include "sojourn/chain/structure.hpp"
#include "support/text.hpp"

namespace sojourn::detail {

namespace {

constexpr Index most_together = 64;  // states; beyond it one system fills the cache by itself

/// The rows after counting at their means, known rows as they are: the same moves as in any draw.
Chain center_of(const FitResult& fit) {
  Matrix P = fit.chain.transition_matrix();
  for (Index i = 0; i < P.rows(); ++i) {
    const double total = fit.posterior.row(i).sum();
    if (total > 0.0) P.row(i) = fit.posterior.row(i) / total;
  }
  return {fit.states(), std::move(P), fit.period()};
}

}  // namespace

DirichletRows::DirichletRows(const Matrix& posterior, const Matrix& known, std::uint64_t seed)
    : n_(posterior.rows()), seed_(seed), known_(known), support_(known.array() > 0.0) {
  for (Index i = 0; i < n_; ++i) {
    if (!(posterior.row(i).sum() > 0.0)) continue;
    support_.row(i) = posterior.row(i).array() > 0.0;
    if (support_.row(i).count() == 1) {  // one move alone is certain
      known_.row(i) = support_.row(i).cast<double>();
      continue;
    }
    known_.row(i).setZero();
    const std::size_t begin = cells_.size();
    for (Index j = 0; j < n_; ++j) {
      if (support_(i, j)) cells_.push_back({j, GammaLaw(posterior(i, j))});
    }
    rows_.push_back({i, begin, cells_.size()});
  }
  std::vector<char> is_drawn(static_cast<std::size_t>(n_ * n_), 0);
  for (const Row& row : rows_) {
    for (std::size_t c = row.begin; c < row.end; ++c) {
      is_drawn[static_cast<std::size_t>(row.state * n_ + cells_[c].column)] = 1;
    }
  }
  for (Index c = 0; c < n_ * n_; ++c) {
    if (!is_drawn[static_cast<std::size_t>(c)]) not_drawn_.push_back(c);
  }
}

void DirichletRows::draw(std::uint64_t k, double* out, Index stride) const {
  const Ziggurat& layers = Ziggurat::layers();
  for (const Index c : not_drawn_) out[c * stride] = known_.data()[c];
  for (const Row& row : rows_) {
    WordStream words = words_for(seed_, k, static_cast<std::uint32_t>(row.state), Purpose::move);
    double total = 0.0;
    for (std::size_t c = row.begin; c < row.end; ++c) {
      const double g = cells_[c].law.draw(words, layers);
      out[(row.state * n_ + cells_[c].column) * stride] = g;
      total += g;
    }
    if (!(total > 1e-280) || !std::isfinite(total)) {
      draw_by_logarithms(k, row, out, stride);
      continue;
    }
    const double share = 1.0 / total;
    for (std::size_t c = row.begin; c < row.end; ++c) out[(row.state * n_ + cells_[c].column) * stride] *= share;
  }
}

/// The same draw where its gammas are too small or too large to add up.
void DirichletRows::draw_by_logarithms(std::uint64_t k, const Row& row, double* out, Index stride) const {
  WordStream words = words_for(seed_, k, static_cast<std::uint32_t>(row.state), Purpose::move);
  double largest = -std::numeric_limits<double>::infinity();
  for (std::size_t c = row.begin; c < row.end; ++c) {
    const Index at = row.state * n_ + cells_[c].column;
    out[at * stride] = cells_[c].law.draw_logarithm(words, Ziggurat::layers());
    largest = std::max(largest, out[at * stride]);
  }
  double total = 0.0;
  for (std::size_t c = row.begin; c < row.end; ++c) {
    double& g = out[(row.state * n_ + cells_[c].column) * stride];
    g = std::exp(g - largest);
    total += g;
  }
  for (std::size_t c = row.begin; c < row.end; ++c) out[(row.state * n_ + cells_[c].column) * stride] /= total;
}

RewardDraws::RewardDraws(const FitResult& fit, std::uint64_t seed)
    : center_(fit.counts.mean_rewards()),
      mean_(center_.per_state()),
      error_(fit.counts.mean_rewards_error().vector()),
      is_exit_(static_cast<std::size_t>(mean_.size()), 0),
      paying_(Mask::Constant(mean_.size(), mean_.size(), false)),
      seed_(seed) {
  const Lifecycle& life = fit.counts.lifecycle();
  for (const Index exit : life.exits()) {
    is_exit_[static_cast<std::size_t>(exit)] = 1;
    for (Index i = 0; i < mean_.size(); ++i) {
      paying_(i, exit) = i != exit && life.allowed()(i, exit);
      if (paying_(i, exit) && center_.has_move_rewards()) mean_[exit] = center_.per_move()(i, exit);
    }
  }
}

RewardDraws::RewardDraws(Rewards known)
    : center_(std::move(known)),
      mean_(center_.per_state()),
      error_(Vector::Zero(mean_.size())),
      is_exit_(static_cast<std::size_t>(mean_.size()), 0),
      paying_(Mask::Constant(mean_.size(), mean_.size(), false)) {}

bool RewardDraws::any_exit_varies() const {
  for (Index i = 0; i < error_.size(); ++i) {
    if (is_exit(i) && varies(i)) return true;
  }
  return false;
}

double RewardDraws::mean(std::uint64_t k, Index state) const {
  if (!varies(state)) return mean_[state];
  WordStream words = words_for(seed_, k, static_cast<std::uint32_t>(state), Purpose::mean_reward);
  return mean_[state] + error_[state] * Ziggurat::layers().normal(words);
}

void RewardDraws::set_mean(Vector& per_state, Matrix& per_move, Index state, double mean) const {
  if (!is_exit(state)) {
    per_state[state] = mean;
    return;
  }
  if (per_move.size() == 0) per_move = Matrix::Zero(per_state.size(), per_state.size());
  for (Index from = 0; from < per_state.size(); ++from) {
    if (paying_(from, state)) per_move(from, state) = mean;
  }
}

template <class MeanOf>
Rewards RewardDraws::with_means(const MeanOf& mean_of) const {
  Vector per_state = center_.per_state();
  Matrix per_move = center_.per_move();
  for (Index i = 0; i < per_state.size(); ++i) {
    if (varies(i)) set_mean(per_state, per_move, i, mean_of(i));
  }
  return Rewards(center_.states(), std::move(per_state), std::move(per_move)).with_label(center_.label());
}

Rewards RewardDraws::rewards(std::uint64_t k) const {
  return with_means([&](Index i) { return mean(k, i); });
}
Rewards RewardDraws::rewards_with(Index state, double mean) const {
  return with_means([&](Index i) { return i == state ? mean : mean_[i]; });
}
Rewards RewardDraws::shifted(double z) const {
  return with_means([&](Index i) { return mean_[i] + z * error_[i]; });
}

ValueDraws::ValueDraws(const LifetimeValue& like, std::uint64_t seed)
    : options_{.discount = like.discount(), .horizon = like.horizon()},
      chain_(center_of(*like.fit())),
      rows_(like.fit()->posterior, like.chain().transition_matrix(), seed),
      rewards_(like.has_fitted_rewards() ? RewardDraws(*like.fit(), seed) : RewardDraws(like.rewards())),
      factor_(like.discount().factor_per_period(like.chain().period())),
      is_small_(chain_.n_states() <= most_together) {
  if (!is_small_) return;
  const Index n = chain_.n_states();
  const bool all = like.horizon().has_value() || factor_ < 1.0;
  const Structure shape = structure(chain_);
  for (Index i = 0; i < n; ++i) {
    (all || shape.is_transient(i) ? active_ : inactive_).push_back(i);
    // A state that is never left and may bring money in some draws is for `lifetime_value` to refuse.
    if (!all && shape.is_recurrent(i) && rewards_.varies(i) && !rewards_.is_exit(i)) is_small_ = false;
  }
  const std::size_t m = active_.size();
  fills_.assign(m * m, 0);
  for (std::size_t a = 0; a < m; ++a) {
    for (std::size_t b = 0; b < m; ++b) fills_[a * m + b] = a != b && rows_.support()(active_[a], active_[b]);
  }
  if (like.horizon()) return;
  for (std::size_t k = m; k-- > 0;) {
    for (std::size_t i = 0; i < k; ++i) {
      if (!fills_[i * m + k]) continue;
      for (std::size_t j = 0; j < k; ++j) fills_[i * m + j] |= static_cast<std::uint8_t>(fills_[k * m + j] && j != i);
    }
  }
}

Vector ValueDraws::draw_alone(std::uint64_t k) const {
  Matrix P(chain_.n_states(), chain_.n_states());
  rows_.draw(k, P.data(), 1);
  return lifetime_value(Chain(chain_.states(), std::move(P), chain_.period()), rewards_.rewards(k), options_)
      .mean()
      .vector();
}

bool ValueDraws::draw_together(std::uint64_t first, Eigen::Ref<Matrix> out, Index wanted) const {
  const Index n = chain_.n_states();
  const auto cells = static_cast<std::size_t>(n * n);
  std::vector<Lanes> P(cells);
  for (Index l = 0; l < lanes; ++l) rows_.draw(first + static_cast<std::uint64_t>(l), P[0].data() + l, lanes);

  // `r + γ (P∘W) 1`, the mean rewards drawn lane by lane.
  const Rewards& center = rewards_.center();
  const auto mean_of = [&](Index i) {
    Lanes drawn;
    for (Index l = 0; l < lanes; ++l) drawn[l] = rewards_.mean(first + static_cast<std::uint64_t>(l), i);
    return drawn;
  };
  std::vector<Lanes> once(static_cast<std::size_t>(n));
  for (Index i = 0; i < n; ++i) {
    const bool varies = rewards_.varies(i) && !rewards_.is_exit(i);
    once[static_cast<std::size_t>(i)] = varies ? mean_of(i) : Lanes::Constant(center.per_state()[i]);
  }
  if (center.has_move_rewards() || rewards_.any_exit_varies()) {
    for (Index j = 0; j < n; ++j) {
      const bool varies = rewards_.varies(j) && rewards_.is_exit(j);
      const Lanes drawn = varies ? mean_of(j) : Lanes::Zero();
      for (Index i = 0; i < n; ++i) {
        const Lanes& p = P[static_cast<std::size_t>(i * n + j)];
        if (varies && rewards_.paying()(i, j)) {
          once[static_cast<std::size_t>(i)] += factor_ * p * drawn;
        } else if (center.has_move_rewards() && center.per_move()(i, j) != 0.0) {
          once[static_cast<std::size_t>(i)] += factor_ * center.per_move()(i, j) * p;
        }
      }
    }
  }

  std::vector<Lanes> V(static_cast<std::size_t>(n), Lanes::Zero());
  if (options_.horizon) {
    step(P, once, V);
  } else {
    solve(P, once, V);
  }
  for (Index i = 0; i < n; ++i) {
    for (Index l = 0; l < wanted; ++l) out(l, i) = V[static_cast<std::size_t>(i)][l];
  }
  return true;
}

/// By elimination without subtraction, as for one system. A lane in which nobody can leave ends without a number.
void ValueDraws::solve(std::vector<Lanes>& P, const std::vector<Lanes>& once, std::vector<Lanes>& V) const {
  const auto n = static_cast<std::size_t>(chain_.n_states());
  const std::size_t m = active_.size();
  std::vector<Lanes> off(m * m);  // γ Q
  std::vector<Lanes> slack(m, Lanes::Constant(1.0 - factor_));
  std::vector<Lanes> pivots(m);
  std::vector<Lanes> b(m);
  for (std::size_t a = 0; a < m; ++a) {
    const std::size_t row = static_cast<std::size_t>(active_[a]) * n;
    for (std::size_t c = 0; c < m; ++c) off[a * m + c] = factor_ * P[row + static_cast<std::size_t>(active_[c])];
    for (const Index j : inactive_) slack[a] += factor_ * P[row + static_cast<std::size_t>(j)];
    b[a] = once[static_cast<std::size_t>(active_[a])];
  }
  for (std::size_t k = m; k-- > 0;) {
    const Lanes* row = &off[k * m];
    const std::uint8_t* filled = &fills_[k * m];
    Lanes pivot = slack[k];
    for (std::size_t j = 0; j < k; ++j) {
      if (filled[j]) pivot += row[j];
    }
    pivots[k] = 1.0 / pivot;
    for (std::size_t i = 0; i < k; ++i) {
      if (!fills_[i * m + k]) continue;
      const Lanes multiplier = off[i * m + k] * pivots[k];
      Lanes* target = &off[i * m];
      for (std::size_t j = 0; j < k; ++j) {
        if (filled[j]) target[j] += multiplier * row[j];
      }
      slack[i] += multiplier * slack[k];
      b[i] += multiplier * b[k];
    }
  }
  for (std::size_t k = 0; k < m; ++k) {
    Lanes x = b[k];
    for (std::size_t j = 0; j < k; ++j) {
      if (fills_[k * m + j]) x += off[k * m + j] * b[j];
    }
    b[k] = x * pivots[k];
    V[static_cast<std::size_t>(active_[k])] = b[k];
  }
}

/// `V ← r + γ (P∘W) 1 + γ P V`, once per period.
void ValueDraws::step(const std::vector<Lanes>& P, const std::vector<Lanes>& once, std::vector<Lanes>& V) const {
  const auto n = static_cast<std::size_t>(chain_.n_states());
  std::vector<Lanes> next(n);
  for (Index t = 0; t < *options_.horizon; ++t) {
    for (std::size_t i = 0; i < n; ++i) {
      Lanes sum = Lanes::Zero();
      for (std::size_t j = 0; j < n; ++j) {
        if (rows_.support()(static_cast<Index>(i), static_cast<Index>(j))) sum += P[i * n + j] * V[j];
      }
      next[i] = once[i] + factor_ * sum;
    }
    V.swap(next);
  }
}

}  // namespace sojourn::detail
