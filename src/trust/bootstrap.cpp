#include "sojourn/trust/bootstrap.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>
#include <vector>

#include "data/counts_access.hpp"
#include "trust/gathering.hpp"
#include "trust/posterior_draws.hpp"

namespace sojourn {
namespace {

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

Uncertain bootstrap(const Journeys& journeys, const Answer& answer, const BootstrapOptions& options) {
  detail::check_draws(options.draws, options.threads);
  if (journeys.n_customers() < 2) {
    throw std::invalid_argument("bootstrap: needs at least 2 customers to draw from, found " +
                                std::to_string(journeys.n_customers()));
  }
  const FitResult fit = fit_chain(count(journeys), options.fit);
  Vector estimate = answer(fit.chain, fit.counts.mean_rewards());
  detail::check_finite(estimate);
  const CustomerCounts customers(journeys);
  detail::Gathering all("bootstrap", std::move(estimate), options.draws, options.failed);
  detail::for_each_draw(options.draws, options.threads, [&](Index k) {
    all.take(k, [&] {
      std::vector<std::int32_t> times(customers.n_customers());
      draw_customers(options.seed, k, times);
      const FitResult sample = fit_chain(customers.sample(times), options.fit);
      return answer(sample.chain, sample.counts.mean_rewards());
    });
  });
  return std::move(all).result(Spread::bootstrap);
}

}  // namespace sojourn
