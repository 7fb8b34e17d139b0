#include "sojourn/trust/uncertainty.hpp"

#include <algorithm>
#include <boost/math/special_functions/erf.hpp>
#include <cmath>
#include <limits>
#include <mutex>
#include <stdexcept>

#include "data/counts_access.hpp"
#include "support/level.hpp"
#include "support/quantile.hpp"
#include "support/text.hpp"
#include "support/threads.hpp"
#include "trust/posterior_draws.hpp"

namespace sojourn {

namespace {

constexpr Index most_draws = 10'000'000;
constexpr Index block_size = 64;  // draws handed to a thread at once, a multiple of ValueDraws::lanes

void check_draws(Index draws, int threads) {
  if (draws < 2 || draws > most_draws) {
    throw std::invalid_argument("draws: must be from 2 to " + text::grouped(most_draws) + ", found " +
                                text::grouped(draws));
  }
  detail::check_threads(threads);
}

void check_finite(const Vector& answer) {
  if (!answer.allFinite()) throw std::domain_error("the answer is not a finite number");
}

/// Rows of draws as they come, and those that have no answer.
class Gathering {
 public:
  Gathering(std::string who, Vector estimate, Index draws, FailedDraws policy)
      : who_(std::move(who)),
        estimate_(std::move(estimate)),
        draws_(Matrix::Zero(draws, estimate_.size())),
        failed_(static_cast<std::size_t>(draws), 0),
        policy_(policy) {}

  Matrix& draws() { return draws_; }

  void fail(Index draw, const std::string& why) {
    if (policy_ == FailedDraws::refuse) {
      throw std::domain_error(who_ + ": draw " + std::to_string(draw) + " has no answer: " + why +
                              " (failed = drop leaves such draws out and counts them)");
    }
    failed_[static_cast<std::size_t>(draw)] = 1;
    const std::lock_guard lock(mutex_);
    if (draw < first_failed_) {
      first_failed_ = draw;
      first_failure_ = why;
    }
  }

  /// Asks for one draw; `ask()` returns the answer.
  template <class Ask>
  void take(Index draw, const Ask& ask) {
    try {
      const Vector answer = ask();
      if (answer.size() != estimate_.size()) {
        throw std::invalid_argument(who_ + ": the answer has " + text::plural(estimate_.size(), "number") +
                                    " for the fitted chain and " + std::to_string(answer.size()) + " for draw " +
                                    std::to_string(draw) + "; it must always have equally many");
      }
      check_finite(answer);
      draws_.row(draw) = answer.transpose();
    } catch (const std::domain_error& error) {
      fail(draw, error.what());
    }
  }

  Uncertain result(Spread spread) && {
    Index kept = 0;
    for (Index k = 0; k < draws_.rows(); ++k) {
      if (failed_[static_cast<std::size_t>(k)]) continue;
      if (kept != k) draws_.row(kept) = draws_.row(k);
      ++kept;
    }
    const Index n_failed = draws_.rows() - kept;
    if (kept < 2) {
      throw std::domain_error(who_ + ": " + text::grouped(n_failed) + " of " + text::grouped(draws_.rows()) +
                              " draws have no answer, the first because " + first_failure_);
    }
    if (n_failed > 0) draws_.conservativeResize(kept, draws_.cols());
    return {std::move(estimate_), std::move(draws_), spread, n_failed, std::move(first_failure_)};
  }

 private:
  std::string who_;
  Vector estimate_;
  Matrix draws_;
  std::vector<char> failed_;
  FailedDraws policy_;
  std::mutex mutex_;
  Index first_failed_ = std::numeric_limits<Index>::max();
  std::string first_failure_;
};

/// `work(draw)` for every draw, in blocks.
template <class Work>
void for_each_draw(Index draws, int threads, const Work& work) {
  detail::for_each_block((draws + block_size - 1) / block_size, threads, [&](std::int64_t block) {
    const Index first = block * block_size;
    for (Index k = first; k < std::min(first + block_size, draws); ++k) work(k);
  });
}

/// Everything that a refit needs, customer by customer.
class CustomerCounts {
 public:
  explicit CustomerCounts(const Journeys& journeys)
      : lifecycle_(journeys.lifecycle()), period_(journeys.period()), n_states_(journeys.states().n_states()) {
    const JourneyColumns& c = journeys.columns();
    for (std::size_t j = 0; j + 1 < c.offsets.size(); ++j) {
      const auto begin = static_cast<std::size_t>(c.offsets[j]);
      const auto end = static_cast<std::size_t>(c.offsets[j + 1]);
      const bool is_first = j == 0 || c.customers[j] != c.customers[j - 1];
      if (is_first) {
        begin_.push_back({moves_.size(), entries_.size()});
        starts_.push_back(c.is_continuation[j] ? -1 : c.states[begin]);
        n_journeys_.push_back(0);
      }
      ++n_journeys_.back();
      for (std::size_t i = begin; i < end; ++i) {
        Entries& entries = entries_of(c.states[i]);
        ++entries.visits;
        entries.value += c.values[i];
        entries.squared += c.values[i] * c.values[i];
        if (i + 1 == end) {
          ++entries.lasts;
        } else {
          add_move(c.states[i] * n_states_ + c.states[i + 1]);
        }
      }
    }
    begin_.push_back({moves_.size(), entries_.size()});
  }

  std::size_t n_customers() const { return starts_.size(); }

  /// The counts of a sample in which each customer appears so many times.
  Counts sample(const std::vector<std::int32_t>& times) const {
    CountsAccess::Fields fields{.lifecycle = lifecycle_, .period = period_};
    fields.moves = CountMatrix::Zero(n_states_, n_states_);
    fields.visits = CountVector::Zero(n_states_);
    fields.starts = CountVector::Zero(n_states_);
    fields.lasts = CountVector::Zero(n_states_);
    fields.dwell.resize(static_cast<std::size_t>(n_states_));
    fields.values.resize(static_cast<std::size_t>(n_states_));
    fields.squared_values.resize(static_cast<std::size_t>(n_states_));
    for (std::size_t c = 0; c < times.size(); ++c) {
      if (times[c] == 0) continue;
      const std::int64_t n = times[c];
      for (std::size_t m = begin_[c].move; m < begin_[c + 1].move; ++m) {
        fields.moves.data()[moves_[m].cell] += n * moves_[m].count;
      }
      for (std::size_t e = begin_[c].entries; e < begin_[c + 1].entries; ++e) {
        const Entries& entries = entries_[e];
        const auto at = static_cast<std::size_t>(entries.state);
        fields.visits[entries.state] += n * entries.visits;
        fields.lasts[entries.state] += n * entries.lasts;
        if (entries.value != 0.0 || entries.squared != 0.0) {
          fields.values[at].add(static_cast<double>(n) * entries.value);
          fields.squared_values[at].add(static_cast<double>(n) * entries.squared);
        }
      }
      if (starts_[c] >= 0) fields.starts[starts_[c]] += n;
      fields.n_journeys += n * n_journeys_[c];
      fields.n_customers += n;
    }
    return CountsAccess::make(std::move(fields));
  }

 private:
  struct Moves {
    Index cell;
    std::int64_t count;
  };
  struct Entries {
    std::int32_t state;
    std::int64_t visits = 0;
    std::int64_t lasts = 0;
    double value = 0.0;
    double squared = 0.0;
  };
  struct Place {
    std::size_t move;
    std::size_t entries;
  };

  // A customer sees few states, so looking through his own is quick.
  Entries& entries_of(std::int32_t state) {
    for (std::size_t e = begin_.back().entries; e < entries_.size(); ++e) {
      if (entries_[e].state == state) return entries_[e];
    }
    entries_.push_back({.state = state});
    return entries_.back();
  }
  void add_move(Index cell) {
    for (std::size_t m = begin_.back().move; m < moves_.size(); ++m) {
      if (moves_[m].cell != cell) continue;
      ++moves_[m].count;
      return;
    }
    moves_.push_back({cell, 1});
  }

  Lifecycle lifecycle_;
  Period period_;
  Index n_states_;
  std::vector<Place> begin_;  // per customer, and one more
  std::vector<Moves> moves_;
  std::vector<Entries> entries_;
  std::vector<std::int32_t> starts_;
  std::vector<std::int64_t> n_journeys_;
};

/// How often each customer appears in sample `k`: `n` draws with replacement.
void draw_customers(std::uint64_t seed, Index k, std::vector<std::int32_t>& times) {
  std::fill(times.begin(), times.end(), 0);
  detail::WordStream words = detail::words_for(seed, static_cast<std::uint64_t>(k), 0, detail::Purpose::customer);
  std::uint32_t drawn_from_stream = 0;
  std::uint32_t stream = 0;
  for (std::size_t i = 0; i < times.size(); ++i) {
    if (drawn_from_stream++ == (1u << 20)) {  // a stream of words is finite
      words = detail::words_for(seed, static_cast<std::uint64_t>(k), ++stream, detail::Purpose::customer);
      drawn_from_stream = 1;
    }
    ++times[std::min(static_cast<std::size_t>(words.uniform() * static_cast<double>(times.size())), times.size() - 1)];
  }
}

}  // namespace

Uncertain::Uncertain(Vector estimate, Matrix draws, Spread spread, Index n_failed, std::string first_failure)
    : estimate_(std::move(estimate)),
      draws_(std::move(draws)),
      spread_(spread),
      n_failed_(n_failed),
      first_failure_(std::move(first_failure)) {
  if (draws_.rows() < 2 || draws_.cols() != estimate_.size() || spread == Spread::delta) {
    throw std::invalid_argument("Uncertain: expected at least two draws of " +
                                text::plural(estimate_.size(), "number") + ", from a posterior or a bootstrap");
  }
  mean_ = draws_.colwise().mean().transpose();
  const auto n = static_cast<double>(draws_.rows());
  standard_error_ =
      ((draws_.rowwise() - mean_.transpose()).cwiseAbs2().colwise().sum().transpose() / (n - 1.0)).cwiseSqrt();
}

Uncertain::Uncertain(Vector estimate, Vector standard_error)
    : estimate_(std::move(estimate)),
      mean_(estimate_),
      standard_error_(std::move(standard_error)),
      spread_(Spread::delta) {
  if (standard_error_.size() != estimate_.size()) {
    throw std::invalid_argument("Uncertain: expected one standard error for each number of the answer");
  }
}

AnswerInterval Uncertain::interval(double level) const {
  detail::check_level(level);
  AnswerInterval result{level, Vector(estimate_.size()), Vector(estimate_.size())};
  if (spread_ == Spread::delta) {
    const double z = std::sqrt(2.0) * boost::math::erf_inv(level);
    result.lower = estimate_ - z * standard_error_;
    result.upper = estimate_ + z * standard_error_;
    return result;
  }
  for (Index a = 0; a < estimate_.size(); ++a) {
    Vector sorted = draws_.col(a);
    std::sort(sorted.begin(), sorted.end());
    result.lower[a] = detail::quantile(sorted, 0.5 * (1.0 - level));
    result.upper[a] = detail::quantile(sorted, 0.5 * (1.0 + level));
  }
  return result;
}

const Matrix& Uncertain::draws() const {
  if (spread_ == Spread::delta) {
    throw std::domain_error("draws: the delta method makes none; ask posterior or bootstrap");
  }
  return draws_;
}

std::string Uncertain::definition() const {
  std::string words;
  switch (spread_) {
    case Spread::posterior:
      words = "quantiles of " + text::grouped(n_draws()) +
              " chains drawn from the Dirichlet rows after counting (moves taken as independent)";
      break;
    case Spread::bootstrap:
      words = "quantiles of " + text::grouped(n_draws()) + " fits to customers drawn again with replacement";
      break;
    case Spread::delta:
      words = "normal interval by the delta method over Dirichlet rows (moves taken as independent)";
      break;
  }
  if (n_failed_ > 0) {
    words += "; " + text::plural(n_failed_, "draw") + " without an answer left out (" + first_failure_ + ')';
  }
  return words;
}

ChainDraws::ChainDraws(const FitResult& fit, std::uint64_t seed)
    : states_(fit.states()),
      period_(fit.period()),
      rows_(std::make_shared<detail::DirichletRows>(fit.posterior, fit.chain.transition_matrix(), seed)),
      rewards_(std::make_shared<detail::RewardDraws>(fit, seed)) {}

Chain ChainDraws::chain(Index draw) const {
  if (draw < 0) throw std::out_of_range("chain: draws are numbered from 0, found " + std::to_string(draw));
  Matrix P(states_.n_states(), states_.n_states());
  rows_->draw(static_cast<std::uint64_t>(draw), P.data(), 1);
  return {states_, std::move(P), period_};
}

Rewards ChainDraws::rewards(Index draw) const {
  if (draw < 0) throw std::out_of_range("rewards: draws are numbered from 0, found " + std::to_string(draw));
  return rewards_->rewards(static_cast<std::uint64_t>(draw));
}

Uncertain posterior(const FitResult& fit, const Answer& answer, const PosteriorOptions& options) {
  check_draws(options.draws, options.threads);
  Vector estimate = answer(fit.chain, fit.counts.mean_rewards());
  check_finite(estimate);
  const ChainDraws draws(fit, options.seed);
  Gathering all("posterior", std::move(estimate), options.draws, options.failed);
  for_each_draw(options.draws, options.threads,
                [&](Index k) { all.take(k, [&] { return answer(draws.chain(k), draws.rewards(k)); }); });
  return std::move(all).result(Spread::posterior);
}

Uncertain posterior(const LifetimeValue& value, const PosteriorOptions& options) {
  check_draws(options.draws, options.threads);
  if (!value.is_fitted()) {
    throw std::domain_error(
        "posterior: this chain was not fitted from counts, so nothing says how sure it is; ask lifetime_value of a "
        "fit");
  }
  const detail::ValueDraws draws(value, options.seed);
  Gathering all("posterior", value.mean().vector(), options.draws, options.failed);
  constexpr Index lanes = detail::ValueDraws::lanes;
  detail::for_each_block((options.draws + block_size - 1) / block_size, options.threads, [&](std::int64_t block) {
    const Index end = std::min((block + 1) * block_size, options.draws);
    for (Index k = block * block_size; k < end; k += lanes) {
      const Index wanted = std::min(lanes, end - k);
      draws.draw(static_cast<std::uint64_t>(k), wanted, all.draws().middleRows(k, wanted),
                 [&](std::uint64_t draw, const std::string& why) { all.fail(static_cast<Index>(draw), why); });
    }
  });
  return std::move(all).result(Spread::posterior);
}

Uncertain bootstrap(const Journeys& journeys, const Answer& answer, const BootstrapOptions& options) {
  check_draws(options.draws, options.threads);
  if (journeys.n_customers() < 2) {
    throw std::invalid_argument("bootstrap: needs at least 2 customers to draw from, found " +
                                std::to_string(journeys.n_customers()));
  }
  const FitResult fit = fit_chain(count(journeys), options.fit);
  Vector estimate = answer(fit.chain, fit.counts.mean_rewards());
  check_finite(estimate);
  const CustomerCounts customers(journeys);
  Gathering all("bootstrap", std::move(estimate), options.draws, options.failed);
  for_each_draw(options.draws, options.threads, [&](Index k) {
    all.take(k, [&] {
      std::vector<std::int32_t> times(customers.n_customers());
      draw_customers(options.seed, k, times);
      const FitResult sample = fit_chain(customers.sample(times), options.fit);
      return answer(sample.chain, sample.counts.mean_rewards());
    });
  });
  return std::move(all).result(Spread::bootstrap);
}

Uncertain delta_method(const FitResult& fit, const Answer& answer) {
  constexpr double relative_step = 1e-4;
  const Matrix& P = fit.chain.transition_matrix();
  const Index n = P.rows();
  const Rewards rewards = fit.counts.mean_rewards();
  const auto ask = [&](const Chain& chain, const Rewards& money) {
    Vector result = answer(chain, money);
    check_finite(result);
    return result;
  };
  Vector estimate = ask(fit.chain, rewards);
  Vector variance = Vector::Zero(estimate.size());
  const auto same_size = [&](Vector result) {
    if (result.size() == estimate.size()) return result;
    throw std::invalid_argument("delta_method: the answer has " + text::plural(estimate.size(), "number") +
                                " for the fitted chain and " + std::to_string(result.size()) +
                                " near it; it must always have equally many");
  };

  for (Index i = 0; i < n; ++i) {
    const double total = fit.posterior.row(i).sum();
    if (!(total > 0.0)) continue;
    const Eigen::RowVectorXd p = P.row(i);
    const Eigen::RowVectorXd mean = fit.posterior.row(i) / total;
    const auto towards = [&](Index j, double h) {  // p + h (e_j - p)
      Matrix changed = P;
      changed.row(i) = (1.0 - h) * p;
      changed(i, j) += h;
      return same_size(ask(Chain(fit.states(), std::move(changed), fit.period()), rewards));
    };
    Matrix slopes = Matrix::Zero(n, estimate.size());
    for (Index j = 0; j < n; ++j) {
      if (mean[j] <= 0.0 || mean[j] >= 1.0) continue;
      const double odds = p[j] < 1.0 ? p[j] / (1.0 - p[j]) : 1.0;
      const double h = relative_step * std::min(1.0, odds);
      if (h > 1e-13) {
        slopes.row(j) = ((towards(j, h) - towards(j, -h)) / (2.0 * h)).transpose();
      } else {  // no room on the other side
        const double step = relative_step;
        slopes.row(j) = ((4.0 * towards(j, step) - towards(j, 2.0 * step) - 3.0 * estimate) / (2.0 * step)).transpose();
      }
    }
    // g' Σ g with Σ = (diag(p) - p p') / (A + 1)
    const Eigen::RowVectorXd center = mean * slopes;
    variance += ((slopes.rowwise() - center).cwiseAbs2().transpose() * mean.transpose()) / (total + 1.0);
  }

  const detail::RewardDraws money(fit, 0);
  const Vector error = fit.counts.mean_rewards_error().vector();
  for (Index i = 0; i < n; ++i) {
    if (!money.varies(i)) continue;
    const double size = std::abs(money.center_mean(i));
    const double h = std::max(1e-2 * error[i], 1e-6 * size);
    const Vector slope = (same_size(ask(fit.chain, money.rewards_with(i, money.center_mean(i) + h))) -
                          same_size(ask(fit.chain, money.rewards_with(i, money.center_mean(i) - h)))) /
                         (2.0 * h);
    variance += slope.cwiseAbs2() * error[i] * error[i];
  }
  return {std::move(estimate), variance.cwiseSqrt()};
}

Uncertain delta_method(const LifetimeValue& value) {
  return {value.mean().vector(), value.interval(0.5).standard_error.vector()};
}

}  // namespace sojourn
