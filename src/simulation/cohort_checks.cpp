#include "simulation/cohort_checks.hpp"

#include <stdexcept>
#include <string>

#include "chain/state_words.hpp"
#include "solve/horizon.hpp"
#include "support/memory.hpp"
#include "support/refuse.hpp"
#include "support/text.hpp"
#include "support/threads.hpp"

namespace sojourn::detail {
namespace {

constexpr std::int64_t most_paths = std::int64_t{1} << 32;
constexpr std::int64_t most_cohort_cells = std::int64_t{1} << 40;
constexpr std::int64_t most_moves = std::int64_t{1} << 62;

template <class Counts>
void check_whole_numbers(const char* who, const StateSpace& states, const Counts& counts) {
  for (Index t = 0; t < counts.rows(); ++t) {
    for (Index i = 0; i < counts.cols(); ++i) {
      if (counts(t, i) >= 0) continue;
      refuse(std::string(who) + ": holds " + std::to_string(counts(t, i)) + " customers in " +
             text::quoted(states.name(i)) + ", expected a number of at least 0");
    }
  }
}

}  // namespace

void check_cohort(const Chain& chain, const Rewards& rewards, const CohortOptions& options) {
  const StateSpace& states = chain.states();
  check_same_states("rewards", rewards.states(), states);
  check_horizon("horizon", options.horizon);
  const bool has_stock = options.stock.size() != 0;
  if (!options.customers && !has_stock) {
    refuse("customers: say how many newcomers there are, or give the stock of today");
  }
  if (options.customers && has_stock) {
    refuse("stock: stands in the place of customers; give one of the two, and newcomers as arrivals");
  }
  if (options.customers && (*options.customers < 1 || *options.customers > most_cohort_customers)) {
    refuse("customers: must be from 1 to " + text::grouped(most_cohort_customers) + ", found " +
           std::to_string(*options.customers));
  }
  if (has_stock && options.start.size() != 0) {
    refuse("start: says where newcomers begin, but the stock already stands somewhere; leave it out");
  }
  if (options.start.size() != 0) check_distribution("start", states, options.start);
  if (has_stock) {
    if (options.stock.size() != states.n_states()) {
      refuse("stock: expected one number for each of " + text::plural(states.n_states(), "state") + ", found " +
             std::to_string(options.stock.size()));
    }
    check_whole_numbers("stock", states, options.stock.transpose());
  }
  if (options.first_path < 0 || options.first_path >= most_paths) {
    refuse("first_path: must be from 0 to 2^32 - 1, found " + std::to_string(options.first_path));
  }
  if (options.paths < 1 || options.paths > most_paths - options.first_path) {
    refuse("paths: must be at least 1, with numbers below 2^32, found " + std::to_string(options.paths) +
           (options.first_path == 0 ? std::string() : " from number " + std::to_string(options.first_path)));
  }
  check_threads(options.threads);
}

CountMatrix arrivals_in_rows(const StateSpace& states, const CohortOptions& options) {
  const Index n = states.n_states();
  const CountMatrix& given = options.arrivals;
  if (given.size() == 0) return {};
  CountMatrix rows;
  if (given.cols() == n && (given.rows() == 1 || given.rows() == options.horizon - 1)) {
    rows = given;
  } else if (given.cols() == 1 && given.rows() == n) {
    rows = given.transpose();
  } else {
    refuse("arrivals: shape (" + std::to_string(given.rows()) + ", " + std::to_string(given.cols()) + "), expected (" +
           std::to_string(n) + ",), the same in every later period, or (" + std::to_string(options.horizon - 1) + ", " +
           std::to_string(n) + "), one row for each of them");
  }
  check_whole_numbers("arrivals", states, rows);
  return rows;
}

std::int64_t all_customers(const CohortOptions& options, const CountMatrix& arrivals) {
  std::int64_t total = 0;
  const auto add = [&](std::int64_t some, std::int64_t times) {
    if (some <= 0 || times <= 0) return;
    if (some > (most_cohort_customers - total) / times) {
      throw std::domain_error("simulate_cohort: stock and arrivals together are more than " +
                              text::grouped(most_cohort_customers) +
                              " customers; count them in thousands, or simulate fewer periods");
    }
    total += some * times;
  };
  if (options.customers) add(*options.customers, 1);
  for (const std::int64_t some : options.stock) add(some, 1);
  const Index repeats = arrivals.rows() == 1 ? options.horizon - 1 : 1;
  for (const std::int64_t some : arrivals.reshaped()) add(some, repeats);
  if (total > most_moves / options.horizon) {
    throw std::domain_error("simulate_cohort: " + text::grouped(total) + " customers make more moves in " +
                            text::plural(options.horizon, "period") +
                            " than whole numbers can count; simulate fewer of either");
  }
  return total;
}

void check_cohort_memory(const Chain& chain, const CohortOptions& options) {
  const auto n = static_cast<double>(chain.n_states());
  const auto horizon = static_cast<double>(options.horizon);
  const double per_path = 8.0 * (horizon * (n + 1.0) + n + static_cast<double>(chain.n_moves()) + 1.0);
  const double bytes = per_path * static_cast<double>(options.paths);
  const double available = free_memory();
  if (bytes < available && n * horizon < static_cast<double>(most_cohort_cells)) return;
  refuse("simulate_cohort: not enough memory for " + text::plural(options.paths, "path") + " of " +
         text::plural(options.horizon, "period") + " and " + text::plural(chain.n_states(), "state") + ": " +
         text::number(bytes / 1e9, 3) + " GB of numbers, " + text::number(available / 1e9, 3) +
         " GB are free; simulate in parts (first_path), or fewer periods");
}

}  // namespace sojourn::detail
