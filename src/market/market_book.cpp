#include "market/market_book.hpp"

#include <stdexcept>

#include "support/memory.hpp"
#include "support/text.hpp"

namespace sojourn::detail {

void check_room(const char* who, const std::string& what, double bytes, const char* advice) {
  constexpr double small = 64e6;  // not worth a look
  if (bytes < small) return;
  const double available = free_memory();
  if (bytes < available) return;
  throw std::invalid_argument(std::string(who) + ": not enough memory for " + what + ": " +
                              text::number(bytes / 1e9, 3) + " GB of numbers, " + text::number(available / 1e9, 3) +
                              " GB are free; " + advice);
}

MarketSimulation make_market_room(const char* who, const MarketPlan& plan, Index horizon, std::int64_t paths,
                                  std::uint64_t seed, std::int64_t first_path, double more) {
  const Index n = plan.n_states();
  const auto periods = static_cast<double>(horizon + 1);
  const double per_path = 8.0 * (periods * (static_cast<double>(n) + 8.0) + 1.0);
  const double bytes = per_path * static_cast<double>(paths) + more;
  check_room(who, text::plural(paths, "path") + " of " + text::plural(horizon, "period"), bytes,
             "simulate fewer people, fewer periods, or in parts (first_path)");
  const bool told = plan.has_reputation();
  return {.states = plan.states(),
          .n_paths = paths,
          .first_path = first_path,
          .horizon = horizon,
          .seed = seed,
          .occupancy = CountMatrix(paths * (horizon + 1), n),
          .pool = CountMatrix(paths, horizon + 1),
          .referred = CountMatrix(paths, horizon),
          .advertised = CountMatrix(paths, horizon),
          .good = Matrix(paths, horizon + 1),
          .bad = Matrix(paths, horizon + 1),
          .reputation = told ? Matrix(paths, horizon + 1) : Matrix(),
          .revenue = Matrix(paths, horizon),
          .costs = Matrix(paths, horizon),
          .profit = Vector::Zero(paths),
          .definition = {}};
}

void check_market_money(const char* who, const MarketSimulation& numbers) {
  if (numbers.profit.allFinite() && numbers.revenue.allFinite() && numbers.costs.allFinite()) return;
  refuse_market_money(who);
}

}  // namespace sojourn::detail
