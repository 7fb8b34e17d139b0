#include "sojourn/market/market.hpp"

#include <cmath>

#include "docs/market/market.hpp"
#include "market/bound_reputation.hpp"
#include "market/pickled_parts.hpp"
#include "market/referrals_argument.hpp"
#include "sojourn/market/market_path.hpp"
#include "support/members.hpp"
#include "support/shown.hpp"
#include "support/text.hpp"

SOJOURN_ARGUMENT(StockArgument, "Mapping[str, int] | ArrayLike | None");
SOJOURN_ARGUMENT(ContactsArgument,
                 "Referrals | Mapping[str, float] | Mapping[str | tuple[str, str], float] | ArrayLike");
SOJOURN_ARGUMENT(MarketReputationArgument, "MarketReputation | None");

namespace sojourn::python {

namespace {

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

constexpr std::pair<const char*, double Market::*> numbers[] = {{"advertising", &Market::advertising},
                                                                {"advertising_cost", &Market::advertising_cost},
                                                                {"referred_cost", &Market::referred_cost},
                                                                {"advertised_cost", &Market::advertised_cost},
                                                                {"returns", &Market::returns}};
constexpr std::pair<const char*, Vector Market::*> laws[] = {
    {"arrives_at", &Market::arrives_at}, {"advertising_arrives_at", &Market::advertising_arrives_at}};

// Takes over one argument of a market. `chain` and what depends on it in the defaults have been seen to before.
void set(Market& market, const std::string& name, const py::handle value) {
  const StateSpace& states = market.chain.states();
  for (const auto& [number, member] : numbers) {
    if (name != number) continue;
    market.*member = to_number(value, number);
    return;
  }
  for (const auto& [law, member] : laws) {
    if (name != law) continue;
    market.*member = value.is_none() ? Vector() : to_law(value, states, law);
    return;
  }
  if (name == "people") {
    market.people = to_index(value, "people");
  } else if (name == "rewards") {
    market.rewards = value.is_none() ? Rewards(states) : to_rewards(value, states);
  } else if (name == "stock") {
    market.stock = value.is_none() ? CountVector() : to_stock(value, states);
  } else if (name == "referrals") {
    market.referrals.reset();
    if (!value.is_none()) market.referrals = to_referrals(value, states);
  } else if (name == "reputation") {
    market.reputation.reset();
    if (!value.is_none())
      market.reputation = to_instance<BoundReputation>(value, "reputation", "a MarketReputation").over(states);
  } else {
    throw py::type_error("replace: a market has no argument " + text::quoted(name));
  }
}

Market checked(Market market) {
  (void)market_path(market, {.horizon = 1});
  return market;
}

Market make_market(const ChainArgument& chain, const WholeArgument& people, const RewardsArgument& rewards,
                   const StockArgument& stock, const ContactsArgument& referrals, const LawArgument& arrives_at,
                   const NumberArgument& advertising, const LawArgument& advertising_arrives_at,
                   const NumberArgument& advertising_cost, const NumberArgument& referred_cost,
                   const NumberArgument& advertised_cost, const NumberArgument& returns,
                   const MarketReputationArgument& reputation) {
  const Chain& of = to_chain(chain, "Market");
  const FitResult* fit = to_fit(chain);
  Market market{.chain = of, .rewards = fit ? fit->counts.mean_rewards() : Rewards(of.states())};
  market.arrives_at = observed_start(fit).value_or(Vector());
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

// A changed copy. Another chain has the same states, so that everything else still holds.
Market replaced(const Market& market, const py::kwargs& changes) {
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

Market with_defaults() {
  const StateSpace one{"one"};
  return {.chain = {one, Matrix::Identity(1, 1)}, .rewards = Rewards(one)};
}

constexpr const char* parameters_of_market = R"(Parameters
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
    Without it the chain holds as it is.)";

}  // namespace

void bind_market(py::module_& m) {
  const Market defaults = with_defaults();
  py::class_<Market>(m, "Market", docs(doc::Market, doc::file_market).c_str())
      .def(pickled_by_fields<Market>("Market", &Market::chain, &Market::rewards, &Market::people, &Market::stock,
                                     &Market::referrals, &Market::arrives_at, &Market::advertising,
                                     &Market::advertising_arrives_at, &Market::advertising_cost, &Market::referred_cost,
                                     &Market::advertised_cost, &Market::returns, &Market::reputation))
      .def(py::init(&make_market), py::arg("chain"), py::kw_only(), py::arg("people"), py::arg("rewards") = py::none(),
           py::arg("stock") = py::none(), py::arg("referrals") = py::none(), py::arg("arrives_at") = py::none(),
           py::arg("advertising") = defaults.advertising, py::arg("advertising_arrives_at") = py::none(),
           py::arg("advertising_cost") = defaults.advertising_cost, py::arg("referred_cost") = defaults.referred_cost,
           py::arg("advertised_cost") = defaults.advertised_cost, py::arg("returns") = defaults.returns,
           py::arg("reputation") = py::none(), parameters_of_market)
      .def_property_readonly("chain", member_of(&Market::chain), "How people move.")
      .def_property_readonly("rewards", member_of(&Market::rewards), "What they bring.")
      .def_property_readonly("people", member_of(&Market::people), doc::Market_people)
      .def_property_readonly("states", member_of(&Market::chain, &Chain::states), "The states, in order.")
      .def("replace", &replaced, "A changed copy: the same market with other arguments, by their names.")
      .def("__repr__", [](const Market& self) {
        return called("Market", text::plural(self.chain.n_states(), "state"), field("people", self.people));
      });
}

}  // namespace sojourn::python
