#include "sojourn/value/lifetime_value.hpp"

#include "docs/value/lifetime_value.hpp"
#include "support/discount_keywords.hpp"
#include "support/members.hpp"
#include "support/parameters.hpp"
#include "support/pickling.hpp"
#include "support/printing.hpp"
#include "support/shown.hpp"
#include "value/bound_value.hpp"
#include "value/money_of_call.hpp"

namespace sojourn::python {

namespace {

template <class T>
auto of_value(T LifetimeValue::* member) {
  return member_of(&BoundValue::value, member);
}

BoundValue ask_lifetime_value(const ChainArgument& chain, const RewardsArgument& rewards, const WholeArgument& horizon,
                              const DiscountKeywords& discount, const py::kwargs& others) {
  const Chain& of = to_chain(chain, "lifetime_value");
  LifetimeValueOptions options;
  options.discount = discount.needed("lifetime_value", others);
  options.horizon = to_optional_index(horizon, "horizon");
  const std::optional<Rewards> money = money_of_call("lifetime_value", chain, rewards);
  const FitResult* fit = to_fit(chain);
  return {fit ? lifetime_value(*fit, options, money) : lifetime_value(of, *money, options), observed_start(fit)};
}

// A value is pickled as the question that it answers.
using Question = std::tuple<std::optional<FitResult>, std::optional<Chain>, std::optional<Rewards>, Discount,
                            std::optional<Index>, std::optional<Vector>>;

Question question_of(const BoundValue& self) {
  const LifetimeValue& value = self.value;
  Question asked{std::nullopt, std::nullopt, std::nullopt, value.discount(), value.horizon(), self.observed_start};
  if (value.is_fitted()) {
    std::get<0>(asked) = *value.fit();
  } else {
    std::get<1>(asked) = value.chain();
  }
  if (!value.has_fitted_rewards()) std::get<2>(asked) = value.rewards();
  return asked;
}

BoundValue answer_to(const std::optional<FitResult>& fit, const std::optional<Chain>& chain,
                     const std::optional<Rewards>& rewards, const Discount& discount,
                     const std::optional<Index>& horizon, std::optional<Vector> observed_start) {
  if (!fit && (!chain || !rewards)) throw py::cast_error("expected a fit, or a chain and rewards");
  const LifetimeValueOptions options{.discount = discount, .horizon = horizon};
  const py::gil_scoped_release release;
  return {fit ? lifetime_value(*fit, options, rewards) : lifetime_value(*chain, *rewards, options),
          std::move(observed_start)};
}

py::dict table_of(const BoundValue& self) {
  const LifetimeValue& value = self.value;
  py::dict result;
  result["state"] = py::module_::import("numpy").attr("array")(py::cast(value.chain().states().names()));
  result["mean"] = copy(value.mean().vector());
  result["residual"] = copy(value.residual().vector());
  result["standard_deviation"] = copy(value.standard_deviation().vector());
  if (value.is_fitted()) result["standard_error"] = copy(value.interval(0.5).standard_error.vector());
  return result;
}

constexpr const char* parameters_of_value = R"(chain : Chain or FitResult
    From a fit the answer has intervals.
rewards : Rewards, dict {state or (from, to): amount} or array_like of shape (n_states,), optional
    Currency per period in a state, and per move. Needed for a chain; from a fit the mean revenue per period in each state.
horizon : int, optional
    Periods, at least 1; without it the value for life.)";

constexpr const char* rest_of_value = R"(Returns
-------
LifetimeValue
    `mean`, `residual`, `std` per state in currency; `start_value(start)`, `interval(level)`, `definition`.

Raises
------
ValueError
    Without a discount, with more than one or one without a unit; for a horizon below 1; for rewards over other states;
    when the value would be infinite.

Examples
--------
>>> chain = Chain(["active", "churn"], [[0.8, 0.2], [0.0, 1.0]], period="year")
>>> lifetime_value(chain, {"active": 10.0}, discount_factor=1).mean["active"]
50.0)";

void bind_parts(py::module_& m) {
  py::class_<ValueInterval>(m, "ValueInterval", doc::ValueInterval)
      .def(pickled_by_fields<ValueInterval>("ValueInterval", &ValueInterval::level, &ValueInterval::lower,
                                            &ValueInterval::upper, &ValueInterval::standard_error))
      .def_readonly("level", &ValueInterval::level, "The share of such intervals that hold the mean.")
      .def_readonly("lower", &ValueInterval::lower, "Lower ends, currency.")
      .def_readonly("upper", &ValueInterval::upper, "Upper ends, currency.")
      .def_readonly("standard_error", &ValueInterval::standard_error, "Standard error of the mean, currency.")
      .def("__repr__", [](const ValueInterval& interval) {
        return called("ValueInterval", field("level", interval.level),
                      std::to_string(interval.lower.size()) + " states");
      });

  py::class_<StartValue>(m, "StartValue", doc::StartValue)
      .def(pickled_by_fields<StartValue>("StartValue", &StartValue::mean, &StartValue::standard_deviation,
                                         &StartValue::residual, &StartValue::standard_error))
      .def_readonly("mean", &StartValue::mean, "Mean of the discounted rewards, currency.")
      .def_readonly("standard_deviation", &StartValue::standard_deviation, "Between customers, currency.")
      .def_readonly("std", &StartValue::standard_deviation, "Short for `standard_deviation`.")
      .def_readonly("residual", &StartValue::residual, doc::StartValue_residual)
      .def_readonly("standard_error", &StartValue::standard_error, doc::StartValue_standard_error)
      .def("__repr__", [](const StartValue& value) {
        return called("StartValue", field("mean", value.mean), field("std", value.standard_deviation));
      });

  py::class_<SolutionAccuracy>(m, "SolutionAccuracy", doc::SolutionAccuracy)
      .def(pickled_by_fields<SolutionAccuracy>("SolutionAccuracy", &SolutionAccuracy::residual,
                                               &SolutionAccuracy::error_bound))
      .def_readonly("residual", &SolutionAccuracy::residual, doc::SolutionAccuracy_residual)
      .def_readonly("error_bound", &SolutionAccuracy::error_bound, doc::SolutionAccuracy_error_bound)
      .def("__repr__", [](const SolutionAccuracy& a) {
        return called("SolutionAccuracy", field("residual", a.residual), field("error_bound", a.error_bound));
      });
}

}  // namespace

void bind_lifetime_value(py::module_& m) {
  bind_parts(m);

  py::class_<BoundValue>(m, "LifetimeValue", doc::LifetimeValue)
      .def(pickled<BoundValue>("LifetimeValue", &question_of, &answer_to))
      .def_property_readonly("mean", of_value(&LifetimeValue::mean), doc::LifetimeValue_mean)
      .def_property_readonly("residual", of_value(&LifetimeValue::residual), doc::LifetimeValue_residual)
      .def_property_readonly("standard_deviation", of_value(&LifetimeValue::standard_deviation),
                             doc::LifetimeValue_standard_deviation)
      .def_property_readonly("std", of_value(&LifetimeValue::standard_deviation), "Short for `standard_deviation`.")
      .def(
          "start_value",
          [](const BoundValue& self, const LawArgument& start) {
            return self.value.start_value(self.start_law(start));
          },
          py::arg("start") = py::none(),
          docs(doc::LifetimeValue_start_value, parameters({start_text}),
               returns(
                   "StartValue\n    `mean`, `standard_deviation` (`std`), `residual`, `standard_error`; in currency."))
              .c_str())
      .def(
          "interval",
          [](const BoundValue& self, const NumberArgument& level) {
            return self.value.interval(to_number(level, "level"));
          },
          py::arg("level"), doc::LifetimeValue_interval)
      .def(
          "accuracy", [](const BoundValue& self) { return self.value.accuracy(); }, doc::LifetimeValue_accuracy)
      .def_property_readonly("chain", of_value(&LifetimeValue::chain), "The chain that was asked.")
      .def_property_readonly("rewards", of_value(&LifetimeValue::rewards), "The money that was counted.")
      .def_property_readonly("discount", of_value(&LifetimeValue::discount), "How later money was discounted.")
      .def_property_readonly("horizon", of_value(&LifetimeValue::horizon), "Periods; None = for life.")
      .def_property_readonly(
          "states", [](const BoundValue& self) { return self.value.chain().states(); }, "The states, in order.")
      .def_property_readonly("is_fitted", of_value(&LifetimeValue::is_fitted), "True when `interval` can answer.")
      .def_property_readonly("definition", of_value(&LifetimeValue::definition), doc::LifetimeValue_definition)
      .def("to_dict", &table_of,
           "A table, one row per state: state, mean, residual, standard_deviation and, from a fit, standard_error of "
           "the\nmean; each a NumPy array.")
      .def("__str__", [](const BoundValue& self) { return printed(self.value); })
      .def("__repr__", [](const BoundValue& self) {
        return "LifetimeValue(" + std::to_string(self.value.mean().size()) + " states: " + self.value.definition() +
               ")";
      });

  define(m, "lifetime_value", &ask_lifetime_value, py::arg("chain"), py::arg("rewards") = py::none(), py::kw_only(),
         py::arg("horizon") = py::none(), DiscountKeywords::arguments(),
         docs(doc::lifetime_value, doc::file_lifetime_value,
              parameters({parameters_of_value, DiscountKeywords::needed_text}), rest_of_value));
}

}  // namespace sojourn::python
