#include "sojourn/market/referral_value.hpp"

#include "docs/market/referral_value.hpp"
#include "market/bound_referral_value.hpp"
#include "market/pickled_parts.hpp"
#include "market/referrals_argument.hpp"
#include "sojourn/market/referral_sensitivity.hpp"
#include "support/discount_keywords.hpp"
#include "support/members.hpp"
#include "support/parameters.hpp"
#include "support/printing.hpp"
#include "support/shown.hpp"
#include "value/bound_sensitivity.hpp"
#include "value/money_of_call.hpp"

SOJOURN_ARGUMENT(DelayArgument, "ArrayLike | None");

namespace sojourn::python {

namespace {

template <class T>
auto of_value(T ReferralValue::* member) {
  return member_of(&BoundReferralValue::value, member);
}
template <class T>
auto found(T ReferralValue::* member) {
  return computed(&BoundReferralValue::value, member);
}

BoundReferralValue ask_referral_value(const ChainArgument& chain, const RewardsArgument& rewards,
                                      const ReferralsArgument& referrals, const LawArgument& arrives_at,
                                      const DelayArgument& delay, const NumberArgument& acquisition_cost,
                                      const NumberArgument& first_reward, const DiscountKeywords& discount,
                                      const py::kwargs& others) {
  const Chain& of = to_chain(chain, "referral_value");
  const FitResult* fit = to_fit(chain);
  ReferralValueOptions options;
  options.discount = discount.needed("referral_value", others);
  const std::optional<Rewards> money = money_of_call("referral_value", chain, rewards);
  if (!arrives_at.is_none()) options.arrives_at = to_law(arrives_at, of.states(), "arrives_at");
  if (!delay.is_none()) {
    options.delay = to_vector(delay, "delay");
    if (options.delay.size() == 0) throw py::value_error("delay: holds nothing; give the chances of 1, 2, … periods");
  }
  options.acquisition_cost = to_number(acquisition_cost, "acquisition_cost");
  options.first_reward = to_number(first_reward, "first_reward");
  const Referrals brings = to_referrals(referrals, of.states());
  std::optional<Vector> start = observed_start(fit);
  const py::gil_scoped_release release;
  return {fit ? referral_value(*fit, brings, options, money) : referral_value(of, *money, brings, options),
          std::move(start)};
}

ReferralSensitivity why(const BoundReferralValue& self, const LawArgument& start, const AllowedArgument& allowed) {
  const Vector law = self.start_law(start);
  const std::optional<Mask> moves = to_allowed(allowed, self.value.chain().states());
  return released([&] { return sensitivity(self.value, law, moves); });
}

py::dict table_of_value(const BoundReferralValue& self) {
  const ReferralValue& value = self.value;
  py::dict result;
  result["state"] = py::module_::import("numpy").attr("array")(py::cast(value.chain().states().names()));
  result["total"] = copy(value.total().vector());
  result["own"] = copy(value.own().vector());
  result["referred"] = copy(value.referred().vector());
  result["lifetime_referrals"] = copy(value.lifetime_referrals().vector());
  return result;
}

constexpr const char* parameters_of_value =
    R"(chain : Chain or FitResult
rewards : Rewards, dict {state or (from, to): amount} or array_like of shape (n_states,), optional
    Currency per period in a state, and per move. Needed for a chain; from a fit the mean revenue per period in each state.
referrals : Referrals, dict {state or (from, to): newcomers} or array_like of shape (n_states,)
    Newcomers brought per period in a state, and per move.
arrives_at : str, dict {state: probability} or array_like of shape (n_states,), optional
    Where newcomers begin; without it in the first state.
delay : array_like, optional
    Chance of arriving 1, 2, … periods after being brought; without it 1 period for certain.
acquisition_cost : float
    Currency per newcomer brought, paid when he arrives.
first_reward : float
    Currency per newcomer brought, received when he arrives.)";

constexpr const char* rest_of_value = R"(Returns
-------
ReferralValue
    `total`, `own`, `referred`, `lifetime_referrals` per state; `R0`, `growth_factor`, `stable_mix`; `generations(n)`,
    `sensitivity(start)`, `start_value(start)`.

Raises
------
ValueError
    Without a discount, for rates that are negative, an arrival in an exit, or a base that grows faster than money is
    discounted.

Examples
--------
>>> chain = Chain(["active", "churn"], [[0.8, 0.2], [0.0, 1.0]], period="year")
>>> ref = referral_value(chain, {"active": 10.0}, referrals={"active": 0.1}, discount_factor=1)
>>> round(ref.own["active"], 9), round(ref.total["active"], 9)
(50.0, 100.0))";

void bind_parts(py::module_& m) {
  py::class_<ReferralStartValue>(m, "ReferralStartValue", doc::ReferralStartValue)
      .def(pickled_by_fields<ReferralStartValue>("ReferralStartValue", &ReferralStartValue::total,
                                                 &ReferralStartValue::own, &ReferralStartValue::referred))
      .def_readonly("total", &ReferralStartValue::total, "`own + referred`, currency.")
      .def_readonly("own", &ReferralStartValue::own, "What he brings himself, currency.")
      .def_readonly("referred", &ReferralStartValue::referred, "What those bring whom he leads to, currency.")
      .def("__repr__", [](const ReferralStartValue& self) {
        return called("ReferralStartValue", field("total", self.total), field("own", self.own),
                      field("referred", self.referred));
      });
  py::class_<Generations>(m, "Generations", doc::Generations)
      .def(pickled_by_fields<Generations>("Generations", &Generations::value, &Generations::beyond))
      .def_property_readonly("value", view_of(&Generations::value), doc::Generations_value)
      .def_readonly("beyond", &Generations::beyond, doc::Generations_beyond)
      .def("__repr__", [](const Generations& self) {
        return called("Generations", std::to_string(self.value.cols() - 1) + " generations of newcomers",
                      std::to_string(self.value.rows()) + " states");
      });
}

using ValueClass = py::class_<BoundReferralValue>;

void bind_answers(ValueClass& value) {
  value.def_property_readonly("total", of_value(&ReferralValue::total), doc::ReferralValue_total)
      .def_property_readonly("own", of_value(&ReferralValue::own), doc::ReferralValue_own)
      .def_property_readonly("referred", of_value(&ReferralValue::referred), doc::ReferralValue_referred)
      .def(
          "start_value",
          [](const BoundReferralValue& self, const LawArgument& start) {
            return self.value.start_value(self.start_law(start));
          },
          py::arg("start") = py::none(), docs(doc::ReferralValue_start_value, parameters({start_text})).c_str())
      .def(
          "generations",
          [](const BoundReferralValue& self, const WholeArgument& n) {
            return self.value.generations(to_index(n, "n"));
          },
          py::arg("n"), doc::ReferralValue_generations)
      .def_property_readonly("lifetime_referrals", of_value(&ReferralValue::lifetime_referrals),
                             doc::ReferralValue_lifetime_referrals)
      .def_property_readonly("R0", of_value(&ReferralValue::R0), doc::ReferralValue_R0)
      .def_property_readonly("growth_factor", found(&ReferralValue::growth_factor), doc::ReferralValue_growth_factor)
      .def_property_readonly("doubling_time", found(&ReferralValue::doubling_time), doc::ReferralValue_doubling_time)
      .def_property_readonly("halving_time", found(&ReferralValue::halving_time), doc::ReferralValue_halving_time)
      .def_property_readonly("stable_mix", found(&ReferralValue::stable_mix), doc::ReferralValue_stable_mix)
      .def_property_readonly("critical_discount_factor", found(&ReferralValue::critical_discount_factor),
                             doc::ReferralValue_critical_discount_factor)
      .def_property_readonly("critical_discount_rate", found(&ReferralValue::critical_discount_rate),
                             doc::ReferralValue_critical_discount_rate)
      .def("sensitivity", &why, py::arg("start") = py::none(), py::arg("allowed") = py::none(),
           docs("The derivatives of total value from one start law and of `R0`.",
                parameters({start_text, allowed_text}), returns(R"(ReferralSensitivity
    `levers()` with own value, total value and `R0` side by side; `partial`, `lift`, `R0_partial`, `R0_lift`,
    `by_referrals`, `change_to_reach_R0(from_state, to)`, `own`.)"))
               .c_str());
}

void bind_given(ValueClass& value) {
  value.def_property_readonly("chain", of_value(&ReferralValue::chain), "The chain that was asked.")
      .def_property_readonly("rewards", of_value(&ReferralValue::rewards), "The money that was counted.")
      .def_property_readonly("referrals", of_value(&ReferralValue::referrals), "Who brings how many.")
      .def_property_readonly("discount", of_value(&ReferralValue::discount), "How later money was discounted.")
      .def_property_readonly(
          "states", [](const BoundReferralValue& self) { return self.value.chain().states(); }, "The states, in order.")
      .def_property_readonly(
          "arrives_at",
          [](const BoundReferralValue& self) {
            return StateValues(self.value.chain().states(), self.value.arrives_at());
          },
          "The law of arrival.")
      .def_property_readonly("delay", copy_of(&BoundReferralValue::value, &ReferralValue::delay),
                             doc::ReferralValue_delay)
      .def_property_readonly("acquisition_cost", of_value(&ReferralValue::acquisition_cost),
                             "Currency per newcomer brought, paid when he arrives.")
      .def_property_readonly("first_reward", of_value(&ReferralValue::first_reward),
                             "Currency per newcomer brought, received when he arrives.")
      .def_property_readonly("definition", of_value(&ReferralValue::definition), doc::ReferralValue_definition)
      .def("to_dict", &table_of_value,
           "A table, one row per state: state, total, own, referred, lifetime_referrals; each a NumPy array.")
      .def("__str__", [](const BoundReferralValue& self) { return printed(self.value); })
      .def("__repr__", [](const BoundReferralValue& self) {
        return "ReferralValue(" + std::to_string(self.value.total().size()) + " states: " + self.value.definition() +
               ")";
      });
}

}  // namespace

void bind_referral_value(py::module_& m) {
  bind_parts(m);
  ValueClass value(m, "ReferralValue", doc::ReferralValue);
  value.def(
      pickled<BoundReferralValue>("ReferralValue", &question_of<BoundReferralValue>, &answer_to<BoundReferralValue>));
  bind_answers(value);
  bind_given(value);

  const ReferralValueOptions defaults;
  define(m, "referral_value", &ask_referral_value, py::arg("chain"), py::arg("rewards") = py::none(), py::kw_only(),
         py::arg("referrals"), py::arg("arrives_at") = py::none(), py::arg("delay") = py::none(),
         py::arg("acquisition_cost") = defaults.acquisition_cost, py::arg("first_reward") = defaults.first_reward,
         DiscountKeywords::arguments(),
         docs(doc::referral_value, doc::file_referral_value,
              parameters({parameters_of_value, DiscountKeywords::needed_text}), rest_of_value));
}

}  // namespace sojourn::python
