#include "sojourn/model/model.hpp"

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <new>
#include <stdexcept>
#include <utility>

#include "data/counts_access.hpp"
#include "model/json_reader.hpp"
#include "sojourn/chain/version.hpp"
#include "support/text.hpp"

namespace sojourn {

namespace {

using detail::Json;
using detail::JsonReader;

constexpr Index most_states = 10'000;             // in a file: dense matrices of this size still fit
constexpr Index most_states_sparse = 10'000'000;  // where only the moves are written

template <class Kind, std::size_t n>
Kind named(const JsonReader& at, const std::array<std::pair<const char*, Kind>, n>& names) {
  const std::string given = at.text();
  std::vector<std::string> known;
  for (const auto& [name, kind] : names) {
    if (given == name) return kind;
    known.emplace_back(name);
  }
  at.refuse("expected one of " + text::list(known) + ", found " + text::quoted(given));
}

template <class Kind, std::size_t n>
const char* name_in(Kind kind, const std::array<std::pair<const char*, Kind>, n>& names) {
  for (const auto& [name, other] : names) {
    if (kind == other) return name;
  }
  return "";
}

constexpr std::array<std::pair<const char*, Role>, 6> role_names{{{"prospect", Role::prospect},
                                                                  {"purchase", Role::purchase},
                                                                  {"customer", Role::customer},
                                                                  {"advocate", Role::advocate},
                                                                  {"at_risk", Role::at_risk},
                                                                  {"exit", Role::exit}}};
constexpr std::array<std::pair<const char*, Moment>, 6> moment_names{{{"less_than_zero", Moment::less_than_zero},
                                                                      {"stimulus", Moment::stimulus},
                                                                      {"zmot", Moment::zmot},
                                                                      {"fmot", Moment::fmot},
                                                                      {"smot", Moment::smot},
                                                                      {"umot", Moment::umot}}};
constexpr std::array<std::pair<const char*, Estimate>, 2> estimate_names{
    {{"mean", Estimate::mean}, {"mode", Estimate::mode}}};
constexpr std::array<std::pair<const char*, RowsWithoutData>, 4> filling_names{{{"refuse", RowsWithoutData::refuse},
                                                                                {"prior", RowsWithoutData::prior},
                                                                                {"absorb", RowsWithoutData::absorb},
                                                                                {"parent", RowsWithoutData::parent}}};

/// Turns what a part refuses into an error that says where in the document it stands.
template <class Make>
auto made_at(const JsonReader& at, Make&& make) {
  try {
    return make();
  } catch (const std::bad_alloc&) {
    at.refuse("is too large for the memory of this machine");
  } catch (const std::invalid_argument& error) {
    const std::string what = error.what();
    if (what.starts_with("model")) throw;  // already says where
    at.refuse(what);
  } catch (const std::out_of_range& error) {
    at.refuse(error.what());
  } catch (const std::domain_error& error) {
    at.refuse(error.what());
  }
}

// Writing.

template <class Numbers>
Json list_of(const Numbers& numbers) {
  Json list = Json::array();
  for (Index i = 0; i < numbers.size(); ++i) list.push_back(numbers(i));
  return list;
}

template <class Numbers>
Json rows_of(const Numbers& numbers) {
  Json rows = Json::array();
  for (Index i = 0; i < numbers.rows(); ++i) rows.push_back(list_of(numbers.row(i)));
  return rows;
}

/// The entries of a sparse matrix, row by row: how many there are in each row, where they lead and what they are.
Json moves_of(const SparseMatrix& matrix) {
  Json in_row = Json::array();
  Json to = Json::array();
  Json value = Json::array();
  for (Index i = 0; i < matrix.rows(); ++i) {
    Index n = 0;
    for (SparseMatrix::InnerIterator move(matrix, i); move; ++move, ++n) {
      to.push_back(move.col());
      value.push_back(move.value());
    }
    in_row.push_back(n);
  }
  return {{"in_row", std::move(in_row)}, {"to", std::move(to)}, {"value", std::move(value)}};
}

Json document_of(const Lifecycle& lifecycle) {
  Json states = Json::array();
  for (const LifecycleState& state : lifecycle.details()) {
    Json moments = Json::array();
    for (const Moment moment : state.moments) moments.push_back(name_in(moment, moment_names));
    states.push_back(
        {{"name", state.name}, {"role", name_in(state.role, role_names)}, {"moments", std::move(moments)}});
  }
  Json moves = Json::array();
  for (Index i = 0; i < lifecycle.n_states(); ++i) {
    Json to = Json::array();
    for (Index j = 0; j < lifecycle.n_states(); ++j) {
      if (lifecycle.allowed()(i, j)) to.push_back(j);
    }
    moves.push_back(std::move(to));
  }
  Json document{{"name", lifecycle.name()}, {"states", std::move(states)}, {"allowed_moves", std::move(moves)}};
  if (lifecycle.has_illustration()) {
    const Chain chain = lifecycle.illustrative_chain();
    document["illustration"] = {{"period", chain.period().name()},
                                {"transition_matrix", rows_of(chain.transition_matrix())}};
  }
  return document;
}

Json document_of(const Chain& chain) {
  Json document{{"states", chain.states().names()}, {"period", chain.period().name()}};
  if (chain.is_sparse()) {
    document["moves"] = moves_of(chain.sparse_transition_matrix());
  } else {
    document["transition_matrix"] = rows_of(chain.transition_matrix());
  }
  return document;
}

Json document_of(const Rewards& rewards) {
  Json document{
      {"label", rewards.label()}, {"states", rewards.states().names()}, {"per_state", list_of(rewards.per_state())}};
  if (rewards.is_sparse()) {
    document["moves"] = moves_of(rewards.sparse_per_move());
  } else if (rewards.has_move_rewards()) {
    document["per_move"] = rows_of(rewards.per_move());
  }
  return document;
}

Json document_of(const Counts& counts) {
  Json dwell = Json::array();
  for (const Dwell& stays : counts.dwell()) dwell.push_back({{"completed", stays.completed}, {"open", stays.open}});
  return {{"lifecycle", document_of(counts.lifecycle())},
          {"period", counts.period().name()},
          {"customers", counts.n_customers()},
          {"journeys", counts.n_journeys()},
          {"moves", rows_of(counts.moves())},
          {"visits", list_of(counts.visits())},
          {"starts", list_of(counts.starts())},
          {"lasts", list_of(counts.lasts())},
          {"dwell", std::move(dwell)},
          {"values", list_of(counts.values().vector())},
          {"squared_values", list_of(counts.squared_values().vector())}};
}

Json document_of(const FitReport& report) {
  return {{"moves_used", report.moves_used},
          {"moves_dropped", report.moves_dropped},
          {"log_likelihood", report.log_likelihood},
          {"n_parameters", report.n_parameters},
          {"rows_without_data", report.rows_without_data},
          {"filled_by", name_in(report.filled_by, filling_names)},
          {"smoothing", report.smoothing},
          {"has_prior", report.has_prior},
          {"estimate", name_in(report.estimate, estimate_names)}};
}

Json document_of(const FitResult& fit) {
  return {{"chain", document_of(fit.chain)},
          {"counts", document_of(fit.counts)},
          {"posterior", rows_of(fit.posterior)},
          {"standard_errors", rows_of(fit.standard_errors)},
          {"report", document_of(fit.report)}};
}

Json document_of(const Discount& discount) {
  switch (discount.kind()) {
    case Discount::Kind::annual_rate:
      return {{"annual_rate", discount.value()}};
    case Discount::Kind::per_period_rate:
      return {{"per_period_rate", discount.value()}};
    case Discount::Kind::factor:
      return {{"factor", discount.value()}};
    case Discount::Kind::none:
      break;
  }
  return {{"none", true}};
}

void check_parts(const Model& model) {
  if (model.fit && !(model.fit->chain == model.chain)) {
    throw std::invalid_argument("model: its chain is not the chain of its fit; make the model with chain = fit.chain");
  }
  if (model.rewards && !(model.rewards->states() == model.chain.states())) {
    throw std::invalid_argument("model: its rewards are for the states " + text::list(model.rewards->states().names()) +
                                ", its chain has " + text::list(model.chain.states().names()));
  }
  if (model.start) check_distribution("model: start", model.chain.states(), *model.start);
}

Json document_of(const Model& model) {
  check_parts(model);
  Json document = Json::object();
  if (model.fit) {
    document["fit"] = document_of(*model.fit);
  } else {
    document["chain"] = document_of(model.chain);
  }
  if (model.rewards) document["rewards"] = document_of(*model.rewards);
  if (model.discount) document["discount"] = document_of(*model.discount);
  if (model.start) document["start"] = list_of(*model.start);
  document["provenance"] = model.provenance;
  return document;
}

std::string written(const std::string& what, Json content) {
  Json document{{"format", "sojourn " + what}, {"version", model_format_version}, {"library", SOJOURN_VERSION}};
  document.update(content);
  try {
    return document.dump(1) + '\n';
  } catch (const Json::exception&) {
    throw std::invalid_argument("model: a text in it is not UTF-8; re-encode it");
  }
}

// Reading.

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

std::vector<detail::CarriedSum> sums_at(const JsonReader& at, Index n) {
  std::vector<detail::CarriedSum> sums;
  for (const double value : at.numbers(n)) sums.push_back({value, 0.0});
  return sums;
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

Discount discount_at(const JsonReader& at) {
  return made_at(at, [&] {
    if (const auto rate = at.find("annual_rate")) return Discount::annual_rate(rate->number());
    if (const auto rate = at.find("per_period_rate")) return Discount::per_period_rate(rate->number());
    if (const auto factor = at.find("factor")) return Discount::factor(factor->number());
    if (const auto none = at.find("none"); none && none->truth()) return Discount::none();
    at.refuse("expected an entry 'annual_rate', 'per_period_rate', 'factor' or 'none'");
  });
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

template <class Read>
auto read(std::string_view given, const std::string& what, Read&& read_at) {
  const Json document = detail::parse_json(given);
  const JsonReader at(document);
  const std::string format = at.at("format").text();
  if (format != "sojourn " + what) {
    at.at("format").refuse("expected 'sojourn " + what + "', found " + text::quoted(format));
  }
  const std::int64_t version = at.at("version").integer();
  if (version < 1 || version > model_format_version) {
    at.at("version").refuse("this library reads versions 1 to " + std::to_string(model_format_version) + ", found " +
                            std::to_string(version) + "; update the library");
  }
  return read_at(at);
}

}  // namespace

bool Model::operator==(const Model& other) const {
  const bool same_start = start.has_value() == other.start.has_value() && (!start || *start == *other.start);
  return chain == other.chain && fit == other.fit && rewards == other.rewards && discount == other.discount &&
         same_start && provenance == other.provenance;
}

std::string to_json(const Model& model) {
  return written("model", document_of(model));
}
std::string to_json(const Lifecycle& lifecycle) {
  return written("lifecycle", document_of(lifecycle));
}
std::string to_json(const Chain& chain) {
  return written("chain", document_of(chain));
}
std::string to_json(const Rewards& rewards) {
  return written("rewards", document_of(rewards));
}
std::string to_json(const Counts& counts) {
  return written("counts", document_of(counts));
}
std::string to_json(const FitResult& fit) {
  return written("fit", document_of(fit));
}

Model model_from_json(std::string_view text) {
  return read(text, "model", model_at);
}
Lifecycle lifecycle_from_json(std::string_view text) {
  return read(text, "lifecycle", lifecycle_at);
}
Chain chain_from_json(std::string_view text) {
  return read(text, "chain", chain_at);
}
Rewards rewards_from_json(std::string_view text) {
  return read(text, "rewards", rewards_at);
}
Counts counts_from_json(std::string_view text) {
  return read(text, "counts", counts_at);
}
FitResult fit_from_json(std::string_view text) {
  return read(text, "fit", fit_at);
}

void save_model(const Model& model, const std::string& path) {
  const std::string content = to_json(model);
  // Written beside the old file and moved over it, so that a failure leaves the old one whole.
  const std::string unfinished = path + ".part";
  {
    std::ofstream file(unfinished, std::ios::binary | std::ios::trunc);
    file.write(content.data(), static_cast<std::streamsize>(content.size()));
    file.close();
    if (!file) {
      std::remove(unfinished.c_str());
      throw std::runtime_error("save_model: cannot write " + text::quoted(path) +
                               "; check that the folder exists and may be written to");
    }
  }
  std::error_code failure;
  std::filesystem::rename(unfinished, path, failure);
  if (failure) {
    std::remove(unfinished.c_str());
    throw std::runtime_error("save_model: cannot write " + text::quoted(path) + ": " + failure.message());
  }
}

Model load_model(const std::string& path, std::uint64_t max_bytes) {
  std::error_code failure;
  const std::uint64_t size = std::filesystem::file_size(path, failure);
  if (failure) throw std::runtime_error("load_model: cannot read " + text::quoted(path) + ": " + failure.message());
  if (size > max_bytes) {
    throw std::invalid_argument("load_model: " + text::quoted(path) + " has " +
                                text::plural(static_cast<std::int64_t>(size), "byte") +
                                ", more than max_bytes = " + text::grouped(static_cast<std::int64_t>(max_bytes)));
  }
  std::string content(size, '\0');
  std::ifstream file(path, std::ios::binary);
  file.read(content.data(), static_cast<std::streamsize>(size));
  if (!file) throw std::runtime_error("load_model: cannot read " + text::quoted(path));
  return model_from_json(content);
}

}  // namespace sojourn
