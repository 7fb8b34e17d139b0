#include "sojourn/trust/uncertainty.hpp"

#include "data/fit_arguments.hpp"
#include "docs.hpp"
#include "support/arguments.hpp"
#include "trust/pickled_parts.hpp"
#include "value/bound_value.hpp"

SOJOURN_ARGUMENT(FitOrValueArgument, "FitResult | LifetimeValue");
SOJOURN_ARGUMENT(AnswerArgument, "Callable[[Chain], object] | Callable[[Chain, Rewards], object]");
SOJOURN_ARGUMENT(JourneysArgument, "Journeys");

namespace sojourn::python {

namespace {

constexpr std::initializer_list<std::pair<const char*, FailedDraws>> policies = {{"refuse", FailedDraws::refuse},
                                                                                 {"drop", FailedDraws::drop}};
constexpr std::initializer_list<std::pair<const char*, Spread>> spreads = {
    {"posterior", Spread::posterior}, {"bootstrap", Spread::bootstrap}, {"delta", Spread::delta}};

// What an answer looks like in Python: a number, values per state, or an array.
struct Form {
  std::optional<StateSpace> states;
  std::vector<py::ssize_t> shape;

  bool operator==(const Form&) const = default;

  py::object write(const Vector& numbers) const {
    if (states) return py::cast(StateValues(*states, numbers));
    if (shape.empty()) return py::float_(numbers[0]);
    return copy(numbers).attr("reshape")(py::cast(shape));
  }
};

// An answer in one line.
std::string shown(const Form& form, const Vector& numbers) {
  const py::str text = py::repr(form.write(numbers));
  return py::str(" ").attr("join")(text.attr("split")()).cast<std::string>();
}

struct BoundUncertain {
  Uncertain answer;
  Form form;
};

struct BoundInterval {
  AnswerInterval interval;
  Form form;
};

// Takes (chain, rewards) rather than the chain alone: says its signature, where it has one.
bool wants_rewards(const py::object& answer) {
  if (!PyCallable_Check(answer.ptr()))
    throw py::type_error("answer: expected a function of (chain) or (chain, rewards), found " + type_name(answer));
  const py::module_ inspect = py::module_::import("inspect");
  py::object signature;
  try {
    signature = inspect.attr("signature")(answer);
  } catch (py::error_already_set& error) {
    if (!error.matches(PyExc_ValueError) && !error.matches(PyExc_TypeError)) throw;
    return false;
  }
  const py::object parameter = inspect.attr("Parameter");
  int needed = 0;
  for (const py::handle one : signature.attr("parameters").attr("values")()) {
    const py::object kind = one.attr("kind");
    if (kind.is(parameter.attr("VAR_POSITIONAL"))) return true;
    const bool positional =
        kind.is(parameter.attr("POSITIONAL_ONLY")) || kind.is(parameter.attr("POSITIONAL_OR_KEYWORD"));
    if (positional && one.attr("default").is(parameter.attr("empty"))) ++needed;
  }
  if (needed > 2)
    throw py::type_error("answer: expected a function of (chain) or (chain, rewards), found one of " +
                         std::to_string(needed) + " arguments");
  return needed == 2;
}

// A Python function as an answer. What it raises for the fitted chain is passed on as it is; a ValueError later means
// that this draw has no answer.
class PythonAnswer {
 public:
  PythonAnswer(py::object function, bool draws_may_fail)
      : function_(std::move(function)), wants_rewards_(wants_rewards(function_)), draws_may_fail_(draws_may_fail) {}

  Answer answer() {
    return [this](const Chain& chain, const Rewards& rewards) { return ask(chain, rewards); };
  }
  const Form& form() const { return *form_; }

 private:
  Vector ask(const Chain& chain, const Rewards& rewards) {
    if (PyErr_CheckSignals() != 0) throw py::error_already_set();
    py::object result;
    try {
      result = wants_rewards_ ? function_(chain, rewards) : function_(chain);
    } catch (py::error_already_set& error) {
      if (!form_ || !draws_may_fail_ || !error.matches(PyExc_ValueError)) throw;
      throw std::domain_error(std::string(py::str(error.value())));
    }
    return read(result);
  }

  Vector read(const py::object& result) {
    Form form;
    Vector numbers;
    if (py::isinstance<StateValues>(result)) {
      const auto& values = result.cast<const StateValues&>();
      form.states = values.states();
      numbers = values.vector();
    } else {
      const py::module_ numpy = py::module_::import("numpy");
      const bool is_text = py::isinstance<py::str>(result) || result.is_none() || py::isinstance<py::dict>(result);
      py::array array;
      if (!is_text) {
        try {
          array = numpy.attr("asarray")(result);
        } catch (py::error_already_set& error) {
          if (!error.matches(PyExc_ValueError) && !error.matches(PyExc_TypeError)) throw;
        }
      }
      const char kind = array ? array.dtype().kind() : 'O';
      if (is_text || (kind != 'f' && kind != 'i' && kind != 'u' && kind != 'b'))
        throw py::type_error("answer: expected a number, StateValues or an array of numbers back, found " +
                             type_name(result));
      if (array.size() == 0) throw py::value_error("answer: expected at least one number back, found none");
      const auto plain = py::array_t<double, py::array::c_style | py::array::forcecast>::ensure(array);
      form.shape.assign(plain.shape(), plain.shape() + plain.ndim());
      numbers = Eigen::Map<const Vector>(plain.data(), plain.size());
    }
    if (!form_) form_ = form;
    if (!(*form_ == form))
      throw py::value_error("answer: what came back for one chain is not of the same kind and shape as before");
    return numbers;
  }

  py::object function_;
  bool wants_rewards_;
  bool draws_may_fail_;
  std::optional<Form> form_;
};

const FitResult& fit_of(py::handle object, const char* where, const AnswerArgument& answer) {
  const FitResult* fit = to_fit(object);
  if (!fit)
    throw py::type_error(std::string(where) + ": expected a FitResult or a LifetimeValue of one, found " +
                         type_name(object));
  if (answer.is_none())
    throw py::type_error(std::string(where) +
                         ": answer: say what to ask of the chains, a function of (chain) or (chain, rewards)");
  return *fit;
}

// The value behind the argument, for which no answer need be said.
const LifetimeValue* value_of(py::handle object, const char* where, const AnswerArgument& answer) {
  if (!py::isinstance<BoundValue>(object)) return nullptr;
  if (!answer.is_none())
    throw py::type_error(std::string(where) +
                         ": answer: a LifetimeValue is asked for itself; for another answer pass its fit");
  return &object.cast<const BoundValue&>().value;
}

Form per_state(const StateSpace& states) {
  Form form;
  form.states = states;
  return form;
}

BoundUncertain ask_posterior(const FitOrValueArgument& fit, const AnswerArgument& answer, const WholeArgument& draws,
                             const ArrayArgument& seed, const WholeArgument& threads, const std::string& failed) {
  PosteriorOptions options;
  options.draws = to_index(draws, "draws");
  options.seed = to_seed(seed);
  options.threads = to_threads(threads);
  options.failed = to_choice(failed, "failed", policies);
  if (const LifetimeValue* value = value_of(fit, "posterior", answer)) {
    const auto run = [&] {
      const py::gil_scoped_release release;
      return posterior(*value, options);
    };
    return {run(), per_state(value->chain().states())};
  }
  const FitResult& of = fit_of(fit, "posterior", answer);
  PythonAnswer asked(answer, true);
  options.threads = 1;  // the interpreter answers one at a time
  Uncertain found = posterior(of, asked.answer(), options);
  return {std::move(found), asked.form()};
}

BoundUncertain ask_delta(const FitOrValueArgument& fit, const AnswerArgument& answer) {
  if (const LifetimeValue* value = value_of(fit, "delta_method", answer))
    return {delta_method(*value), per_state(value->chain().states())};
  const FitResult& of = fit_of(fit, "delta_method", answer);
  PythonAnswer asked(answer, false);
  Uncertain found = delta_method(of, asked.answer());
  return {std::move(found), asked.form()};
}

template <class Member>
auto written(Member member) {
  return [member](const BoundUncertain& self) { return self.form.write((self.answer.*member)()); };
}

constexpr const char* answers = R"(
answer : function of (chain) or (chain, rewards)
    Returns a number, StateValues or an array, always of one shape; the result has the same form. Not needed for a
    LifetimeValue, which is its own answer (and much faster: many systems are solved at a time).)";

constexpr const char* returned = R"(

Returns
-------
Uncertain
    `estimate`, `mean`, `standard_error`, `interval(level)`, `draws`; in the form of the answer.)";

constexpr const char* draw_options = R"(
seed : int
    From 0 to 2^64 - 1. The result is a function of it alone.
failed : {"refuse", "drop"}
    What to do with draws for which the answer raises ValueError or is not finite: an error with the sentence of the
    first, or leave them out and count them in `n_failed`.)";

}  // namespace

void bind_uncertainty(py::module_& m) {
  py::class_<BoundInterval>(m, "AnswerInterval", doc::AnswerInterval)
      .def_property_readonly(
          "level", [](const BoundInterval& self) { return self.interval.level; }, "As it was asked for.")
      .def_property_readonly(
          "lower", [](const BoundInterval& self) { return self.form.write(self.interval.lower); },
          "Lower ends, in the form and unit of the answer.")
      .def_property_readonly(
          "upper", [](const BoundInterval& self) { return self.form.write(self.interval.upper); },
          "Upper ends, in the form and unit of the answer.")
      .def(pickled<BoundInterval>(
          "AnswerInterval",
          [](const BoundInterval& self) {
            return std::tie(self.interval.level, self.interval.lower, self.interval.upper, self.form.states,
                            self.form.shape);
          },
          [](double level, Vector lower, Vector upper, std::optional<StateSpace> states,
             std::vector<py::ssize_t> shape) {
            return BoundInterval{{level, std::move(lower), std::move(upper)}, {std::move(states), std::move(shape)}};
          }))
      .def("__repr__", [](const BoundInterval& self) {
        return "AnswerInterval(level=" + std::string(py::repr(py::float_(self.interval.level))) +
               ", lower=" + shown(self.form, self.interval.lower) + ", upper=" + shown(self.form, self.interval.upper) +
               ")";
      });

  py::class_<BoundUncertain>(m, "Uncertain", doc::Uncertain)
      .def_property_readonly("estimate", written(&Uncertain::estimate), doc::Uncertain_estimate)
      .def_property_readonly("mean", written(&Uncertain::mean), doc::Uncertain_mean)
      .def_property_readonly("standard_error", written(&Uncertain::standard_error), doc::Uncertain_standard_error)
      .def(
          "interval",
          [](const BoundUncertain& self, const NumberArgument& level) {
            return BoundInterval{self.answer.interval(to_number(level, "level")), self.form};
          },
          py::arg("level"), doc::Uncertain_interval)
      .def_property_readonly(
          "spread", [](const BoundUncertain& self) { return to_word(self.answer.spread(), spreads); }, doc::Spread)
      .def_property_readonly(
          "draws",
          [](const py::object& self) {
            const auto& bound = self.cast<const BoundUncertain&>();
            std::vector<py::ssize_t> shape = bound.form.shape;
            if (bound.form.states) shape = {bound.form.states->n_states()};
            const Matrix& draws = bound.answer.draws();
            shape.insert(shape.begin(), draws.rows());
            return view(draws, self).attr("reshape")(py::cast(shape));
          },
          "Read-only array: for each draw an answer, in its shape. Raises `ValueError` for the delta method, which\n"
          "makes none.")
      .def_property_readonly(
          "n_draws", [](const BoundUncertain& self) { return self.answer.n_draws(); }, "Draws that have an answer.")
      .def_property_readonly(
          "n_failed", [](const BoundUncertain& self) { return self.answer.n_failed(); }, doc::Uncertain_n_failed)
      .def_property_readonly(
          "first_failure", [](const BoundUncertain& self) { return self.answer.first_failure(); },
          "What the first draw without an answer said; empty when there is none.")
      .def_property_readonly(
          "definition", [](const BoundUncertain& self) { return self.answer.definition(); }, doc::Uncertain_definition)
      .def(pickled<BoundUncertain>(
          "Uncertain",
          [](const BoundUncertain& self) {
            const Uncertain& answer = self.answer;
            std::optional<Matrix> draws;
            if (answer.n_draws() > 0) draws = answer.draws();
            return std::tuple(answer.estimate(), answer.standard_error(), std::move(draws), answer.spread(),
                              answer.n_failed(), answer.first_failure(), self.form.states, self.form.shape);
          },
          [](Vector estimate, Vector error, std::optional<Matrix> draws, Spread spread, Index n_failed,
             std::string first_failure, std::optional<StateSpace> states, std::vector<py::ssize_t> shape) {
            return BoundUncertain{
                draws ? Uncertain(std::move(estimate), std::move(*draws), spread, n_failed, std::move(first_failure))
                      : Uncertain(std::move(estimate), std::move(error)),
                {std::move(states), std::move(shape)}};
          }))
      .def("__repr__", [](const BoundUncertain& self) {
        return "Uncertain(estimate=" + shown(self.form, self.answer.estimate()) +
               ", standard_error=" + shown(self.form, self.answer.standard_error()) + ", " + self.answer.definition() +
               ")";
      });

  py::class_<ChainDraws>(m, "ChainDraws", doc::ChainDraws)
      .def(py::init([](const ChainArgument& fit, const ArrayArgument& seed) {
             const FitResult* of = to_fit(fit);
             if (!of) throw py::type_error("ChainDraws: expected a FitResult, found " + type_name(fit));
             return ChainDraws(*of, to_seed(seed));
           }),
           py::arg("fit"), py::kw_only(), py::arg("seed") = 0)
      .def(
          "chain",
          [](const ChainDraws& draws, const WholeArgument& draw) { return draws.chain(to_index(draw, "draw")); },
          py::arg("draw"), doc::ChainDraws_chain)
      .def(
          "rewards",
          [](const ChainDraws& draws, const WholeArgument& draw) { return draws.rewards(to_index(draw, "draw")); },
          py::arg("draw"), doc::ChainDraws_rewards);

  const PosteriorOptions drawn;
  m.def("posterior", &ask_posterior, py::arg("fit"), py::arg("answer") = py::none(), py::kw_only(),
        py::arg("draws") = drawn.draws, py::arg("seed") = drawn.seed, py::arg("threads") = py::none(),
        py::arg("failed") = to_word(drawn.failed, policies),
        docs((std::string(doc::posterior) + "\n\n" + doc::file_uncertainty).c_str(),
             (std::string("Parameters\n----------\nfit : FitResult or LifetimeValue") + answers +
              "\ndraws : int\n    From 2 to ten million." + draw_options +
              "\nthreads : int, optional\n    For a LifetimeValue; None = as many as this process may use." + returned +
              R"(

Examples
--------
>>> chain = Chain(["active", "churn"], [[0.75, 0.25], [0.0, 1.0]], period="year")
>>> fit = fit_chain(simulate(chain, customers=500, outputs="journeys").journeys())
>>> tenure = posterior(fit, lambda chain: hitting(chain, ["churn"]).expected_time()["active"])
>>> interval = tenure.interval(0.9)
>>> interval.lower < 4.0 < interval.upper
True)")
                 .c_str())
            .c_str());

  const BootstrapOptions sampled;
  m.def(
      "bootstrap",
      [](const JourneysArgument& journeys, const AnswerArgument& answer, const WholeArgument& draws,
         const ArrayArgument& seed, const std::string& failed, const py::object& period,
         const NumberArgument& smoothing, const py::object& prior, const std::string& estimate,
         const std::string& rows_without_data, const std::string& forbidden, const py::object& parent) {
        if (!py::isinstance<LabelledJourneys>(journeys))
          throw py::type_error("bootstrap: expected Journeys, found " + type_name(journeys) +
                               (py::isinstance<Counts>(journeys) || py::isinstance<FitResult>(journeys)
                                    ? "; it no longer knows which moves were whose"
                                    : ""));
        const Journeys& given = journeys.cast<const LabelledJourneys&>().journeys;
        const std::optional<Journeys> moved = on_clock(given, period);
        const Journeys& used = moved ? *moved : given;
        const FitArguments fit{smoothing, prior, estimate, rows_without_data, forbidden, parent};
        BootstrapOptions options;
        options.draws = to_index(draws, "draws");
        options.seed = to_seed(seed);
        options.threads = 1;  // the interpreter answers one at a time
        options.failed = to_choice(failed, "failed", policies);
        options.fit = fit.options(used.states().n_states());
        PythonAnswer asked(answer, true);
        Uncertain found = bootstrap(used, asked.answer(), options);
        return BoundUncertain{std::move(found), asked.form()};
      },
      py::arg("journeys"), py::arg("answer"), py::kw_only(), py::arg("draws") = sampled.draws,
      py::arg("seed") = sampled.seed, py::arg("failed") = to_word(sampled.failed, policies),
      py::arg("period") = py::none(), py::arg("smoothing") = sampled.fit.smoothing, py::arg("prior") = py::none(),
      py::arg("estimate") = default_estimate(), py::arg("rows_without_data") = default_rows_without_data(),
      py::arg("forbidden") = default_forbidden(), py::arg("parent") = py::none(),
      docs(
          (std::string(doc::bootstrap) + "\n\n" + doc::file_uncertainty).c_str(),
          (std::string("Parameters\n----------\njourneys : Journeys") + answers +
           "\ndraws : int\n    Samples of the customers, from 2 to ten million." + draw_options +
           "\nperiod, smoothing, prior, estimate, rows_without_data, forbidden, parent\n    How each sample is fitted, "
           "as in `fit_chain`." +
           returned)
              .c_str())
          .c_str());

  m.def("delta_method", &ask_delta, py::arg("fit"), py::arg("answer") = py::none(),
        docs(doc::delta_method,
             (std::string("Parameters\n----------\nfit : FitResult or LifetimeValue") + answers + returned).c_str())
            .c_str());
}

}  // namespace sojourn::python
