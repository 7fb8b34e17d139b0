#include "sojourn/market/market.hpp"

#include <cmath>

#include "docs.hpp"
#include "market/pickled_parts.hpp"
#include "market/referrals_argument.hpp"
#include "support/arguments.hpp"
#include "support/text.hpp"

SOJOURN_ARGUMENT(MarketProgressArgument, "bool | Callable[[int, int], object]");
SOJOURN_ARGUMENT(StockArgument, "Mapping[str, int] | ArrayLike | None");
SOJOURN_ARGUMENT(RatesArgument, "Mapping[str, float] | ArrayLike | None");
SOJOURN_ARGUMENT(ContactsArgument, "Mapping | ArrayLike | None");
SOJOURN_ARGUMENT(SourcesArgument, "Sequence[ExperienceSource]");
SOJOURN_ARGUMENT(NamesArgument, "Sequence[str] | None");
SOJOURN_ARGUMENT(LawOfReputationArgument, "ReputationLaw | None");
SOJOURN_ARGUMENT(MarketReputationArgument, "MarketReputation | None");

namespace sojourn::python {

namespace {

// What is told somewhere, as given: the states that it names are known with the market.
struct BoundSource {
  std::string name;
  double weight;
  py::object good;
  py::object bad;
};

struct BoundReputation {
  MarketReputation reputation;
  std::vector<BoundSource> sources;
};

struct BoundEquilibrium {
  MarketEquilibrium equilibrium;
  StateSpace states;
};

CountVector to_stock(py::handle object, const StateSpace& states) {
  const Vector given = to_amounts(object, states, "stock");
  CountVector stock(given.size());
  for (Index i = 0; i < given.size(); ++i) {
    if (given[i] != std::floor(given[i]) || !(std::abs(given[i]) <= 0x1p53)) {
      throw py::value_error("stock: holds " + text::number(given[i]) + " people in " + text::quoted(states.name(i)) +
                            ", expected a whole number");
    }
    stock[i] = static_cast<std::int64_t>(given[i]);
  }
  return stock;
}

BoundSource make_source(const std::string& name, const NumberArgument& weight, const RatesArgument& good,
                        const RatesArgument& bad) {
  return {.name = name, .weight = to_number(weight, "weight"), .good = good, .bad = bad};
}

BoundReputation make_reputation(const std::string& search, const NamesArgument& onward, const SourcesArgument& sources,
                                const LawOfReputationArgument& law, const NumberArgument& retention,
                                const NumberArgument& prior_good, const NumberArgument& prior_bad,
                                const NumberArgument& sensitivity, const NumberArgument& reference,
                                const NumberArgument& good, const NumberArgument& bad) {
  BoundReputation bound;
  bound.reputation.search = search;
  if (!onward.is_none()) bound.reputation.onward = to_names(onward, "onward");
  bound.reputation.law = {.retention = to_number(retention, "retention"),
                          .prior_good = to_number(prior_good, "prior_good"),
                          .prior_bad = to_number(prior_bad, "prior_bad"),
                          .sensitivity = to_number(sensitivity, "sensitivity"),
                          .reference = to_number(reference, "reference")};
  check_reputation_law(bound.reputation.law);
  if (!law.is_none()) {
    if (!py::isinstance<ReputationLaw>(law))
      throw py::type_error("law: expected a ReputationLaw, found " + type_name(law));
    if (!(bound.reputation.law == ReputationLaw{}))
      throw py::type_error("law: holds retention, priors, sensitivity and reference already; give either");
    bound.reputation.law = law.cast<ReputationLaw>();
  }
  bound.reputation.good = to_number(good, "good");
  bound.reputation.bad = to_number(bad, "bad");
  if (py::isinstance<BoundSource>(sources))
    throw py::type_error("sources: expected a list of them, found one; put it into a list");
  for (const py::handle item : sources) {
    if (!py::isinstance<BoundSource>(item))
      throw py::type_error("sources: expected ExperienceSource objects, found " + type_name(item));
    bound.sources.push_back(item.cast<const BoundSource&>());
  }
  return bound;
}

MarketReputation reputation_for(const BoundReputation& bound, const StateSpace& states) {
  MarketReputation reputation = bound.reputation;
  for (const BoundSource& source : bound.sources) {
    const std::string name = "source " + text::quoted(source.name);
    const auto rates = [&](const py::object& given, const char* which) {
      return given.is_none() ? Vector() : to_amounts(given, states, (name + ": " + which).c_str());
    };
    reputation.sources.push_back({.name = source.name,
                                  .weight = source.weight,
                                  .good = rates(source.good, "good"),
                                  .bad = rates(source.bad, "bad")});
  }
  return reputation;
}

/// Takes over one argument of a market. `chain` and what depends on it in the defaults have been seen to before.
void set(Market& market, const std::string& name, const py::handle value) {
  const StateSpace& states = market.chain.states();
  const auto law = [&] { return value.is_none() ? Vector() : to_law(value, states, name.c_str()); };
  if (name == "people") {
    market.people = to_index(value, "people");
  } else if (name == "rewards") {
    market.rewards = value.is_none() ? Rewards(states) : to_rewards(value, states);
  } else if (name == "stock") {
    market.stock = value.is_none() ? CountVector() : to_stock(value, states);
  } else if (name == "referrals") {
    market.referrals.reset();
    if (!value.is_none()) market.referrals = to_referrals(value, states);
  } else if (name == "arrives_at") {
    market.arrives_at = law();
  } else if (name == "advertising") {
    market.advertising = to_number(value, "advertising");
  } else if (name == "advertising_arrives_at") {
    market.advertising_arrives_at = law();
  } else if (name == "advertising_cost") {
    market.advertising_cost = to_number(value, "advertising_cost");
  } else if (name == "referred_cost") {
    market.referred_cost = to_number(value, "referred_cost");
  } else if (name == "advertised_cost") {
    market.advertised_cost = to_number(value, "advertised_cost");
  } else if (name == "returns") {
    market.returns = to_number(value, "returns");
  } else if (name == "reputation") {
    market.reputation.reset();
    if (value.is_none()) return;
    if (!py::isinstance<BoundReputation>(value))
      throw py::type_error("reputation: expected a MarketReputation, found " + type_name(value));
    market.reputation = reputation_for(value.cast<const BoundReputation&>(), states);
  } else {
    throw py::type_error("replace: a market has no argument " + text::quoted(name));
  }
}

Market checked(Market market) {
  (void)market_path(market, {.horizon = 1});
  return market;
}

Market make_market(const ChainArgument& chain, const ArrayArgument& people, const RewardsArgument& rewards,
                   const StockArgument& stock, const ContactsArgument& referrals, const LawArgument& arrives_at,
                   const NumberArgument& advertising, const LawArgument& advertising_arrives_at,
                   const NumberArgument& advertising_cost, const NumberArgument& referred_cost,
                   const NumberArgument& advertised_cost, const NumberArgument& returns,
                   const MarketReputationArgument& reputation) {
  const Chain& of = to_chain(chain, "Market");
  const FitResult* fit = to_fit(chain);
  Market market{.chain = of, .rewards = fit ? fit->counts.mean_rewards() : Rewards(of.states())};
  if (fit && fit->counts.n_journeys() > 0) market.arrives_at = fit->counts.start_distribution();
  set(market, "people", people);
  if (!rewards.is_none()) set(market, "rewards", rewards);
  set(market, "stock", stock);
  set(market, "referrals", referrals);
  if (!arrives_at.is_none()) set(market, "arrives_at", arrives_at);
  set(market, "advertising", advertising);
  set(market, "advertising_arrives_at", advertising_arrives_at);
  set(market, "advertising_cost", advertising_cost);
  set(market, "referred_cost", referred_cost);
  set(market, "advertised_cost", advertised_cost);
  set(market, "returns", returns);
  set(market, "reputation", reputation);
  return checked(std::move(market));
}

/// A changed copy. Another chain has the same states, so that everything else still holds.
Market replaced(const Market& market, const py::dict& changes) {
  Market changed = market;
  if (changes.contains("chain")) {
    const Chain& chain = to_chain(changes["chain"], "replace");
    if (!(chain.states() == market.chain.states())) {
      throw py::value_error("chain: has the states " + text::list(chain.states().names()) + ", the market has " +
                            text::list(market.chain.states().names()) + "; make another Market");
    }
    changed.chain = chain;
  }
  for (const auto& [name, value] : changes) {
    const auto key = name.cast<std::string>();
    if (key != "chain") set(changed, key, value);
  }
  return checked(std::move(changed));
}

template <class T>
py::array read_only(std::vector<py::ssize_t> shape, const T* data, const py::object& owner) {
  py::array array(py::dtype::of<T>(), std::move(shape), data, owner);
  array.attr("setflags")(py::arg("write") = false);
  return array;
}

py::array view(const PersonVector& vector, const py::object& owner) {
  return read_only<std::int32_t>({vector.size()}, vector.data(), owner);
}

template <class Bound, class Member>
auto array_of(Member member) {
  return
      [member](const py::object& self) -> py::array { return python::view(self.cast<const Bound&>().*member, self); };
}

/// A column per state, under its name or, where that is taken, with an underscore added.
void add_states(py::dict& table, const StateSpace& states, const std::function<py::object(Index)>& column) {
  for (Index i = 0; i < states.n_states(); ++i) {
    std::string name = states.name(i);
    while (table.contains(name)) name += "_";
    table[py::str(name)] = column(i);
  }
}

py::dict table_of(const MarketPath& path) {
  py::dict table;
  const Index T = path.referred.size();
  table["period"] = copy(CountVector(CountVector::LinSpaced(T + 1, 0, T)));
  table["pool"] = copy(path.pool);
  table["inside"] = copy(path.inside);
  table["gone"] = copy(path.gone);
  if (path.reputation.size() != 0) table["reputation"] = copy(path.reputation);
  add_states(table, path.states, [&](Index i) { return copy(Vector(path.occupancy.col(i))); });
  return table;
}

py::dict table_of(const MarketSimulation& sim) {
  py::dict table;
  const Index rows_of_path = sim.horizon + 1;
  const Index rows = static_cast<Index>(sim.n_paths) * rows_of_path;
  CountVector path(rows);
  CountVector period(rows);
  for (Index k = 0; k < rows; ++k) {
    path[k] = sim.first_path + k / rows_of_path;
    period[k] = k % rows_of_path;
  }
  table["path"] = copy(path);
  table["period"] = copy(period);
  table["pool"] = copy(CountVector(sim.pool.reshaped<Eigen::RowMajor>()));
  if (sim.reputation.size() != 0) table["reputation"] = copy(Vector(sim.reputation.reshaped<Eigen::RowMajor>()));
  add_states(table, sim.states, [&](Index i) { return copy(CountVector(sim.occupancy.col(i))); });
  return table;
}

MarketPathOptions path_options(const char* where, py::handle horizon, py::handle annual_discount_rate,
                               py::handle discount_rate_per_period, py::handle discount_factor, py::handle discount,
                               const py::kwargs& others) {
  return {.horizon = to_index(horizon, "horizon"),
          .discount =
              to_discount(where, annual_discount_rate, discount_rate_per_period, discount_factor, discount, others)};
}

constexpr const char* first_axis = "The first axis is the path.";

constexpr const char* discount_text =
    R"(annual_discount_rate, discount_rate_per_period, discount_factor : float, optional
    At most one of them, as in `lifetime_value`; without any, profit is not discounted.
discount : Discount, optional
    Or the same as an object.)";

std::string path_docs(const char* contract, const char* arguments) {
  return std::string(contract) + "\n\nParameters\n----------\nmarket : Market\n" + arguments +
         "horizon : int\n    Periods, at least 1.\n" + discount_text;
}

}  // namespace

void bind_market(py::module_& m) {
  const ExperienceSource source;
  py::class_<BoundSource>(m, "ExperienceSource", doc::ExperienceSource)
      .def(py::init(&make_source), py::arg("name") = source.name, py::kw_only(), py::arg("weight") = source.weight,
           py::arg("good") = py::none(), py::arg("bad") = py::none(),
           R"(Parameters
----------
name : str
    Friends, reviews, own site; for messages.
weight : float
    What one shared experience adds to the stock, at least 0.
good, bad : dict {state: rate} or array_like of shape (n_states,), optional
    Experiences shared per period by one who is in a state.)")
      .def_readonly("name", &BoundSource::name, doc::ExperienceSource_name)
      .def_readonly("weight", &BoundSource::weight, doc::ExperienceSource_weight)
      .def(pickled_by_fields<BoundSource>("ExperienceSource", &BoundSource::name, &BoundSource::weight,
                                          &BoundSource::good, &BoundSource::bad))
      .def("__repr__", [](const BoundSource& self) {
        return "ExperienceSource(" + std::string(py::repr(py::str(self.name))) +
               ", weight=" + std::string(py::repr(py::float_(self.weight))) + ")";
      });

  const MarketReputation reputation;
  py::class_<BoundReputation>(m, "MarketReputation", docs(doc::MarketReputation, doc::file_reputation).c_str())
      .def(py::init(&make_reputation), py::arg("search"), py::kw_only(), py::arg("onward") = py::none(),
           py::arg("sources") = py::tuple(), py::arg("law") = py::none(),
           py::arg("retention") = reputation.law.retention, py::arg("prior_good") = reputation.law.prior_good,
           py::arg("prior_bad") = reputation.law.prior_bad, py::arg("sensitivity") = reputation.law.sensitivity,
           py::arg("reference") = reputation.law.reference, py::arg("good") = reputation.good,
           py::arg("bad") = reputation.bad,
           R"(Parameters
----------
search : str
    The state of those who search.
onward : sequence of str, optional
    Where they go on to. Without it wherever their row leads, but for staying and for absorbing states.
sources : sequence of ExperienceSource
    Where experiences are shared.
law : ReputationLaw, optional
    What `fit_reputation` found, say; in place of the five numbers that follow.
retention : float
    Share of the stock of experiences that is left after a period, in [0, 1).
prior_good, prior_bad : float
    Experiences to begin with, above 0.
sensitivity : float
    Log-odds of going on per unit of reputation.
reference : float
    Reputation at which the chain's own probability holds, in [0, 1].
good, bad : float
    Stocks of experiences today, at least 0.)")
      .def_property_readonly(
          "search", [](const BoundReputation& self) { return self.reputation.search; }, doc::MarketReputation_search)
      .def(pickled_by_fields<BoundReputation>("MarketReputation", &BoundReputation::reputation,
                                              &BoundReputation::sources))
      .def("__repr__", [](const BoundReputation& self) {
        return "MarketReputation(" + std::string(py::repr(py::str(self.reputation.search))) + ", " +
               text::plural(static_cast<std::int64_t>(self.sources.size()), "source") + ")";
      });

  const auto defaults = [] {
    const StateSpace one{"one"};
    return Market{.chain = {one, Matrix::Identity(1, 1)}, .rewards = Rewards(one)};
  }();
  py::class_<Market>(m, "Market", docs(doc::Market, doc::file_market).c_str())
      .def(py::init(&make_market), py::arg("chain"), py::kw_only(), py::arg("people"), py::arg("rewards") = py::none(),
           py::arg("stock") = py::none(), py::arg("referrals") = py::none(), py::arg("arrives_at") = py::none(),
           py::arg("advertising") = defaults.advertising, py::arg("advertising_arrives_at") = py::none(),
           py::arg("advertising_cost") = defaults.advertising_cost, py::arg("referred_cost") = defaults.referred_cost,
           py::arg("advertised_cost") = defaults.advertised_cost, py::arg("returns") = defaults.returns,
           py::arg("reputation") = py::none(),
           R"(Parameters
----------
chain : Chain or FitResult
    Its absorbing states are for those who are gone.
people : int
    The whole market, from 1 to 2^51.
rewards : Rewards, dict or array_like of shape (n_states,), optional
    Currency per period in a state, and per move; from a fit the mean revenue per period.
stock : dict {state: people} or array_like of shape (n_states,), optional
    People in each state today, whole numbers, those gone too. Without it nobody.
referrals : Referrals, dict {state: contacts, (from, to): contacts} or array_like of shape (n_states,), optional
    Contacts per period in a state, and with a move. In a market hardly touched, that many newcomers.
arrives_at : str, dict {state: probability} or array_like of shape (n_states,), optional
    Law of a newcomer's first state. Without it the observed first states of a fit, or the first state.
advertising : float
    Probability per period that one of the pool comes by advertising, in [0, 1].
advertising_arrives_at : str, dict or array_like, optional
    Law of his first state; without it `arrives_at`.
advertising_cost : float
    Currency per period.
referred_cost, advertised_cost : float
    Currency for each newcomer by word of mouth, and by advertising.
returns : float
    Share of those gone who return to the pool in a period, in [0, 1].
reputation : MarketReputation, optional
    Without it the chain holds as it is.)")
      .def_property_readonly(
          "chain", [](const Market& self) { return self.chain; }, "How people move.")
      .def_property_readonly(
          "rewards", [](const Market& self) { return self.rewards; }, "What they bring.")
      .def_property_readonly(
          "people", [](const Market& self) { return self.people; }, doc::Market_people)
      .def_property_readonly(
          "states", [](const Market& self) { return self.chain.states(); }, "The states, in order.")
      .def(
          "replace", [](const Market& self, const py::kwargs& changes) { return replaced(self, changes); },
          "A changed copy: the same market with other arguments, by their names.")
      .def(pickled_by_fields<Market>("Market", &Market::chain, &Market::rewards, &Market::people, &Market::stock,
                                     &Market::referrals, &Market::arrives_at, &Market::advertising,
                                     &Market::advertising_arrives_at, &Market::advertising_cost, &Market::referred_cost,
                                     &Market::advertised_cost, &Market::returns, &Market::reputation))
      .def("__repr__", [](const Market& self) {
        return "Market(" + text::plural(self.chain.n_states(), "state") + ", people=" + std::to_string(self.people) +
               ")";
      });

  py::class_<MarketPath>(m, "MarketPath", doc::MarketPath)
      .def_property_readonly(
          "states", [](const MarketPath& self) { return self.states; }, "The states, in order.")
      .def_property_readonly("occupancy", array_of<MarketPath>(&MarketPath::occupancy), doc::MarketPath_occupancy)
      .def_property_readonly("pool", array_of<MarketPath>(&MarketPath::pool), doc::MarketPath_pool)
      .def_property_readonly("inside", array_of<MarketPath>(&MarketPath::inside), doc::MarketPath_inside)
      .def_property_readonly("gone", array_of<MarketPath>(&MarketPath::gone), doc::MarketPath_gone)
      .def_property_readonly("referred", array_of<MarketPath>(&MarketPath::referred), doc::MarketPath_referred)
      .def_property_readonly("advertised", array_of<MarketPath>(&MarketPath::advertised), doc::MarketPath_advertised)
      .def_property_readonly("good", array_of<MarketPath>(&MarketPath::good), doc::MarketPath_good)
      .def_property_readonly("bad", array_of<MarketPath>(&MarketPath::bad), doc::MarketPath_bad)
      .def_property_readonly("reputation", array_of<MarketPath>(&MarketPath::reputation), doc::MarketPath_reputation)
      .def_property_readonly("revenue", array_of<MarketPath>(&MarketPath::revenue), doc::MarketPath_revenue)
      .def_property_readonly("costs", array_of<MarketPath>(&MarketPath::costs), doc::MarketPath_costs)
      .def_readonly("profit", &MarketPath::profit, doc::MarketPath_profit)
      .def_readonly("definition", &MarketPath::definition, doc::MarketPath_definition)
      .def(
          "to_dict", [](const MarketPath& self) { return table_of(self); },
          "The path as a table, one row for each of `t = 0 … T`: period, pool, inside, gone, reputation (where there "
          "is "
          "one),\nthen people in each state under its name (with an underscore added where the name is taken); each a "
          "NumPy array.")
      .def("__str__",
           [](const MarketPath& self) {
             const Index T = self.referred.size();
             return self.definition + "\ninside " + text::number(self.inside[0], 6) + " at first, " +
                    text::number(self.inside[T], 6) + " in the end; newcomers " + text::number(self.referred.sum(), 6) +
                    " by word of mouth, " + text::number(self.advertised.sum(), 6) + " by advertising; profit " +
                    text::number(self.profit, 6);
           })
      .def(pickled_by_fields<MarketPath>("MarketPath", &MarketPath::states, &MarketPath::occupancy, &MarketPath::pool,
                                         &MarketPath::inside, &MarketPath::gone, &MarketPath::referred,
                                         &MarketPath::advertised, &MarketPath::good, &MarketPath::bad,
                                         &MarketPath::reputation, &MarketPath::revenue, &MarketPath::costs,
                                         &MarketPath::profit, &MarketPath::definition))
      .def("__repr__", [](const MarketPath& self) {
        return "MarketPath(" + text::plural(self.referred.size(), "period") +
               ", profit=" + std::string(py::repr(py::float_(self.profit))) + ")";
      });

  py::class_<BoundEquilibrium>(m, "MarketEquilibrium", doc::MarketEquilibrium)
      .def_property_readonly(
          "occupancy",
          [](const BoundEquilibrium& self) { return StateValues(self.states, self.equilibrium.occupancy); },
          "People in each state.")
      .def_property_readonly(
          "pool", [](const BoundEquilibrium& self) { return self.equilibrium.pool; }, doc::MarketEquilibrium_pool)
      .def_property_readonly(
          "good", [](const BoundEquilibrium& self) { return self.equilibrium.good; }, doc::MarketEquilibrium_good)
      .def_property_readonly(
          "bad", [](const BoundEquilibrium& self) { return self.equilibrium.bad; }, doc::MarketEquilibrium_bad)
      .def_property_readonly(
          "reputation", [](const BoundEquilibrium& self) { return self.equilibrium.reputation; },
          doc::MarketEquilibrium_reputation)
      .def_property_readonly(
          "referred", [](const BoundEquilibrium& self) { return self.equilibrium.referred; },
          doc::MarketEquilibrium_referred)
      .def_property_readonly(
          "advertised", [](const BoundEquilibrium& self) { return self.equilibrium.advertised; },
          doc::MarketEquilibrium_advertised)
      .def_property_readonly(
          "profit", [](const BoundEquilibrium& self) { return self.equilibrium.profit; }, doc::MarketEquilibrium_profit)
      .def_property_readonly(
          "spectral_radius", [](const BoundEquilibrium& self) { return self.equilibrium.spectral_radius; },
          doc::MarketEquilibrium_spectral_radius)
      .def_property_readonly(
          "is_stable", [](const BoundEquilibrium& self) { return self.equilibrium.is_stable; },
          doc::MarketEquilibrium_is_stable)
      .def_property_readonly(
          "residual", [](const BoundEquilibrium& self) { return self.equilibrium.residual; },
          doc::MarketEquilibrium_residual)
      .def(pickled_by_fields<BoundEquilibrium>("MarketEquilibrium", &BoundEquilibrium::equilibrium,
                                               &BoundEquilibrium::states))
      .def("__repr__", [](const BoundEquilibrium& self) {
        return std::string("MarketEquilibrium(") + (self.equilibrium.is_stable ? "stable" : "unstable") +
               ", pool=" + std::string(py::repr(py::float_(self.equilibrium.pool))) +
               ", profit=" + std::string(py::repr(py::float_(self.equilibrium.profit))) + ")";
      });

  py::class_<MarketThreshold>(m, "MarketThreshold", doc::MarketThreshold)
      .def_readonly("probability", &MarketThreshold::probability, doc::MarketThreshold_probability)
      .def_readonly("grows_above", &MarketThreshold::grows_above, doc::MarketThreshold_grows_above)
      .def_readonly("reputation", &MarketThreshold::reputation, doc::MarketThreshold_reputation)
      .def_readonly("current", &MarketThreshold::current, doc::MarketThreshold_current)
      .def_readonly("growth_now", &MarketThreshold::growth_now, doc::MarketThreshold_growth_now)
      .def_readonly("definition", &MarketThreshold::definition, doc::MarketThreshold_definition)
      .def("__str__",
           [](const MarketThreshold& self) {
             return self.definition + "\nthreshold " + text::number(self.probability, 6) + ", today " +
                    text::number(self.current, 6) + "; growth today " + text::number(self.growth_now, 6) +
                    " per period";
           })
      .def(pickled_by_fields<MarketThreshold>(
          "MarketThreshold", &MarketThreshold::probability, &MarketThreshold::grows_above, &MarketThreshold::reputation,
          &MarketThreshold::current, &MarketThreshold::growth_now, &MarketThreshold::definition))
      .def("__repr__", [](const MarketThreshold& self) {
        return "MarketThreshold(probability=" + std::string(py::repr(py::float_(self.probability))) +
               ", current=" + std::string(py::repr(py::float_(self.current))) + ")";
      });

  py::class_<DeliveryGap>(m, "DeliveryGap", doc::DeliveryGap)
      .def_readonly("believed", &DeliveryGap::believed, "The market as it is believed to be.")
      .def_readonly("felt", &DeliveryGap::felt, "The market as its customers feel it.")
      .def_readonly("profit", &DeliveryGap::profit, doc::DeliveryGap_profit)
      .def_readonly("definition", &DeliveryGap::definition, "What was compared, in words.")
      .def("__str__",
           [](const DeliveryGap& self) {
             return self.definition + "\nprofit believed " + text::number(self.believed.profit, 6) + ", felt " +
                    text::number(self.felt.profit, 6) + ", difference " + text::number(self.profit, 6);
           })
      .def(pickled_by_fields<DeliveryGap>("DeliveryGap", &DeliveryGap::believed, &DeliveryGap::felt,
                                          &DeliveryGap::profit, &DeliveryGap::definition))
      .def("__repr__", [](const DeliveryGap& self) {
        return "DeliveryGap(profit=" + std::string(py::repr(py::float_(self.profit))) + ")";
      });

  py::class_<MarketSimulation>(m, "MarketSimulation", doc::MarketSimulation)
      .def_property_readonly(
          "occupancy",
          [](const py::object& self) {
            const auto& of = self.cast<const MarketSimulation&>();
            return read_only<std::int64_t>({of.n_paths, of.horizon + 1, of.states.n_states()}, of.occupancy.data(),
                                           self);
          },
          docs("People in each state at `t = 0 … T`, shape (n_paths, T + 1, n_states).", first_axis).c_str())
      .def_property_readonly("pool", array_of<MarketSimulation>(&MarketSimulation::pool), doc::MarketSimulation_pool)
      .def_property_readonly("referred", array_of<MarketSimulation>(&MarketSimulation::referred),
                             doc::MarketSimulation_referred)
      .def_property_readonly("advertised", array_of<MarketSimulation>(&MarketSimulation::advertised),
                             doc::MarketSimulation_advertised)
      .def_property_readonly("good", array_of<MarketSimulation>(&MarketSimulation::good), doc::MarketSimulation_good)
      .def_property_readonly("bad", array_of<MarketSimulation>(&MarketSimulation::bad), doc::MarketSimulation_bad)
      .def_property_readonly("reputation", array_of<MarketSimulation>(&MarketSimulation::reputation),
                             doc::MarketSimulation_reputation)
      .def_property_readonly("revenue", array_of<MarketSimulation>(&MarketSimulation::revenue),
                             doc::MarketSimulation_revenue)
      .def_property_readonly("costs", array_of<MarketSimulation>(&MarketSimulation::costs), doc::MarketSimulation_costs)
      .def_property_readonly("profit", array_of<MarketSimulation>(&MarketSimulation::profit),
                             doc::MarketSimulation_profit)
      .def_property_readonly(
          "states", [](const MarketSimulation& self) { return self.states; }, "The states, in order.")
      .def_readonly("n_paths", &MarketSimulation::n_paths, "How many paths.")
      .def_readonly("first_path", &MarketSimulation::first_path, doc::MarketSimulation_first_path)
      .def_readonly("horizon", &MarketSimulation::horizon, doc::MarketSimulation_horizon)
      .def_readonly("seed", &MarketSimulation::seed, "The seed of the run.")
      .def_readonly("definition", &MarketSimulation::definition, doc::MarketSimulation_definition)
      .def(
          "to_dict", [](const MarketSimulation& self) { return table_of(self); },
          "The paths as a table, one row for each path and each of `t = 0 … T`: path, period, pool, reputation (where "
          "there is\none), then people in each state under its name (with an underscore added where the name is "
          "taken); "
          "each a NumPy array.")
      .def("__len__", [](const MarketSimulation& self) { return self.n_paths; })
      .def("__str__", [](const MarketSimulation& self) { return self.definition; })
      .def(pickled_by_fields<MarketSimulation>(
          "MarketSimulation", &MarketSimulation::states, &MarketSimulation::n_paths, &MarketSimulation::first_path,
          &MarketSimulation::horizon, &MarketSimulation::seed, &MarketSimulation::occupancy, &MarketSimulation::pool,
          &MarketSimulation::referred, &MarketSimulation::advertised, &MarketSimulation::good, &MarketSimulation::bad,
          &MarketSimulation::reputation, &MarketSimulation::revenue, &MarketSimulation::costs,
          &MarketSimulation::profit, &MarketSimulation::definition))
      .def("__repr__", [](const MarketSimulation& self) {
        return "MarketSimulation(" + text::plural(self.n_paths, "path") + ", " + text::plural(self.horizon, "period") +
               ", seed=" + std::to_string(self.seed) + ")";
      });

  py::class_<MarketPeople>(m, "MarketPeople", doc::MarketPeople)
      .def_readonly("numbers", &MarketPeople::numbers, doc::MarketPeople_numbers)
      .def_property_readonly(
          "arrived", [](const py::object& self) { return view(self.cast<const MarketPeople&>().arrived, self); },
          doc::MarketPeople_arrived)
      .def_property_readonly(
          "brought_by", [](const py::object& self) { return view(self.cast<const MarketPeople&>().brought_by, self); },
          doc::MarketPeople_brought_by)
      .def_property_readonly(
          "generation", [](const py::object& self) { return view(self.cast<const MarketPeople&>().generation, self); },
          doc::MarketPeople_generation)
      .def_property_readonly(
          "state", [](const py::object& self) { return view(self.cast<const MarketPeople&>().state, self); },
          doc::MarketPeople_state)
      .def(
          "generations", [](const MarketPeople& self) { return copy(self.generations()); },
          doc::MarketPeople_generations)
      .def(
          "brought",
          [](const MarketPeople& self) {
            auto* kept = new PersonVector(self.brought());
            const py::capsule owner(kept, [](void* p) { delete static_cast<PersonVector*>(p); });
            return view(*kept, owner);
          },
          doc::MarketPeople_brought)
      .def("__len__", [](const MarketPeople& self) { return self.n_persons(); })
      .def("__str__", [](const MarketPeople& self) { return self.numbers.definition; })
      .def(pickled_by_fields<MarketPeople>("MarketPeople", &MarketPeople::numbers, &MarketPeople::arrived,
                                           &MarketPeople::brought_by, &MarketPeople::generation, &MarketPeople::state))
      .def("__repr__", [](const MarketPeople& self) {
        return "MarketPeople(" + text::plural(self.n_persons(), "person") + ", " +
               text::plural(self.numbers.horizon, "period") + ", seed=" + std::to_string(self.numbers.seed) + ")";
      });

  m.def(
      "market_path",
      [](const Market& market, const ArrayArgument& horizon, const NumberArgument& annual_discount_rate,
         const NumberArgument& discount_rate_per_period, const NumberArgument& discount_factor,
         const DiscountArgument& discount, const py::kwargs& others) {
        const MarketPathOptions options = path_options("market_path", horizon, annual_discount_rate,
                                                       discount_rate_per_period, discount_factor, discount, others);
        const py::gil_scoped_release release;
        return market_path(market, options);
      },
      py::arg("market"), py::kw_only(), py::arg("horizon"), py::arg("annual_discount_rate") = py::none(),
      py::arg("discount_rate_per_period") = py::none(), py::arg("discount_factor") = py::none(),
      py::arg("discount") = py::none(), path_docs(doc::market_path, "").c_str());

  m.def(
      "market_equilibria",
      [](const Market& market) {
        const std::vector<MarketEquilibrium> found = [&] {
          const py::gil_scoped_release release;
          return market_equilibria(market);
        }();
        std::vector<BoundEquilibrium> named;
        for (const MarketEquilibrium& e : found) named.push_back({e, market.chain.states()});
        return named;
      },
      py::arg("market"), doc::market_equilibria);

  m.def(
      "market_growth",
      [](const Market& market) {
        const py::gil_scoped_release release;
        return market_growth(market);
      },
      py::arg("market"), doc::market_growth);

  m.def(
      "market_threshold",
      [](const Market& market, const StateArgument& from, const StateArgument& to) {
        const StateSpace& states = market.chain.states();
        const std::string from_name = to_state_name(from, states);
        const std::string to_name = to_state_name(to, states);
        const py::gil_scoped_release release;
        return market_threshold(market, from_name, to_name);
      },
      py::arg("market"), py::arg("from_state"), py::arg("to_state"), doc::market_threshold);

  m.def(
      "delivery_gap",
      [](const Market& market, const StateArgument& from, const StateArgument& to, const NumberArgument& believed,
         const NumberArgument& felt, const ArrayArgument& horizon, const NumberArgument& annual_discount_rate,
         const NumberArgument& discount_rate_per_period, const NumberArgument& discount_factor,
         const DiscountArgument& discount, const py::kwargs& others) {
        const StateSpace& states = market.chain.states();
        const std::string from_name = to_state_name(from, states);
        const std::string to_name = to_state_name(to, states);
        const double share_believed = to_number(believed, "believed");
        const double share_felt = to_number(felt, "felt");
        const MarketPathOptions options = path_options("delivery_gap", horizon, annual_discount_rate,
                                                       discount_rate_per_period, discount_factor, discount, others);
        const py::gil_scoped_release release;
        return delivery_gap(market, from_name, to_name, share_believed, share_felt, options);
      },
      py::arg("market"), py::arg("from_state"), py::arg("to_state"), py::kw_only(), py::arg("believed"),
      py::arg("felt"), py::arg("horizon"), py::arg("annual_discount_rate") = py::none(),
      py::arg("discount_rate_per_period") = py::none(), py::arg("discount_factor") = py::none(),
      py::arg("discount") = py::none(),
      path_docs(
          doc::delivery_gap,
          "from_state, to_state : str or int\n    The move.\nbelieved, felt : float\n    Its two probabilities.\n")
          .c_str());

  const MarketOptions of_numbers;
  m.def(
      "simulate_market",
      [](const Market& market, const ArrayArgument& horizon, const NumberArgument& annual_discount_rate,
         const NumberArgument& discount_rate_per_period, const NumberArgument& discount_factor,
         const DiscountArgument& discount, const ArrayArgument& seed, const ArrayArgument& paths,
         const ArrayArgument& first_path, const WholeArgument& threads, const MarketProgressArgument& progress,
         const py::kwargs& others) {
        MarketOptions options;
        options.horizon = to_index(horizon, "horizon");
        options.discount = to_discount("simulate_market", annual_discount_rate, discount_rate_per_period,
                                       discount_factor, discount, others);
        options.seed = to_seed(seed);
        options.paths = to_index(paths, "paths");
        options.first_path = to_index(first_path, "first_path");
        options.threads = to_threads(threads);
        return reported(progress, options.paths, "paths", options, [&] { return simulate_market(market, options); });
      },
      py::arg("market"), py::kw_only(), py::arg("horizon"), py::arg("annual_discount_rate") = py::none(),
      py::arg("discount_rate_per_period") = py::none(), py::arg("discount_factor") = py::none(),
      py::arg("discount") = py::none(), py::arg("seed") = of_numbers.seed, py::arg("paths") = of_numbers.paths,
      py::arg("first_path") = of_numbers.first_path, py::arg("threads") = py::none(), py::arg("progress") = false,
      (path_docs(doc::simulate_market, "") + R"(
seed : int
    From 0 to 2^64 - 1.
paths : int
    Independent repetitions, at least 1.
first_path : int
    Number of the first path, for simulating in parts.
threads : int, optional
    None = as many as this process may use. The result does not depend on it.
progress : bool or function of (done, total)
    Paths done so far. True shows a bar if tqdm is installed. What the function raises stops the run and is passed on.)")
          .c_str());

  const MarketPeopleOptions of_people;
  m.def(
      "simulate_market_people",
      [](const Market& market, const ArrayArgument& horizon, const NumberArgument& annual_discount_rate,
         const NumberArgument& discount_rate_per_period, const NumberArgument& discount_factor,
         const DiscountArgument& discount, const ArrayArgument& seed, const WholeArgument& threads,
         const MarketProgressArgument& progress, const py::kwargs& others) {
        MarketPeopleOptions options;
        options.horizon = to_index(horizon, "horizon");
        options.discount = to_discount("simulate_market_people", annual_discount_rate, discount_rate_per_period,
                                       discount_factor, discount, others);
        options.seed = to_seed(seed);
        options.threads = to_threads(threads);
        return reported(progress, options.horizon, "periods", options,
                        [&] { return simulate_market_people(market, options); });
      },
      py::arg("market"), py::kw_only(), py::arg("horizon"), py::arg("annual_discount_rate") = py::none(),
      py::arg("discount_rate_per_period") = py::none(), py::arg("discount_factor") = py::none(),
      py::arg("discount") = py::none(), py::arg("seed") = of_people.seed, py::arg("threads") = py::none(),
      py::arg("progress") = false,
      (path_docs(doc::simulate_market_people, "") + R"(
seed : int
    From 0 to 2^64 - 1.
threads : int, optional
    None = as many as this process may use. The result does not depend on it.
progress : bool or function of (done, total)
    Periods done so far. True shows a bar if tqdm is installed. What the function raises stops the run and is passed
    on.)")
          .c_str());
}

}  // namespace sojourn::python
