#include <new>
#include <stdexcept>
#include <utility>

#include "data/counts_access.hpp"
#include "model/documents.hpp"
#include "model/json_names.hpp"

namespace sojourn::detail {

namespace {

constexpr Index most_states = 10'000;             // in a file: dense matrices of this size still fit
constexpr Index most_states_sparse = 10'000'000;  // where only the moves are written

/// Turns what a part refuses into an error that says where in the document it stands.
template <class Make>
auto made_at(const JsonReader& at, Make&& make) {
  try {
    return make();
  } catch (const std::bad_alloc&) {
    at.refuse("is too large for the memory of this machine");
  } catch (const Misplaced&) {
    throw;
  } catch (const std::invalid_argument& error) {
    at.refuse(error.what());
  } catch (const std::out_of_range& error) {
    at.refuse(error.what());
  } catch (const std::domain_error& error) {
    at.refuse(error.what());
  }
}

StateSpace states_at(const JsonReader& at, Index most = most_states) {
  return made_at(at, [&] {
    std::vector<std::string> names = at.texts();
    if (static_cast<Index>(names.size()) > most) {
      at.refuse("expected at most " + std::to_string(most) + " states, found " + std::to_string(names.size()));
    }
    return StateSpace(std::move(names));
  });
}

SparseMatrix moves_at(const JsonReader& at, Index n) {
  const CountVector in_row = at.at("in_row").count_vector(n);
  const std::vector<std::int64_t> to = at.at("to").counts();
  const auto n_moves = static_cast<Index>(to.size());
  const Vector values = at.at("value").numbers(n_moves);
  std::vector<Eigen::Triplet<double>> entries;
  entries.reserve(to.size());
  Index next = 0;
  for (Index i = 0; i < n; ++i) {
    std::int64_t before = -1;
    for (std::int64_t k = 0; k < in_row[i]; ++k, ++next) {
      if (next >= n_moves) at.at("to").refuse("has fewer entries than in_row announces");
      const std::int64_t j = to[static_cast<std::size_t>(next)];
      if (j >= n || j <= before) {
        at.at("to").refuse("the moves of a row must lead to states from 0 to " + std::to_string(n - 1) +
                           " in ascending order, found " + std::to_string(j));
      }
      before = j;
      entries.emplace_back(static_cast<int>(i), static_cast<int>(j), values[next]);
    }
  }
  if (next != n_moves) at.at("to").refuse("has more entries than in_row announces");
  SparseMatrix matrix(n, n);
  matrix.setFromTriplets(entries.begin(), entries.end());
  return matrix;
}

Period period_at(const JsonReader& at) {
  return made_at(at, [&] { return Period::parse(at.text()); });
}

std::vector<CarriedSum> sums_at(const JsonReader& at, Index n) {
  std::vector<CarriedSum> sums;
  for (const double value : at.numbers(n)) sums.push_back({value, 0.0});
  return sums;
}

FitReport report_at(const JsonReader& at) {
  return {.moves_used = at.at("moves_used").count(),
          .moves_dropped = at.at("moves_dropped").count(),
          .log_likelihood = at.at("log_likelihood").number(),
          .n_parameters = at.at("n_parameters").count(),
          .rows_without_data = at.at("rows_without_data").texts(),
          .filled_by = named(at.at("filled_by"), filling_names),
          .smoothing = at.at("smoothing").number(),
          .has_prior = at.at("has_prior").truth(),
          .estimate = named(at.at("estimate"), estimate_names)};
}

void check_not_negative(const JsonReader& at, const Matrix& numbers) {
  if (numbers.size() != 0 && numbers.minCoeff() < 0.0) at.refuse("expected numbers of at least 0");
}

Discount discount_at(const JsonReader& at) {
  return made_at(at, [&] {
    if (const auto rate = at.find("annual_rate")) return Discount::annual_rate(rate->number());
    if (const auto rate = at.find("per_period_rate")) return Discount::per_period_rate(rate->number());
    if (const auto factor = at.find("factor")) return Discount::factor(factor->number());
    if (const auto none = at.find("none"); none && none->truth()) return Discount::none();
    at.refuse("expected an entry 'annual_rate', 'per_period_rate', 'factor' or 'none'");
  });
}

}  // namespace

Lifecycle lifecycle_at(const JsonReader& at) {
  std::vector<LifecycleState> states;
  const std::vector<JsonReader> listed = at.at("states").items();
  if (static_cast<Index>(listed.size()) > most_states) {
    at.refuse("expected at most " + std::to_string(most_states) + " states, found " + std::to_string(listed.size()));
  }
  for (const JsonReader& state : listed) {
    std::vector<Moment> moments;
    for (const JsonReader& moment : state.at("moments").items()) moments.push_back(named(moment, moment_names));
    states.push_back({state.at("name").text(), named(state.at("role"), role_names), std::move(moments)});
  }
  std::vector<std::pair<std::string, std::string>> moves;
  const JsonReader allowed = at.at("allowed_moves");
  const std::vector<JsonReader> rows = allowed.items();
  if (rows.size() != states.size())
    allowed.refuse("expected one list for each of " + std::to_string(states.size()) + " states");
  for (std::size_t i = 0; i < rows.size(); ++i) {
    for (const JsonReader& entry : rows[i].items()) {
      const auto to = static_cast<std::size_t>(entry.count());
      if (to >= states.size()) entry.refuse("there is no state " + std::to_string(to));
      moves.emplace_back(states[i].name, states[to].name);
    }
  }
  return made_at(at, [&] {
    Lifecycle lifecycle(at.at("name").text(), std::move(states), moves);
    const auto illustration = at.find("illustration");
    if (!illustration) return lifecycle;
    Matrix matrix = illustration->at("transition_matrix").matrix(lifecycle.n_states());
    Lifecycle illustrated =
        with_illustration(std::move(lifecycle), std::move(matrix), period_at(illustration->at("period")));
    illustrated.illustrative_chain();  // throws when it is no chain
    return illustrated;
  });
}

Chain chain_at(const JsonReader& at) {
  const std::optional<JsonReader> moves = at.find("moves");
  StateSpace states = states_at(at.at("states"), moves ? most_states_sparse : most_states);
  const Period period = period_at(at.at("period"));
  return made_at(at, [&] {
    if (moves) {
      const SparseMatrix matrix = moves_at(*moves, states.n_states());
      return Chain(std::move(states), matrix, period);
    }
    Matrix matrix = at.at("transition_matrix").matrix(states.n_states());
    return Chain(std::move(states), std::move(matrix), period);
  });
}

Rewards rewards_at(const JsonReader& at) {
  StateSpace states = states_at(at.at("states"), at.find("per_move") ? most_states : most_states_sparse);
  return made_at(at, [&] {
    const Index n = states.n_states();
    Vector per_state = at.at("per_state").numbers(n);
    if (const auto moves = at.find("moves")) {
      return Rewards(std::move(states), std::move(per_state), moves_at(*moves, n)).with_label(at.at("label").text());
    }
    Matrix per_move;
    if (const auto moves = at.find("per_move")) per_move = moves->matrix(n);
    return Rewards(std::move(states), std::move(per_state), std::move(per_move)).with_label(at.at("label").text());
  });
}

Counts counts_at(const JsonReader& at) {
  Lifecycle lifecycle = lifecycle_at(at.at("lifecycle"));
  const Index n = lifecycle.n_states();
  std::vector<Dwell> dwell;
  for (const JsonReader& stays : at.at("dwell").items()) {
    dwell.push_back({stays.at("completed").counts(), stays.at("open").counts()});
  }
  if (static_cast<Index>(dwell.size()) != n)
    at.at("dwell").refuse("expected one entry for each of " + text::plural(n, "state"));
  return made_at(at, [&] {
    return CountsAccess::make({.lifecycle = std::move(lifecycle),
                               .period = period_at(at.at("period")),
                               .moves = at.at("moves").count_matrix(n),
                               .visits = at.at("visits").count_vector(n),
                               .starts = at.at("starts").count_vector(n),
                               .lasts = at.at("lasts").count_vector(n),
                               .dwell = std::move(dwell),
                               .values = sums_at(at.at("values"), n),
                               .squared_values = sums_at(at.at("squared_values"), n),
                               .n_journeys = at.at("journeys").count(),
                               .n_customers = at.at("customers").count()});
  });
}

FitResult fit_at(const JsonReader& at) {
  Chain chain = chain_at(at.at("chain"));
  Counts counts = counts_at(at.at("counts"));
  if (!(chain.states() == counts.states()) || !(chain.period() == counts.period())) {
    at.refuse("its chain and its counts have other states or another period");
  }
  const Index n = chain.n_states();
  FitResult fit{.chain = std::move(chain),
                .counts = std::move(counts),
                .posterior = at.at("posterior").matrix(n),
                .standard_errors = at.at("standard_errors").matrix(n),
                .report = report_at(at.at("report"))};
  check_not_negative(at.at("posterior"), fit.posterior);
  check_not_negative(at.at("standard_errors"), fit.standard_errors);
  return fit;
}

Model model_at(const JsonReader& at) {
  std::optional<FitResult> fit;
  if (const auto found = at.find("fit")) fit = fit_at(*found);
  Model model{.chain = fit ? fit->chain : chain_at(at.at("chain"))};
  model.fit = std::move(fit);
  if (const auto rewards = at.find("rewards")) {
    model.rewards = rewards_at(*rewards);
    if (!(model.rewards->states() == model.chain.states())) rewards->refuse("its states are not those of the chain");
  }
  if (const auto discount = at.find("discount")) model.discount = discount_at(*discount);
  if (const auto start = at.find("start")) {
    model.start = start->numbers(model.chain.n_states());
    made_at(*start, [&] {
      check_distribution("start", model.chain.states(), *model.start);
      return 0;
    });
  }
  for (const auto& [key, value] : at.at("provenance").members()) model.provenance.emplace(key, value.text());
  return model;
}

}  // namespace sojourn::detail
