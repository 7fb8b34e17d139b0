#include "sojourn/market/referral_rates.hpp"

#include <algorithm>
#include <cmath>

#include "docs/market/referral_rates.hpp"
#include "market/pickled_parts.hpp"
#include "market/rate_keywords.hpp"
#include "support/members.hpp"
#include "support/parameters.hpp"
#include "support/shown.hpp"
#include "support/text_table.hpp"

SOJOURN_ARGUMENT(StateCountsArgument, "Mapping[str, int] | ArrayLike");
SOJOURN_ARGUMENT(ReferralCountsArgument, "ReferralCounts | Mapping[str, int] | ArrayLike");
SOJOURN_ARGUMENT(SharingCountsArgument, "SharingCounts | Mapping[str, int] | ArrayLike");

namespace sojourn::python {

namespace {

constexpr Words<RateOf> rates_of = {{"referrals", RateOf::referrals},
                                    {"good_experiences", RateOf::good_experiences},
                                    {"bad_experiences", RateOf::bad_experiences}};

// Whole numbers of at least -2^53 per state, from a dict or an array.
CountVector to_counts(py::handle object, const StateSpace& states, const char* argument) {
  const Vector given = to_amounts(object, states, argument);
  CountVector counts(given.size());
  for (Index i = 0; i < given.size(); ++i) {
    if (!(std::abs(given[i]) <= 0x1p53) || given[i] != std::floor(given[i]))
      throw py::value_error(std::string(argument) + ": '" + states.name(i) + "' has " + shown(given[i]) +
                            "; expected a whole number");
    counts[i] = static_cast<std::int64_t>(given[i]);
  }
  return counts;
}

std::string printed_table(const StateRates& rates) {
  const RateInterval ends = rates.interval(0.9);
  text::Table table({"state", "events", "periods", "rate", "lower", "upper"});
  const double largest = std::max(ends.upper.vector().maxCoeff(), 1e-9);
  for (Index i = 0; i < rates.states().n_states(); ++i) {
    table.add({text::plain(rates.states().name(i)), std::to_string(rates.events()[i]),
               std::to_string(rates.periods()[i]), text::amount(rates.mean().at(i), largest),
               text::amount(ends.lower.at(i), largest), text::amount(ends.upper.at(i), largest)});
  }
  return rates.definition() + "; interval of 90 %\n" + table.text();
}

py::dict table_of_rates(const StateRates& self) {
  py::dict table;
  table["state"] = py::module_::import("numpy").attr("array")(py::cast(self.states().names()));
  table["events"] = copy(self.events());
  table["periods"] = copy(self.periods());
  table["mean"] = copy(self.mean().vector());
  table["standard_error"] = copy(self.standard_error().vector());
  return table;
}

py::array_t<double> draws(const StateRates& self, const WholeArgument& n_draws, const WholeArgument& seed) {
  const Index n = to_index(n_draws, "n_draws");
  const std::uint64_t from = to_seed(seed);
  return copy(released([&] { return self.draws(n, from); }));
}

StateRates ask_referrals(const ReferralCountsArgument& referrals, const StateCountsArgument& periods,
                         const RateKeywords& keywords) {
  const RateOptions options = keywords.options();
  if (py::isinstance<ReferralCounts>(referrals)) {
    keywords.check_absent("referral_rates", {{"periods", !periods.is_none()}});
    return referral_rates(referrals.cast<const ReferralCounts&>(), options);
  }
  if (periods.is_none()) throw py::type_error("referral_rates: periods: give the customer-periods of each state");
  const CountedStates of = keywords.counted("referral_rates");
  const StateSpace& space = of.lifecycle.states();
  return referral_rates(of.lifecycle, of.period, to_counts(referrals, space, "referrals"),
                        to_counts(periods, space, "periods"), options);
}

SharingRates ask_sharing(const SharingCountsArgument& good, const StateCountsArgument& bad,
                         const StateCountsArgument& periods, const RateKeywords& keywords) {
  const RateOptions options = keywords.options();
  if (py::isinstance<SharingCounts>(good)) {
    keywords.check_absent("sharing_rates", {{"bad", !bad.is_none()}, {"periods", !periods.is_none()}});
    return sharing_rates(good.cast<const SharingCounts&>(), options);
  }
  if (bad.is_none()) throw py::type_error("sharing_rates: bad: give the bad experiences of each state");
  if (periods.is_none()) throw py::type_error("sharing_rates: periods: give the customer-periods of each state");
  const CountedStates of = keywords.counted("sharing_rates");
  const StateSpace& space = of.lifecycle.states();
  return sharing_rates(of.lifecycle, of.period, to_counts(good, space, "good"), to_counts(bad, space, "bad"),
                       to_counts(periods, space, "periods"), options);
}

void bind_state_rates(py::module_& m) {
  py::class_<RateInterval>(m, "RateInterval", doc::RateInterval)
      .def(pickled_by_fields<RateInterval>("RateInterval", &RateInterval::level, &RateInterval::lower,
                                           &RateInterval::upper))
      .def_readonly("level", &RateInterval::level, "As it was asked for.")
      .def_readonly("lower", &RateInterval::lower, "Lower ends, events per customer-period.")
      .def_readonly("upper", &RateInterval::upper, "Upper ends, events per customer-period.")
      .def("__repr__", [](const RateInterval& self) {
        return called("RateInterval", field("level", self.level), field("lower", self.lower),
                      field("upper", self.upper));
      });

  py::class_<StateRates>(m, "StateRates", docs(doc::StateRates, doc::file_referral_rates).c_str())
      .def(pickled<StateRates>(
          "StateRates",
          [](const StateRates& self) {
            return std::tuple(self.what(), self.lifecycle(), self.period(), self.events(), self.periods(),
                              self.options());
          },
          [](auto... part) { return StateRates(std::move(part)...); }))
      .def_property_readonly("what", word_of(rates_of, &StateRates::what), doc::RateOf)
      .def_property_readonly("lifecycle", &StateRates::lifecycle, "States, allowed moves and exits.")
      .def_property_readonly("states", &StateRates::states, "The states, in order.")
      .def_property_readonly("period", &StateRates::period, doc::StateRates_period)
      .def_property_readonly("events", view_of(&StateRates::events), "Shape (n_states,): events.")
      .def_property_readonly("periods", view_of(&StateRates::periods),
                             "Shape (n_states,): customer-periods in which they could happen.")
      .def_property_readonly("mean", &StateRates::mean, doc::StateRates_mean)
      .def_property_readonly("standard_error", &StateRates::standard_error, doc::StateRates_standard_error)
      .def(
          "interval",
          [](const StateRates& self, const NumberArgument& level) { return self.interval(to_number(level, "level")); },
          py::arg("level"), doc::StateRates_interval)
      .def(
          "draw",
          [](const StateRates& self, const WholeArgument& draw, const WholeArgument& seed) {
            return self.draw(to_index(draw, "draw"), to_seed(seed));
          },
          py::arg("draw"), py::kw_only(), py::arg("seed") = 0, doc::StateRates_draw)
      .def("draws", &draws, py::arg("n_draws"), py::kw_only(), py::arg("seed") = 0, doc::StateRates_draws)
      .def_property_readonly("unseen", names_of(&StateRates::states, &StateRates::unseen), doc::StateRates_unseen)
      .def_property_readonly("definition", &StateRates::definition, doc::StateRates_definition)
      .def("to_dict", &table_of_rates, "A table, one row per state; each column a NumPy array.")
      .def("__str__", &printed_table)
      .def("__repr__", [](const StateRates& self) {
        return called("StateRates", field("what", to_word(self.what(), rates_of)), field("mean", self.mean()),
                      "period='" + self.period().name() + "'");
      });
}

void bind_referrals_per_period(py::module_& m) {
  define(m, "referral_rates", &ask_referrals, py::arg("referrals"), py::arg("periods") = py::none(), py::kw_only(),
         RateKeywords::arguments(),
         docs(doc::referral_rates, doc::file_referral_rates,
              parameters({R"(referrals : ReferralCounts, dict {state: newcomers} or array_like of shape (n_states,)
    Counts of a log, or newcomers by the state of who brought them.
periods : dict {state: customer-periods} or array_like of shape (n_states,), optional
    Customer-periods seen in each state, also of those who brought nobody.)",
                          RateKeywords::text}),
              R"(Returns
-------
StateRates
    `mean`, `standard_error`, `interval(level)`, `draws(n)`; newcomers per customer-period.

Raises
------
ValueError
    For counts that are negative or not whole, events in an exit or where nobody was, and states without data.

Examples
--------
>>> rates = referral_rates({"loyal": 30}, {"new": 400, "loyal": 600}, states=["new", "loyal"], period="month")
>>> round(rates.mean["loyal"], 5)
0.05083)"));
}

void bind_sharing_rates(py::module_& m) {
  py::class_<SharingRates>(m, "SharingRates", doc::SharingRates)
      .def(pickled_by_fields<SharingRates>("SharingRates", &SharingRates::good, &SharingRates::bad))
      .def_readonly("good", &SharingRates::good, "Good experiences shared per customer-period.")
      .def_readonly("bad", &SharingRates::bad, "Bad experiences shared per customer-period.")
      .def("__str__",
           [](const SharingRates& self) { return printed_table(self.good) + "\n" + printed_table(self.bad); })
      .def("__repr__", [](const SharingRates& self) {
        return called("SharingRates", field("good", self.good), field("bad", self.bad));
      });

  define(m, "sharing_rates", &ask_sharing, py::arg("good"), py::arg("bad") = py::none(),
         py::arg("periods") = py::none(), py::kw_only(), RateKeywords::arguments(),
         docs(doc::SharingRates,
              parameters({R"(good : SharingCounts, dict {state: experiences} or array_like of shape (n_states,)
    Counts of a log, or good experiences by the state of who shared them.
bad : dict or array_like of shape (n_states,), optional
    Bad experiences, likewise.
periods : dict {state: customer-periods} or array_like of shape (n_states,), optional
    Customer-periods seen in each state, also of those who shared nothing.)",
                          RateKeywords::text}),
              R"(Returns
-------
SharingRates
    `good` and `bad`, each as `referral_rates` gives them; experiences per customer-period.

Raises
------
ValueError
    As `referral_rates` does.)"));
}

}  // namespace

void bind_referral_rates(py::module_& m) {
  bind_state_rates(m);
  bind_referrals_per_period(m);
  bind_sharing_rates(m);
}

}  // namespace sojourn::python
