#include "sojourn/value/lifetime_value.hpp"

#include "docs.hpp"
#include "support/arguments.hpp"
#include "support/pickling.hpp"
#include "support/printing.hpp"
#include "value/bound_value.hpp"

namespace sojourn::python {

namespace {

template <class Member>
auto of_value(Member member) {
  return [member](const BoundValue& self) { return (self.value.*member)(); };
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

}  // namespace

void bind_lifetime_value(py::module_& m) {
  py::class_<ValueInterval>(m, "ValueInterval", doc::ValueInterval)
      .def_readonly("level", &ValueInterval::level, "The share of such intervals that hold the mean.")
      .def_readonly("lower", &ValueInterval::lower, "Lower ends, currency.")
      .def_readonly("upper", &ValueInterval::upper, "Upper ends, currency.")
      .def_readonly("standard_error", &ValueInterval::standard_error, "Standard error of the mean, currency.")
      .def(pickled_by_fields<ValueInterval>("ValueInterval", &ValueInterval::level, &ValueInterval::lower,
                                            &ValueInterval::upper, &ValueInterval::standard_error))
      .def("__repr__", [](const ValueInterval& interval) {
        return "ValueInterval(level=" + std::string(py::repr(py::float_(interval.level))) + ", " +
               std::to_string(interval.lower.size()) + " states)";
      });

  py::class_<StartValue>(m, "StartValue", doc::StartValue)
      .def_readonly("mean", &StartValue::mean, "Mean of the discounted rewards, currency.")
      .def_readonly("standard_deviation", &StartValue::standard_deviation, "Between customers, currency.")
      .def_readonly("std", &StartValue::standard_deviation, "Short for `standard_deviation`.")
      .def_readonly("residual", &StartValue::residual, doc::StartValue_residual)
      .def_readonly("standard_error", &StartValue::standard_error, doc::StartValue_standard_error)
      .def(pickled_by_fields<StartValue>("StartValue", &StartValue::mean, &StartValue::standard_deviation,
                                         &StartValue::residual, &StartValue::standard_error))
      .def("__repr__", [](const StartValue& value) {
        return "StartValue(mean=" + std::string(py::repr(py::float_(value.mean))) +
               ", std=" + std::string(py::repr(py::float_(value.standard_deviation))) + ")";
      });

  py::class_<SolutionAccuracy>(m, "SolutionAccuracy", doc::SolutionAccuracy)
      .def_readonly("residual", &SolutionAccuracy::residual, doc::SolutionAccuracy_residual)
      .def_readonly("error_bound", &SolutionAccuracy::error_bound, doc::SolutionAccuracy_error_bound)
      .def(pickled_by_fields<SolutionAccuracy>("SolutionAccuracy", &SolutionAccuracy::residual,
                                               &SolutionAccuracy::error_bound))
      .def("__repr__", [](const SolutionAccuracy& a) {
        return "SolutionAccuracy(residual=" + std::string(py::repr(py::float_(a.residual))) +
               ", error_bound=" + std::string(py::repr(py::float_(a.error_bound))) + ")";
      });

  py::class_<BoundValue>(m, "LifetimeValue", doc::LifetimeValue)
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
          docs(doc::LifetimeValue_start_value, R"(Parameters
----------
start : str, dict {state: probability} or array_like of shape (n_states,), optional
    Without it the observed first states of a fit, or the first state of a chain.

Returns
-------
StartValue
    `mean`, `standard_deviation` (`std`), `residual`, `standard_error`; in currency.)")
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
      .def(
          "to_dict",
          [](const py::object& self) {
            const auto& value = self.cast<const BoundValue&>().value;
            const py::module_ numpy = py::module_::import("numpy");
            py::dict result;
            result["state"] = numpy.attr("array")(py::cast(value.chain().states().names()));
            result["mean"] = copy(value.mean().vector());
            result["residual"] = copy(value.residual().vector());
            result["standard_deviation"] = copy(value.standard_deviation().vector());
            if (value.is_fitted()) result["standard_error"] = copy(value.interval(0.5).standard_error.vector());
            return result;
          },
          "A table, one row per state: state, mean, residual, standard_deviation and, from a fit, standard_error of "
          "the\n"
          "mean; each a NumPy array.")
      .def("__str__", [](const BoundValue& self) { return printed(self.value); })
      .def(pickled<BoundValue>("LifetimeValue", &question_of, &answer_to))
      .def("__repr__", [](const BoundValue& self) {
        return "LifetimeValue(" + std::to_string(self.value.mean().size()) + " states: " + self.value.definition() +
               ")";
      });

  m.def(
      "lifetime_value",
      [](const ChainArgument& chain, const RewardsArgument& rewards, const WholeArgument& horizon,
         const NumberArgument& annual_discount_rate, const NumberArgument& discount_rate_per_period,
         const NumberArgument& discount_factor, const DiscountArgument& discount, const py::kwargs& others) {
        const Chain& of = to_chain(chain, "lifetime_value");
        const FitResult* fit = to_fit(chain);
        LifetimeValueOptions options;
        options.discount = to_discount("lifetime_value", annual_discount_rate, discount_rate_per_period,
                                       discount_factor, discount, others);
        if (!options.discount)
          throw py::value_error(
              "lifetime_value: say how later money is discounted: annual_discount_rate=0.10, "
              "discount_rate_per_period=0.01 or discount_factor=0.99 (discount_factor=1 for none)");
        options.horizon = to_optional_index(horizon, "horizon");
        if (!fit && rewards.is_none())
          throw py::value_error("lifetime_value: a chain brings no money of its own; say rewards={'" +
                                of.states().name(0) + "': amount}, or pass the fit");
        std::optional<Rewards> money;
        if (!rewards.is_none()) money = to_rewards(rewards, of.states());
        if (!fit) return BoundValue{lifetime_value(of, *money, options), std::nullopt};
        std::optional<Vector> start;
        if (fit->counts.n_journeys() > 0) start = fit->counts.start_distribution();
        return BoundValue{lifetime_value(*fit, options, money), std::move(start)};
      },
      py::arg("chain"), py::arg("rewards") = py::none(), py::kw_only(), py::arg("horizon") = py::none(),
      py::arg("annual_discount_rate") = py::none(), py::arg("discount_rate_per_period") = py::none(),
      py::arg("discount_factor") = py::none(), py::arg("discount") = py::none(),
      docs((std::string(doc::lifetime_value) + "\n\n" + doc::file_lifetime_value).c_str(), R"(Parameters
----------
chain : Chain or FitResult
    From a fit the answer has intervals.
rewards : Rewards, dict {state or (from, to): amount} or array_like of shape (n_states,), optional
    Currency per period in a state, and per move. Needed for a chain; from a fit the mean revenue per period in each state.
horizon : int, optional
    Periods, at least 1; without it the value for life.
annual_discount_rate : float, optional
    Effective rate per year, at least 0 (0.10 is ten percent a year).
discount_rate_per_period : float, optional
    Rate per period of the chain, at least 0.
discount_factor : float, optional
    Factor per period of the chain, in (0, 1]; 1 for no discounting.
discount : Discount, optional
    Any of the three as an object. Exactly one of the four must be given.

Returns
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
50.0)")
          .c_str());
}

}  // namespace sojourn::python
