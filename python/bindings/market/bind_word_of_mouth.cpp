#include "sojourn/market/word_of_mouth.hpp"

#include "docs.hpp"
#include "market/pickled_parts.hpp"
#include "market/referrals_argument.hpp"
#include "support/printing.hpp"
#include "support/rows.hpp"
#include "value/bound_sensitivity.hpp"

SOJOURN_ARGUMENT(CustomerStatesArgument, "Sequence[str | int] | ArrayLike");
SOJOURN_ARGUMENT(OptionalArrayArgument, "ArrayLike | None");

namespace sojourn::python {

namespace {

struct BoundReferralValue {
  ReferralValue value;
  std::optional<Vector> observed_start;

  Vector start_law(py::handle start) const {
    const StateSpace& states = value.chain().states();
    if (!start.is_none()) return to_law(start, states, "start");
    return observed_start ? *observed_start : start_in(states, states.name(0));
  }
};

struct NamedReferralLever {
  std::string from_state;
  std::string to_state;
  double probability;
  double own_value_of_a_point;
  double total_value_of_a_point;
  double r0_of_a_point;
};

struct NamedQuadrantTotal {
  std::string quadrant;
  Index customers;
  double own;
  double referred;
};

constexpr std::initializer_list<std::pair<const char*, OffspringLaw>> offspring_laws{
    {"poisson", OffspringLaw::poisson}, {"bernoulli", OffspringLaw::bernoulli}, {"geometric", OffspringLaw::geometric}};

constexpr std::initializer_list<std::pair<const char*, Quadrant>> quadrants{{"champions", Quadrant::champions},
                                                                            {"affluents", Quadrant::affluents},
                                                                            {"advocates", Quadrant::advocates},
                                                                            {"misers", Quadrant::misers}};

std::string shown(double x) {
  return py::repr(py::float_(x));
}
std::string shown(const std::string& name) {
  return py::repr(py::str(name));
}

template <class Member>
auto of_value(Member member) {
  return [member](const BoundReferralValue& self) { return (self.value.*member)(); };
}

/// The same where there may be much to compute.
template <class Member>
auto found(Member member) {
  return [member](const BoundReferralValue& self) {
    const py::gil_scoped_release release;
    return std::decay_t<decltype((self.value.*member)())>((self.value.*member)());
  };
}

BoundReferralValue ask(const ChainArgument& chain, const RewardsArgument& rewards, const ReferralsArgument& referrals,
                       const LawArgument& arrives_at, const OptionalArrayArgument& delay,
                       const NumberArgument& acquisition_cost, const NumberArgument& first_reward,
                       const NumberArgument& annual_discount_rate, const NumberArgument& discount_rate_per_period,
                       const NumberArgument& discount_factor, const DiscountArgument& discount,
                       const py::kwargs& others) {
  const Chain& of = to_chain(chain, "referral_value");
  const FitResult* fit = to_fit(chain);
  ReferralValueOptions options;
  options.discount =
      to_discount("referral_value", annual_discount_rate, discount_rate_per_period, discount_factor, discount, others);
  if (!options.discount)
    throw py::value_error(
        "referral_value: say how later money is discounted: annual_discount_rate=0.10, discount_rate_per_period=0.01 "
        "or discount_factor=0.99 (discount_factor=1 for none)");
  if (!fit && rewards.is_none())
    throw py::value_error("referral_value: a chain brings no money of its own; say rewards={'" + of.states().name(0) +
                          "': amount}, or pass the fit");
  if (!arrives_at.is_none()) options.arrives_at = to_law(arrives_at, of.states(), "arrives_at");
  if (!delay.is_none()) {
    options.delay = to_vector(delay, "delay");
    if (options.delay.size() == 0) throw py::value_error("delay: holds nothing; give the chances of 1, 2, … periods");
  }
  options.acquisition_cost = to_number(acquisition_cost, "acquisition_cost");
  options.first_reward = to_number(first_reward, "first_reward");
  const Referrals brings = to_referrals(referrals, of.states());
  std::optional<Rewards> money;
  if (!rewards.is_none()) money = to_rewards(rewards, of.states());
  std::optional<Vector> start;
  if (fit && fit->counts.n_journeys() > 0) start = fit->counts.start_distribution();
  const py::gil_scoped_release release;
  return {fit ? referral_value(*fit, brings, options, money) : referral_value(of, *money, brings, options),
          std::move(start)};
}

BranchingOptions branching(const Chain& chain, py::handle arrives_at, const std::string& offspring) {
  BranchingOptions options;
  if (!arrives_at.is_none()) options.arrives_at = to_law(arrives_at, chain.states(), "arrives_at");
  options.offspring = to_choice<OffspringLaw>(offspring, "offspring", offspring_laws);
  return options;
}

/// Positions of the states of customers, said by name or by position.
std::vector<Index> to_positions(py::handle object, const StateSpace& states) {
  const py::module_ numpy = py::module_::import("numpy");
  const py::object column = numpy.attr("asarray")(object);
  if (column.attr("ndim").cast<int>() != 1)
    throw py::value_error("customer_states: expected one state per customer, found an array of shape " +
                          std::string(py::str(column.attr("shape"))));
  const py::tuple distinct = numpy.attr("unique")(column, py::arg("return_inverse") = true);
  std::vector<Index> positions;
  for (const py::handle name : distinct[0].attr("tolist")()) positions.push_back(to_position(name, states));
  const auto which = distinct[1].attr("astype")("int64").cast<py::array_t<std::int64_t>>();
  std::vector<Index> found;
  found.reserve(static_cast<std::size_t>(which.size()));
  for (py::ssize_t c = 0; c < which.size(); ++c) found.push_back(positions[static_cast<std::size_t>(which.at(c))]);
  return found;
}

ReferralQuadrants split(const BoundReferralValue& value, const CustomerStatesArgument& customer_states,
                        const OptionalArrayArgument& brought, const OptionalArrayArgument& expected,
                        const NumberArgument& strength, const NumberArgument& own_threshold,
                        const NumberArgument& referred_threshold) {
  QuadrantOptions options;
  if (!brought.is_none()) options.brought = to_vector(brought, "brought");
  if (!expected.is_none()) options.expected = to_vector(expected, "expected");
  options.strength = to_number(strength, "strength");
  if (!own_threshold.is_none()) options.own_threshold = to_number(own_threshold, "own_threshold");
  if (!referred_threshold.is_none()) options.referred_threshold = to_number(referred_threshold, "referred_threshold");
  const std::vector<Index> positions = to_positions(customer_states, value.value.chain().states());
  const py::gil_scoped_release release;
  return referral_quadrants(value.value, positions, options);
}

constexpr const char* branching_text = R"(Parameters
----------
chain : Chain or FitResult
referrals : Referrals, dict {state or (from, to): newcomers} or array_like of shape (n_states,)
    Newcomers brought per period in a state, and per move.
arrives_at : str, dict {state: probability} or array_like of shape (n_states,), optional
    Where newcomers begin; without it in the first state.
offspring : {"poisson", "bernoulli", "geometric"}
    The law of the newcomers of one period, and of each move.
)";

void bind_referrals(py::module_& m) {
  py::class_<Referrals>(m, "Referrals",
                        docs(doc::Referrals, R"(Parameters
----------
states : StateSpace, Lifecycle or sequence of str
per_state : dict or array_like of shape (n_states,), optional
    Newcomers per period. A dict may name states and moves: ``{"recommendation": 0.08, ("loyalty", "recommendation"): 0.3}``.

Raises
------
ValueError
    For a wrong shape or a number that is negative or not finite.
IndexError
    For a state that is not there.)")
                            .c_str())
      .def(py::init([](const StatesArgument& states, const py::object& per_state) {
             const StateSpace space = to_states(states, "states");
             return per_state.is_none() ? Referrals(space) : to_referrals(per_state, space, "per_state");
           }),
           py::arg("states"), py::arg("per_state") = py::none())
      .def_property_readonly("states", &Referrals::states, "The states, in order.")
      .def_property_readonly(
          "per_state", [](const Referrals& self) { return StateValues(self.states(), self.per_state()); },
          "Newcomers per period in each state.")
      .def_property_readonly(
          "per_move",
          [](const Referrals& self) -> py::object {
            constexpr Index most_dense = 4096;  // states, as for rewards
            if (!self.has_move_referrals()) return py::none();
            if (self.states().n_states() > most_dense) return sparse_copy(self.per_move());
            return copy(Matrix(self.per_move()));
          },
          "Array of shape (n_states, n_states), newcomers per move; None when no move brings any, a SciPy sparse array "
          "beyond 4,096 states.")
      .def_property_readonly("has_move_referrals", &Referrals::has_move_referrals,
                             "True when some move brings newcomers.")
      .def(
          "per_period",
          [](const Referrals& self, const ChainArgument& chain) {
            const Chain& of = to_chain(chain, "per_period");
            return StateValues(of.states(), self.per_period(of));
          },
          py::arg("chain"), "Newcomers per period in each state of a chain, those of its moves included.")
      .def(
          "with_state",
          [](const Referrals& self, const StateArgument& state, const NumberArgument& newcomers) {
            return self.with_state(to_state_name(state, self.states()), to_number(newcomers, "newcomers"));
          },
          py::arg("state"), py::arg("newcomers"), "A changed copy: other newcomers per period in one state.")
      .def(
          "with_move",
          [](const Referrals& self, const StateArgument& from, const StateArgument& to,
             const NumberArgument& newcomers) {
            return self.with_move(to_state_name(from, self.states()), to_state_name(to, self.states()),
                                  to_number(newcomers, "newcomers"));
          },
          py::arg("from_state"), py::arg("to_state"), py::arg("newcomers"),
          "A changed copy: other newcomers with one move.")
      .def(
          "__eq__", [](const Referrals& a, const Referrals& b) { return a == b; }, py::is_operator())
      .def(pickled<Referrals>(
          "Referrals", [](const Referrals& self) { return std::tie(self.states(), self.per_state(), self.per_move()); },
          [](StateSpace states, Vector per_state, const SparseMatrix& per_move) {
            return Referrals(std::move(states), std::move(per_state), per_move);
          }))
      .def("__repr__",
           [](const Referrals& self) { return "Referrals(" + std::to_string(self.states().n_states()) + " states)"; });
}

void bind_referral_sensitivity(py::module_& m) {
  py::class_<NamedReferralLever>(m, "ReferralLever", doc::ReferralLever)
      .def_readonly("from_state", &NamedReferralLever::from_state, "State name.")
      .def_readonly("to_state", &NamedReferralLever::to_state, "State name.")
      .def_readonly("probability", &NamedReferralLever::probability, doc::ReferralLever_probability)
      .def_readonly("own_value_of_a_point", &NamedReferralLever::own_value_of_a_point,
                    doc::ReferralLever_own_value_of_a_point)
      .def_readonly("total_value_of_a_point", &NamedReferralLever::total_value_of_a_point,
                    doc::ReferralLever_total_value_of_a_point)
      .def_readonly("R0_of_a_point", &NamedReferralLever::r0_of_a_point, doc::ReferralLever_R0_of_a_point)
      .def(pickled_by_fields<NamedReferralLever>(
          "ReferralLever", &NamedReferralLever::from_state, &NamedReferralLever::to_state,
          &NamedReferralLever::probability, &NamedReferralLever::own_value_of_a_point,
          &NamedReferralLever::total_value_of_a_point, &NamedReferralLever::r0_of_a_point))
      .def("__repr__", [](const NamedReferralLever& l) {
        return "ReferralLever(" + shown(l.from_state) + ", " + shown(l.to_state) +
               ", probability=" + shown(l.probability) + ", own_value_of_a_point=" + shown(l.own_value_of_a_point) +
               ", total_value_of_a_point=" + shown(l.total_value_of_a_point) +
               ", R0_of_a_point=" + shown(l.r0_of_a_point) + ")";
      });
  bind_rows<NamedReferralLever>(m, "ReferralLevers", "Moves as levers, the one that is worth most in total first.");

  py::class_<ReferralSensitivity>(m, "ReferralSensitivity", doc::ReferralSensitivity)
      .def_property_readonly("states", &ReferralSensitivity::states, "The states, in order.")
      .def_property_readonly(
          "own", [](const ReferralSensitivity& self) { return BoundSensitivity{self.own(), std::nullopt}; },
          doc::ReferralSensitivity_own)
      .def_property_readonly(
          "partial", [](const ReferralSensitivity& self) { return copy(self.partial()); },
          doc::ReferralSensitivity_partial)
      .def_property_readonly(
          "lift", [](const ReferralSensitivity& self) { return copy(self.lift()); }, doc::ReferralSensitivity_lift)
      .def_property_readonly(
          "R0_partial", [](const ReferralSensitivity& self) { return copy(self.R0_partial()); },
          "Array of shape (n_states, n_states): `∂R0/∂p_ij`, each probability by itself. 0 in rows of states that are "
          "never left.")
      .def_property_readonly(
          "R0_lift", [](const ReferralSensitivity& self) { return copy(self.R0_lift()); },
          "Array of shape (n_states, n_states): change of `R0` per unit of probability, the row's other moves in "
          "proportion. 0 where the move is no lever.")
      .def_property_readonly("by_referrals", &ReferralSensitivity::by_referrals, doc::ReferralSensitivity_by_referrals)
      .def_property_readonly("R0_by_referrals", &ReferralSensitivity::R0_by_referrals,
                             doc::ReferralSensitivity_R0_by_referrals)
      .def_property_readonly("visits", &ReferralSensitivity::visits, doc::ReferralSensitivity_visits)
      .def(
          "levers",
          [](const ReferralSensitivity& self) {
            Rows<NamedReferralLever> levers;
            for (const ReferralLever& l : self.levers())
              levers.rows.push_back({self.states().name(l.from), self.states().name(l.to), l.probability,
                                     l.own_value_of_a_point, l.total_value_of_a_point, l.R0_of_a_point});
            return levers;
          },
          doc::ReferralSensitivity_levers)
      .def(
          "change_to_reach_R0",
          [](const ReferralSensitivity& self, const StateArgument& from, const StateArgument& to,
             const NumberArgument& target) {
            return self.change_to_reach_R0(to_state_name(from, self.states()), to_state_name(to, self.states()),
                                           to_number(target, "target"));
          },
          py::arg("from_state"), py::arg("to"), py::arg("target") = 1.0, doc::ReferralSensitivity_change_to_reach_R0)
      .def(pickled<ReferralSensitivity>(
          "ReferralSensitivity",
          [](const ReferralSensitivity& self) {
            return std::tuple(BoundReferralValue{self.value(), std::nullopt}, self.own().start(), self.own().allowed());
          },
          [](const BoundReferralValue& value, const Vector& start, const std::optional<Mask>& allowed) {
            return sensitivity(value.value, start, allowed);
          }))
      .def("__repr__", [](const ReferralSensitivity& self) {
        return "ReferralSensitivity(" + std::to_string(self.states().n_states()) + " states)";
      });
}

void bind_trees(py::module_& m) {
  const BranchingOptions defaults;
  const char* const usual = to_word(defaults.offspring, offspring_laws);
  py::class_<Extinction>(m, "Extinction", doc::Extinction)
      .def_readonly("probability", &Extinction::probability, "That the tree from one customer in the state dies out.")
      .def_readonly("newcomer_probability", &Extinction::newcomer_probability, doc::Extinction_newcomer_probability)
      .def_readonly("R0", &Extinction::R0, doc::Extinction_R0)
      .def(pickled_by_fields<Extinction>("Extinction", &Extinction::probability, &Extinction::newcomer_probability,
                                         &Extinction::R0))
      .def("__repr__", [](const Extinction& self) {
        return "Extinction(newcomer_probability=" + shown(self.newcomer_probability) + ", R0=" + shown(self.R0) + ")";
      });
  py::class_<Progeny>(m, "Progeny", doc::Progeny)
      .def_readonly("mean", &Progeny::mean, "People in the tree from one customer in the state, himself included.")
      .def_readonly("variance", &Progeny::variance, doc::Progeny_variance)
      .def_readonly("newcomer_mean", &Progeny::newcomer_mean, doc::Progeny_newcomer_mean)
      .def_readonly("newcomer_variance", &Progeny::newcomer_variance, doc::Progeny_newcomer_variance)
      .def_readonly("direct_mean", &Progeny::direct_mean, doc::Progeny_direct_mean)
      .def_readonly("direct_variance", &Progeny::direct_variance, doc::Progeny_direct_variance)
      .def(pickled_by_fields<Progeny>("Progeny", &Progeny::mean, &Progeny::variance, &Progeny::newcomer_mean,
                                      &Progeny::newcomer_variance, &Progeny::direct_mean, &Progeny::direct_variance))
      .def("__repr__", [](const Progeny& self) {
        return "Progeny(newcomer_mean=" + shown(self.newcomer_mean) +
               ", newcomer_variance=" + shown(self.newcomer_variance) + ")";
      });
  m.def(
      "extinction",
      [](const ChainArgument& chain, const ReferralsArgument& referrals, const LawArgument& arrives_at,
         const std::string& offspring) {
        const Chain& of = to_chain(chain, "extinction");
        const Referrals brings = to_referrals(referrals, of.states());
        const BranchingOptions options = branching(of, arrives_at, offspring);
        const py::gil_scoped_release release;
        return extinction(of, brings, options);
      },
      py::arg("chain"), py::arg("referrals"), py::kw_only(), py::arg("arrives_at") = py::none(),
      py::arg("offspring") = usual,
      docs(doc::extinction, (std::string(branching_text) + R"(
Returns
-------
Extinction
    `probability` per state, `newcomer_probability`, `R0`.

Examples
--------
>>> chain = Chain(["active", "churn"], [[0.8, 0.2], [0.0, 1.0]], period="year")
>>> round(extinction(chain, {"active": 0.4}).newcomer_probability, 8)
0.44671022)")
                                .c_str())
          .c_str());
  m.def(
      "progeny",
      [](const ChainArgument& chain, const ReferralsArgument& referrals, const LawArgument& arrives_at,
         const std::string& offspring) {
        const Chain& of = to_chain(chain, "progeny");
        const Referrals brings = to_referrals(referrals, of.states());
        const BranchingOptions options = branching(of, arrives_at, offspring);
        const py::gil_scoped_release release;
        return progeny(of, brings, options);
      },
      py::arg("chain"), py::arg("referrals"), py::kw_only(), py::arg("arrives_at") = py::none(),
      py::arg("offspring") = usual,
      docs(doc::progeny, (std::string(branching_text) + R"(
Returns
-------
Progeny
    `mean` and `variance` per state, `newcomer_mean`, `newcomer_variance`, `direct_mean`, `direct_variance`.

Examples
--------
>>> chain = Chain(["active", "churn"], [[0.8, 0.2], [0.0, 1.0]], period="year")
>>> round(progeny(chain, {"active": 0.1}).newcomer_mean, 12)
2.0)")
                             .c_str())
          .c_str());
}

void bind_quadrants(py::module_& m) {
  py::class_<NamedQuadrantTotal>(m, "QuadrantTotal", doc::QuadrantTotal)
      .def_readonly("quadrant", &NamedQuadrantTotal::quadrant, "Its name.")
      .def_readonly("customers", &NamedQuadrantTotal::customers, "How many.")
      .def_readonly("own", &NamedQuadrantTotal::own, doc::QuadrantTotal_own)
      .def_readonly("referred", &NamedQuadrantTotal::referred, doc::QuadrantTotal_referred)
      .def(pickled_by_fields<NamedQuadrantTotal>("QuadrantTotal", &NamedQuadrantTotal::quadrant,
                                                 &NamedQuadrantTotal::customers, &NamedQuadrantTotal::own,
                                                 &NamedQuadrantTotal::referred))
      .def("__repr__", [](const NamedQuadrantTotal& t) {
        return "QuadrantTotal(" + shown(t.quadrant) + ", customers=" + std::to_string(t.customers) +
               ", own=" + shown(t.own) + ", referred=" + shown(t.referred) + ")";
      });
  bind_rows<NamedQuadrantTotal>(m, "QuadrantTotals", "Champions, affluents, advocates, misers.");
  py::class_<ReferralQuadrants>(m, "ReferralQuadrants", doc::ReferralQuadrants)
      .def_property_readonly(
          "own", [](const py::object& self) { return view(self.cast<const ReferralQuadrants&>().own, self); },
          doc::ReferralQuadrants_own)
      .def_property_readonly(
          "referred", [](const py::object& self) { return view(self.cast<const ReferralQuadrants&>().referred, self); },
          doc::ReferralQuadrants_referred)
      .def_property_readonly(
          "multiplier",
          [](const py::object& self) { return view(self.cast<const ReferralQuadrants&>().multiplier, self); },
          doc::ReferralQuadrants_multiplier)
      .def_property_readonly(
          "quadrant",
          [](const ReferralQuadrants& self) {
            const py::module_ numpy = py::module_::import("numpy");
            py::array_t<std::int64_t> codes(static_cast<py::ssize_t>(self.quadrant.size()));
            auto code = codes.mutable_unchecked<1>();
            for (std::size_t c = 0; c < self.quadrant.size(); ++c)
              code(static_cast<py::ssize_t>(c)) = static_cast<std::int64_t>(self.quadrant[c]);
            py::list names;
            for (const auto& [name, quadrant] : quadrants) names.append(name);
            return numpy.attr("array")(names).attr("take")(codes);
          },
          "Array of shape (n_customers,): the name of the quadrant of each customer.")
      .def_readonly("own_threshold", &ReferralQuadrants::own_threshold, doc::ReferralQuadrants_own_threshold)
      .def_readonly("referred_threshold", &ReferralQuadrants::referred_threshold,
                    doc::ReferralQuadrants_referred_threshold)
      .def_property_readonly(
          "totals",
          [](const ReferralQuadrants& self) {
            Rows<NamedQuadrantTotal> totals;
            for (const QuadrantTotal& t : self.totals)
              totals.rows.push_back({to_word(t.quadrant, quadrants), t.customers, t.own, t.referred});
            return totals;
          },
          doc::ReferralQuadrants_totals)
      .def("__len__", [](const ReferralQuadrants& self) { return self.quadrant.size(); })
      .def(pickled_by_fields<ReferralQuadrants>("ReferralQuadrants", &ReferralQuadrants::own,
                                                &ReferralQuadrants::referred, &ReferralQuadrants::multiplier,
                                                &ReferralQuadrants::quadrant, &ReferralQuadrants::own_threshold,
                                                &ReferralQuadrants::referred_threshold, &ReferralQuadrants::totals))
      .def("__repr__", [](const ReferralQuadrants& self) {
        std::string words = "ReferralQuadrants(" + std::to_string(self.quadrant.size()) + " customers";
        for (const QuadrantTotal& t : self.totals)
          words += ", " + std::string(to_word(t.quadrant, quadrants)) + "=" + std::to_string(t.customers);
        return words + ")";
      });

  m.def("referral_quadrants", &split, py::arg("value"), py::arg("customer_states"), py::kw_only(),
        py::arg("brought") = py::none(), py::arg("expected") = py::none(),
        py::arg("strength") = QuadrantOptions{}.strength, py::arg("own_threshold") = py::none(),
        py::arg("referred_threshold") = py::none(),
        docs(doc::referral_quadrants, R"(Parameters
----------
value : ReferralValue
customer_states : array_like of str or int of shape (n_customers,)
    The state in which each customer stands today, by name or by position.
brought : array_like of shape (n_customers,), optional
    Newcomers whom each customer has brought so far.
expected : array_like of shape (n_customers,), optional
    How many he should have brought by the periods he spent in each state; with `brought` only.
strength : float
    Weight of what is expected against a customer's own history, above 0: his referred value is multiplied by
    ``(strength + brought) / (strength + expected)``.
own_threshold, referred_threshold : float, optional
    Above it a value is high, currency; without it the median of the base.

Returns
-------
ReferralQuadrants
    `own`, `referred`, `multiplier`, `quadrant` per customer; `totals` per quadrant.)")
            .c_str());
}

}  // namespace

void bind_word_of_mouth(py::module_& m) {
  bind_referrals(m);
  bind_referral_sensitivity(m);
  py::class_<ReferralStartValue>(m, "ReferralStartValue", doc::ReferralStartValue)
      .def_readonly("total", &ReferralStartValue::total, "`own + referred`, currency.")
      .def_readonly("own", &ReferralStartValue::own, "What he brings himself, currency.")
      .def_readonly("referred", &ReferralStartValue::referred, "What those bring whom he leads to, currency.")
      .def(pickled_by_fields<ReferralStartValue>("ReferralStartValue", &ReferralStartValue::total,
                                                 &ReferralStartValue::own, &ReferralStartValue::referred))
      .def("__repr__", [](const ReferralStartValue& self) {
        return "ReferralStartValue(total=" + shown(self.total) + ", own=" + shown(self.own) +
               ", referred=" + shown(self.referred) + ")";
      });
  py::class_<Generations>(m, "Generations", doc::Generations)
      .def_property_readonly(
          "value", [](const py::object& self) { return view(self.cast<const Generations&>().value, self); },
          doc::Generations_value)
      .def_readonly("beyond", &Generations::beyond, doc::Generations_beyond)
      .def(pickled_by_fields<Generations>("Generations", &Generations::value, &Generations::beyond))
      .def("__repr__", [](const Generations& self) {
        return "Generations(" + std::to_string(self.value.cols() - 1) + " generations of newcomers, " +
               std::to_string(self.value.rows()) + " states)";
      });

  py::class_<BoundReferralValue>(m, "ReferralValue", doc::ReferralValue)
      .def_property_readonly("total", of_value(&ReferralValue::total), doc::ReferralValue_total)
      .def_property_readonly("own", of_value(&ReferralValue::own), doc::ReferralValue_own)
      .def_property_readonly("referred", of_value(&ReferralValue::referred), doc::ReferralValue_referred)
      .def(
          "start_value",
          [](const BoundReferralValue& self, const LawArgument& start) {
            return self.value.start_value(self.start_law(start));
          },
          py::arg("start") = py::none(),
          docs(doc::ReferralValue_start_value, R"(Parameters
----------
start : str, dict {state: probability} or array_like of shape (n_states,), optional
    Without it the observed first states of a fit, or the first state of a chain.)")
              .c_str())
      .def(
          "generations",
          [](const BoundReferralValue& self, const ArrayArgument& n) {
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
      .def(
          "sensitivity",
          [](const BoundReferralValue& self, const LawArgument& start, const AllowedArgument& allowed) {
            const Vector law = self.start_law(start);
            const std::optional<Mask> moves = to_allowed(allowed, self.value.chain().states());
            const py::gil_scoped_release release;
            return sensitivity(self.value, law, moves);
          },
          py::arg("start") = py::none(), py::arg("allowed") = py::none(),
          docs("The derivatives of total value from one start law and of `R0`.", R"(Parameters
----------
start : str, dict {state: probability} or array_like of shape (n_states,), optional
    Without it the observed first states of a fit, or the first state of a chain.
allowed : Lifecycle or array_like of bool of shape (n_states, n_states), optional
    Moves that can be changed; without it those that the lifecycle of a fit allows, or all.

Returns
-------
ReferralSensitivity
    `levers()` with own value, total value and `R0` side by side; `partial`, `lift`, `R0_partial`, `R0_lift`,
    `by_referrals`, `change_to_reach_R0(from_state, to)`, `own`.)")
              .c_str())
      .def_property_readonly("chain", of_value(&ReferralValue::chain), "The chain that was asked.")
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
      .def_property_readonly(
          "delay", [](const BoundReferralValue& self) { return copy(self.value.delay()); }, doc::ReferralValue_delay)
      .def_property_readonly("acquisition_cost", of_value(&ReferralValue::acquisition_cost),
                             "Currency per newcomer brought, paid when he arrives.")
      .def_property_readonly("first_reward", of_value(&ReferralValue::first_reward),
                             "Currency per newcomer brought, received when he arrives.")
      .def_property_readonly("definition", of_value(&ReferralValue::definition), doc::ReferralValue_definition)
      .def(
          "to_dict",
          [](const BoundReferralValue& self) {
            const ReferralValue& value = self.value;
            py::dict result;
            result["state"] = py::module_::import("numpy").attr("array")(py::cast(value.chain().states().names()));
            result["total"] = copy(value.total().vector());
            result["own"] = copy(value.own().vector());
            result["referred"] = copy(value.referred().vector());
            result["lifetime_referrals"] = copy(value.lifetime_referrals().vector());
            return result;
          },
          "A table, one row per state: state, total, own, referred, lifetime_referrals; each a NumPy array.")
      .def("__str__", [](const BoundReferralValue& self) { return printed(self.value); })
      .def(pickled<BoundReferralValue>("ReferralValue", &question_of<BoundReferralValue>,
                                       &answer_to<BoundReferralValue>))
      .def("__repr__", [](const BoundReferralValue& self) {
        return "ReferralValue(" + std::to_string(self.value.total().size()) + " states: " + self.value.definition() +
               ")";
      });

  const ReferralValueOptions defaults;
  m.def("referral_value", &ask, py::arg("chain"), py::arg("rewards") = py::none(), py::kw_only(), py::arg("referrals"),
        py::arg("arrives_at") = py::none(), py::arg("delay") = py::none(),
        py::arg("acquisition_cost") = defaults.acquisition_cost, py::arg("first_reward") = defaults.first_reward,
        py::arg("annual_discount_rate") = py::none(), py::arg("discount_rate_per_period") = py::none(),
        py::arg("discount_factor") = py::none(), py::arg("discount") = py::none(),
        docs((std::string(doc::referral_value) + "\n\n" + doc::file_word_of_mouth).c_str(), R"(Parameters
----------
chain : Chain or FitResult
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
    Currency per newcomer brought, received when he arrives.
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
(50.0, 100.0))")
            .c_str());
  bind_trees(m);
  bind_quadrants(m);
}

}  // namespace sojourn::python
