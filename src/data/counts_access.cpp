#include "data/counts_access.hpp"

#include <cmath>
#include <stdexcept>
#include <string>
#include <utility>

#include "support/text.hpp"

namespace sojourn {

namespace {

using Fields = CountsAccess::Fields;

[[noreturn]] void refuse_counts(const std::string& what) {
  throw std::invalid_argument("Counts: " + what);
}

void check_shapes(const Fields& fields) {
  const Index n = fields.lifecycle.n_states();
  const auto need = [n](const char* field, std::size_t size) {
    if (size != static_cast<std::size_t>(n)) {
      refuse_counts(std::string(field) + ": " + std::to_string(size) + " given, expected one per state (" +
                    std::to_string(n) + ")");
    }
  };
  if (fields.moves.rows() != n || fields.moves.cols() != n) {
    refuse_counts("moves: shape (" + std::to_string(fields.moves.rows()) + ", " + std::to_string(fields.moves.cols()) +
                  "), expected (" + std::to_string(n) + ", " + std::to_string(n) + ")");
  }
  need("visits", static_cast<std::size_t>(fields.visits.size()));
  need("starts", static_cast<std::size_t>(fields.starts.size()));
  need("lasts", static_cast<std::size_t>(fields.lasts.size()));
  need("dwell", fields.dwell.size());
  need("values", fields.values.size());
  need("squared_values", fields.squared_values.size());
}

/// Bounded, so that no sum of counts can overflow.
void check_count(const Fields& fields, const char* field, std::int64_t x) {
  constexpr std::int64_t most = std::int64_t{1} << 53;
  if (x < 0 || x > most / (fields.lifecycle.n_states() + 1)) {
    refuse_counts(std::string(field) + ": " + std::to_string(x) + " is no count");
  }
}

void check_state(const Fields& fields, Index i) {
  const auto name = [&] { return text::quoted(fields.lifecycle.states().name(i)); };
  // Every entry is followed by a move or is the last of its journey.
  if (fields.moves.row(i).sum() + fields.lasts[i] != fields.visits[i]) {
    refuse_counts("visits: " + name() + " has " + std::to_string(fields.visits[i]) + ", but " +
                  std::to_string(fields.moves.row(i).sum()) + " moves out and " + std::to_string(fields.lasts[i]) +
                  " last entries");
  }
  const auto at = static_cast<std::size_t>(i);
  for (const std::vector<std::int64_t>* lengths : {&fields.dwell[at].completed, &fields.dwell[at].open}) {
    for (const std::int64_t x : *lengths) check_count(fields, "dwell", x);
  }
  for (const detail::CarriedSum& sum : {fields.values[at], fields.squared_values[at]}) {
    if (!std::isfinite(sum.high) || !std::isfinite(sum.low)) {
      refuse_counts("values: " + name() + " has a sum that is not finite");
    }
  }
}

void check(const Fields& fields) {
  check_shapes(fields);
  for (const std::int64_t x : fields.moves.reshaped()) check_count(fields, "moves", x);
  for (const std::int64_t x : fields.visits) check_count(fields, "visits", x);
  for (const std::int64_t x : fields.starts) check_count(fields, "starts", x);
  for (const std::int64_t x : fields.lasts) check_count(fields, "lasts", x);
  check_count(fields, "n_journeys", fields.n_journeys);
  check_count(fields, "n_customers", fields.n_customers);
  for (Index i = 0; i < fields.lifecycle.n_states(); ++i) check_state(fields, i);
  if (fields.lasts.sum() != fields.n_journeys) {
    refuse_counts("n_journeys: " + std::to_string(fields.n_journeys) + ", but " + std::to_string(fields.lasts.sum()) +
                  " last entries");
  }
  if (fields.starts.sum() > fields.n_customers || fields.n_customers > fields.n_journeys) {
    refuse_counts("n_customers: " + std::to_string(fields.n_customers) + ", but " +
                  std::to_string(fields.starts.sum()) + " first entries and " + std::to_string(fields.n_journeys) +
                  " journeys");
  }
}

}  // namespace

Counts CountsAccess::make(Fields fields) {
  check(fields);
  Counts out(std::move(fields.lifecycle), fields.period);
  for (Dwell& stays : fields.dwell) {
    for (std::vector<std::int64_t>* lengths : {&stays.completed, &stays.open}) {
      while (!lengths->empty() && lengths->back() == 0) lengths->pop_back();
    }
  }
  out.moves_ = std::move(fields.moves);
  out.visits_ = std::move(fields.visits);
  out.starts_ = std::move(fields.starts);
  out.lasts_ = std::move(fields.lasts);
  out.dwell_ = std::move(fields.dwell);
  out.values_ = std::move(fields.values);
  out.squared_values_ = std::move(fields.squared_values);
  out.n_journeys_ = fields.n_journeys;
  out.n_customers_ = fields.n_customers;
  return out;
}

}  // namespace sojourn
