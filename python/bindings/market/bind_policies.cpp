#include "sojourn/market/policies.hpp"

#include <limits>

#include "docs/market/policies.hpp"
#include "market/pickled_parts.hpp"
#include "support/discount_keywords.hpp"
#include "support/members.hpp"
#include "support/parameters.hpp"
#include "support/shown.hpp"
#include "support/text.hpp"

SOJOURN_ARGUMENT(AmountsByStateArgument, "Mapping[str, float] | None");
SOJOURN_ARGUMENT(MovesArgument, "Mapping[tuple[str, str], float] | None");
SOJOURN_ARGUMENT(PoliciesArgument, "Policy | Sequence[Policy]");
SOJOURN_ARGUMENT(MarketsArgument, "Sequence[Market] | None");

namespace sojourn::python {

namespace {

constexpr double infinite = std::numeric_limits<double>::infinity();

std::map<std::string, double> to_amounts_by_state(py::handle object, const char* argument) {
  std::map<std::string, double> amounts;
  if (object.is_none()) return amounts;
  if (!py::isinstance<py::dict>(object)) {
    throw py::type_error(std::string(argument) + ": expected a dict {state: number}, found " + type_name(object));
  }
  for (const auto& [state, amount] : py::reinterpret_borrow<py::dict>(object)) {
    if (!py::isinstance<py::str>(state)) {
      throw py::type_error(std::string(argument) + ": expected names of states, found " + type_name(state));
    }
    amounts[state.cast<std::string>()] = to_number(amount, argument);
  }
  return amounts;
}

std::vector<PolicyMove> to_moves(py::handle object) {
  std::vector<PolicyMove> moves;
  if (object.is_none()) return moves;
  if (!py::isinstance<py::dict>(object)) {
    throw py::type_error("moves: expected a dict {(from, to): probability}, found " + type_name(object));
  }
  for (const auto& [move, probability] : py::reinterpret_borrow<py::dict>(object)) {
    if (!py::isinstance<py::tuple>(move) || py::len(move) != 2) {
      throw py::type_error("moves: expected pairs (from, to), found " + std::string(py::repr(move)));
    }
    const auto pair = py::reinterpret_borrow<py::tuple>(move);
    for (const py::handle name : pair) {
      if (!py::isinstance<py::str>(name)) {
        throw py::type_error("moves: expected names of states, found " + type_name(name));
      }
    }
    moves.push_back({.from = pair[0].cast<std::string>(),
                     .to = pair[1].cast<std::string>(),
                     .probability = to_number(probability, "moves")});
  }
  return moves;
}

std::vector<Policy> to_policies(py::handle object) {
  if (py::isinstance<Policy>(object)) return {object.cast<Policy>()};
  std::vector<Policy> policies;
  for (const py::handle item : py::iter(object))
    policies.push_back(to_instance<Policy>(item, "policies", "Policy objects"));
  return policies;
}

std::vector<Market> to_markets(py::handle object) {
  std::vector<Market> markets;
  for (const py::handle item : py::iter(object))
    markets.push_back(to_instance<Market>(item, "draws", "Market objects"));
  return markets;
}

// The ends of an interval; None where there is none.
auto ends_of(NumberInterval PolicyOutcome::* member) {
  return [member](const PolicyOutcome& self) { return py::make_tuple((self.*member).lower, (self.*member).upper); };
}
auto ends_of(std::optional<NumberInterval> PolicyOutcome::* member) {
  return [member](const PolicyOutcome& self) -> py::object {
    if (!(self.*member)) return py::none();
    return py::make_tuple((self.*member)->lower, (self.*member)->upper);
  };
}

py::object numbers_or_infinite(const std::vector<std::optional<Index>>& periods) {
  Vector all(static_cast<Index>(periods.size()));
  for (Index k = 0; k < all.size(); ++k) {
    const auto& period = periods[static_cast<std::size_t>(k)];
    all[k] = period ? static_cast<double>(*period) : infinite;
  }
  return copy(all);
}

std::string number_of(const std::optional<double>& amount) {
  return amount ? text::number(*amount, 6) : "infinite";
}

py::dict table_of_comparison(const PolicyComparison& comparison) {
  py::dict table;
  py::list names;
  for (const PolicyOutcome& outcome : comparison.outcomes) names.append(outcome.name);
  table["policy"] = py::module_::import("numpy").attr("array")(names);
  const auto add = [&](const char* name, const auto& value) {
    Vector column(static_cast<Index>(comparison.outcomes.size()));
    for (Index k = 0; k < column.size(); ++k) column[k] = value(comparison.outcomes[static_cast<std::size_t>(k)]);
    table[name] = copy(column);
  };
  add("cost", [](const PolicyOutcome& o) { return o.cost; });
  add("own_value", [](const PolicyOutcome& o) { return o.own_value.value_or(infinite); });
  add("total_value", [](const PolicyOutcome& o) { return o.total_value.value_or(infinite); });
  add("base", [](const PolicyOutcome& o) { return o.base; });
  add("base_lower", [](const PolicyOutcome& o) { return o.base_interval.lower; });
  add("base_upper", [](const PolicyOutcome& o) { return o.base_interval.upper; });
  add("profit", [](const PolicyOutcome& o) { return o.profit; });
  add("profit_lower", [](const PolicyOutcome& o) { return o.profit_interval.lower; });
  add("profit_upper", [](const PolicyOutcome& o) { return o.profit_interval.upper; });
  add("payback", [](const PolicyOutcome& o) { return o.payback ? static_cast<double>(*o.payback) : infinite; });
  add("paid_back", [](const PolicyOutcome& o) { return o.paid_back; });
  return table;
}

std::string printed_comparison(const PolicyComparison& comparison) {
  std::string words = comparison.definition + "\n";
  for (const PolicyOutcome& o : comparison.outcomes) {
    words += o.name + ": profit " + text::number(o.profit, 6) + " (" + text::number(o.profit_interval.lower, 6) +
             " to " + text::number(o.profit_interval.upper, 6) + "), cost " + text::number(o.cost, 6) +
             ", people at the end " + text::number(o.base, 6) + ", value of a newcomer " + number_of(o.own_value) +
             ", paid back " + (o.payback ? "after " + text::plural(*o.payback, "period") : std::string("never")) + "\n";
  }
  words.pop_back();
  return words;
}

Policy make_policy(const std::string& name, const MovesArgument& moves, const AmountsByStateArgument& rewards,
                   const NumberArgument& price, const AmountsByStateArgument& referrals,
                   const AmountsByStateArgument& referral_factors, const AmountsByStateArgument& good_experiences,
                   const AmountsByStateArgument& bad_experiences, const NumberArgument& advertising,
                   const NumberArgument& cost_once, const NumberArgument& cost_per_period,
                   const AmountsByStateArgument& cost_per_person, const NumberArgument& cost_per_referral) {
  Policy policy;
  policy.name = name;
  policy.moves = to_moves(moves);
  policy.rewards = to_amounts_by_state(rewards, "rewards");
  policy.price = to_number(price, "price");
  policy.referrals = to_amounts_by_state(referrals, "referrals");
  policy.referral_factors = to_amounts_by_state(referral_factors, "referral_factors");
  policy.good_experiences = to_amounts_by_state(good_experiences, "good_experiences");
  policy.bad_experiences = to_amounts_by_state(bad_experiences, "bad_experiences");
  if (!advertising.is_none()) policy.advertising = to_number(advertising, "advertising");
  policy.cost_once = to_number(cost_once, "cost_once");
  policy.cost_per_period = to_number(cost_per_period, "cost_per_period");
  policy.cost_per_person = to_amounts_by_state(cost_per_person, "cost_per_person");
  policy.cost_per_referral = to_number(cost_per_referral, "cost_per_referral");
  return policy;
}

constexpr const char* parameters_of_policy = R"(Parameters
----------
name : str
moves : dict {(from, to): probability}, optional
    In place of today's, in [0, 1]; the rest of the row in proportion. In this order.
rewards : dict {state: currency}, optional
    Per period, in place of today's.
price : float
    Factor on every reward above 0, of states and moves; at least 0.
referrals : dict {state: contacts}, optional
    Per period, in place of today's.
referral_factors : dict {state: factor}, optional
    On the contacts there.
good_experiences, bad_experiences : dict {state: factor}, optional
    On the experiences shared there.
advertising : float, optional
    Probability per period that one of the pool comes by it, in place of today's.
cost_once : float
    Currency, today.
cost_per_period : float
    Currency, at the start of each period.
cost_per_person : dict {state: currency}, optional
    For each one there, at the start of a period.
cost_per_referral : float
    Currency for each newcomer by word of mouth, when he comes.)";

PolicyComparison ask_policies(const Market& market, const PoliciesArgument& policies, const WholeArgument& horizon,
                              const DiscountKeywords& discount, const WholeArgument& seed, const WholeArgument& paths,
                              const MarketsArgument& draws, const NumberArgument& level, const WholeArgument& threads,
                              const py::kwargs& others) {
  MarketOptions options;
  options.horizon = to_index(horizon, "horizon");
  options.discount = discount.read("compare_policies", others);
  options.seed = to_seed(seed);
  options.paths = to_index(paths, "paths");
  options.threads = to_threads(threads);
  // Ctrl-C is seen where progress is reported.
  options.progress = to_progress(py::none(), options.paths);
  const std::vector<Policy> all = to_policies(policies);
  const double of_level = to_number(level, "level");
  if (draws.is_none()) return released([&] { return compare_policies(market, all, options, of_level); });
  const std::vector<Market> markets = to_markets(draws);
  return released([&] { return compare_policies(market, markets, all, options, of_level); });
}

const PolicyOutcome& outcome_of(const PolicyComparison& comparison, const std::string& name) {
  for (const PolicyOutcome& outcome : comparison.outcomes) {
    if (outcome.name == name) return outcome;
  }
  throw py::key_error("no policy " + text::quoted(name) + " was compared");
}

void bind_policy(py::module_& m) {
  const Policy defaults;
  py::class_<Policy>(m, "Policy", docs(doc::Policy, doc::file_policies).c_str())
      .def(pickled_by_fields<Policy>("Policy", &Policy::name, &Policy::moves, &Policy::rewards, &Policy::price,
                                     &Policy::referrals, &Policy::referral_factors, &Policy::good_experiences,
                                     &Policy::bad_experiences, &Policy::advertising, &Policy::cost_once,
                                     &Policy::cost_per_period, &Policy::cost_per_person, &Policy::cost_per_referral))
      .def(py::init(&make_policy), py::arg("name"), py::kw_only(), py::arg("moves") = py::none(),
           py::arg("rewards") = py::none(), py::arg("price") = defaults.price, py::arg("referrals") = py::none(),
           py::arg("referral_factors") = py::none(), py::arg("good_experiences") = py::none(),
           py::arg("bad_experiences") = py::none(), py::arg("advertising") = py::none(),
           py::arg("cost_once") = defaults.cost_once, py::arg("cost_per_period") = defaults.cost_per_period,
           py::arg("cost_per_person") = py::none(), py::arg("cost_per_referral") = defaults.cost_per_referral,
           parameters_of_policy)
      .def_readonly("name", &Policy::name, "What it is called.")
      .def_readonly("cost_once", &Policy::cost_once, doc::Policy_cost_once)
      .def_readonly("cost_per_period", &Policy::cost_per_period, doc::Policy_cost_per_period)
      .def_readonly("cost_per_referral", &Policy::cost_per_referral, doc::Policy_cost_per_referral)
      .def("__repr__", [](const Policy& self) { return called("Policy", shown(self.name)); });
}

void bind_outcome(py::module_& m) {
  py::class_<PolicyOutcome>(m, "PolicyOutcome", doc::PolicyOutcome)
      .def(pickled_by_fields<PolicyOutcome>(
          "PolicyOutcome", &PolicyOutcome::name, &PolicyOutcome::cost, &PolicyOutcome::own_value,
          &PolicyOutcome::own_value_interval, &PolicyOutcome::total_value, &PolicyOutcome::base, &PolicyOutcome::profit,
          &PolicyOutcome::payback, &PolicyOutcome::base_of_paths, &PolicyOutcome::profit_of_paths,
          &PolicyOutcome::payback_of_paths, &PolicyOutcome::base_interval, &PolicyOutcome::profit_interval,
          &PolicyOutcome::payback_interval, &PolicyOutcome::paid_back, &PolicyOutcome::path))
      .def_readonly("name", &PolicyOutcome::name, "The policy.")
      .def_readonly("cost", &PolicyOutcome::cost, doc::PolicyOutcome_cost)
      .def_readonly("own_value", &PolicyOutcome::own_value, doc::PolicyOutcome_own_value)
      .def_readonly("total_value", &PolicyOutcome::total_value, doc::PolicyOutcome_total_value)
      .def_readonly("base", &PolicyOutcome::base, doc::PolicyOutcome_base)
      .def_readonly("profit", &PolicyOutcome::profit, doc::PolicyOutcome_profit)
      .def_readonly("payback", &PolicyOutcome::payback, docs(doc::PolicyOutcome_payback, "None where never.").c_str())
      .def_property_readonly("base_of_paths", view_of(&PolicyOutcome::base_of_paths), doc::PolicyOutcome_base_of_paths)
      .def_property_readonly("profit_of_paths", view_of(&PolicyOutcome::profit_of_paths),
                             doc::PolicyOutcome_profit_of_paths)
      .def_property_readonly(
          "payback_of_paths", [](const PolicyOutcome& self) { return numbers_or_infinite(self.payback_of_paths); },
          "Shape (n_paths,): as `payback`; infinite where it never does.")
      .def_property_readonly("base_interval", ends_of(&PolicyOutcome::base_interval),
                             "(lower, upper): between quantiles of the paths.")
      .def_property_readonly("profit_interval", ends_of(&PolicyOutcome::profit_interval),
                             "(lower, upper): between quantiles of the paths, currency.")
      .def_property_readonly("own_value_interval", ends_of(&PolicyOutcome::own_value_interval),
                             "(lower, upper): between quantiles of the paths, where each has a market of its own "
                             "(draws). None\nwithout, or where a value is infinite.")
      .def_property_readonly("payback_interval", ends_of(&PolicyOutcome::payback_interval),
                             "(lower, upper): periods, between quantiles of the paths. None where the later of them "
                             "never comes.")
      .def_readonly("paid_back", &PolicyOutcome::paid_back, doc::PolicyOutcome_paid_back)
      .def_readonly("path", &PolicyOutcome::path, "The market under the policy, as its mean field.")
      .def("__repr__", [](const PolicyOutcome& self) {
        return called("PolicyOutcome", shown(self.name), "profit=" + text::number(self.profit));
      });
}

}  // namespace

void bind_policies(py::module_& m) {
  bind_policy(m);
  bind_outcome(m);

  py::class_<PolicyComparison>(m, "PolicyComparison", doc::PolicyComparison)
      .def(pickled_by_fields<PolicyComparison>("PolicyComparison", &PolicyComparison::base, &PolicyComparison::outcomes,
                                               &PolicyComparison::definition))
      .def_readonly("base", &PolicyComparison::base, "The market as it is, as its mean field.")
      .def_readonly("outcomes", &PolicyComparison::outcomes, doc::PolicyComparison_outcomes)
      .def_readonly("definition", &PolicyComparison::definition, "What was compared, in words.")
      .def("__getitem__", &outcome_of, py::return_value_policy::copy, py::arg("policy"),
           "The outcome of a policy, by its name.")
      .def("__len__", [](const PolicyComparison& self) { return self.outcomes.size(); })
      .def("to_dict", &table_of_comparison,
           "A table, one row per policy: policy, cost, own_value, total_value, base, profit, each with its interval, "
           "payback\nand paid_back; each a NumPy array, infinite where a value is or where it is never paid back.")
      .def("__str__", &printed_comparison)
      .def("__repr__", [](const PolicyComparison& self) {
        return "PolicyComparison(" + std::to_string(self.outcomes.size()) + " policies)";
      });

  m.def(
      "with_policy", [](const Market& market, const Policy& policy) { return with_policy(market, policy); },
      py::arg("market"), py::arg("policy"), doc::with_policy);

  define(m, "compare_policies", &ask_policies, py::arg("market"), py::arg("policies"), py::kw_only(),
         py::arg("horizon"), DiscountKeywords::arguments(), py::arg("seed") = MarketOptions{}.seed,
         py::arg("paths") = 200, py::arg("draws") = py::none(), py::arg("level") = 0.9, py::arg("threads") = py::none(),
         docs(doc::compare_policies, parameters({R"(market : Market
policies : Policy or sequence of Policy
horizon : int
    Periods, at least 1.)",
                                                 DiscountKeywords::text("profit is"), seed_text, R"(paths : int
    How many paths, at least 2.
draws : sequence of Market, optional
    A market for every path, in place of `paths`: what `market` might as well be, for all that is known.
level : float
    Share of the paths that an interval holds, in (0, 1).)",
                                                 threads_text})));
}

}  // namespace sojourn::python
