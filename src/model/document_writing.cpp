#include <stdexcept>

#include "model/documents.hpp"
#include "model/json_names.hpp"

namespace sojourn::detail {

namespace {

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

}  // namespace

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

Json document_of(const FitResult& fit) {
  return {{"chain", document_of(fit.chain)},
          {"counts", document_of(fit.counts)},
          {"posterior", rows_of(fit.posterior)},
          {"standard_errors", rows_of(fit.standard_errors)},
          {"report", document_of(fit.report)}};
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

}  // namespace sojourn::detail
