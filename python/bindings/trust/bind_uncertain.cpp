#include "sojourn/trust/uncertain.hpp"

#include "docs/trust/uncertain.hpp"
#include "support/members.hpp"
#include "support/shown.hpp"
#include "trust/pickled_parts.hpp"
#include "trust/python_answer.hpp"

namespace sojourn::python {

namespace {

constexpr Words<Spread> spreads = {
    {"posterior", Spread::posterior}, {"bootstrap", Spread::bootstrap}, {"delta", Spread::delta}};

struct BoundInterval {
  AnswerInterval interval;
  Form form;
};

// Numbers of an answer, in its form.
template <class T>
auto written(T Uncertain::* member) {
  return [member](const BoundUncertain& self) { return self.form.write((self.answer.*member)()); };
}
auto written(Vector AnswerInterval::* member) {
  return [member](const BoundInterval& self) { return self.form.write(self.interval.*member); };
}

template <class T>
auto of_answer(T Uncertain::* member) {
  return member_of(&BoundUncertain::answer, member);
}

py::object draws(const py::object& self) {
  const auto& bound = self.cast<const BoundUncertain&>();
  std::vector<py::ssize_t> shape = bound.form.shape;
  if (bound.form.states) shape = {bound.form.states->n_states()};
  const Matrix& draws = bound.answer.draws();
  shape.insert(shape.begin(), draws.rows());
  return view(draws, self).attr("reshape")(py::cast(shape));
}

void bind_interval(py::module_& m) {
  py::class_<BoundInterval>(m, "AnswerInterval", doc::AnswerInterval)
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
      .def_property_readonly("level", member_of(&BoundInterval::interval, &AnswerInterval::level),
                             "As it was asked for.")
      .def_property_readonly("lower", written(&AnswerInterval::lower),
                             "Lower ends, in the form and unit of the answer.")
      .def_property_readonly("upper", written(&AnswerInterval::upper),
                             "Upper ends, in the form and unit of the answer.")
      .def("__repr__", [](const BoundInterval& self) {
        return called("AnswerInterval", field("level", self.interval.level),
                      field("lower", self.form.write(self.interval.lower)),
                      field("upper", self.form.write(self.interval.upper)));
      });
}

}  // namespace

void bind_uncertain(py::module_& m) {
  bind_interval(m);

  py::class_<BoundUncertain>(m, "Uncertain", doc::Uncertain)
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
      .def_property_readonly("estimate", written(&Uncertain::estimate), doc::Uncertain_estimate)
      .def_property_readonly("mean", written(&Uncertain::mean), doc::Uncertain_mean)
      .def_property_readonly("standard_error", written(&Uncertain::standard_error), doc::Uncertain_standard_error)
      .def(
          "interval",
          [](const BoundUncertain& self, const NumberArgument& level) {
            return BoundInterval{self.answer.interval(to_number(level, "level")), self.form};
          },
          py::arg("level"), doc::Uncertain_interval)
      .def_property_readonly("spread", word_of(spreads, &BoundUncertain::answer, &Uncertain::spread), doc::Spread)
      .def_property_readonly(
          "draws", &draws,
          "Read-only array: for each draw an answer, in its shape. Raises `ValueError` for the delta method, which\n"
          "makes none.")
      .def_property_readonly("n_draws", of_answer(&Uncertain::n_draws), "Draws that have an answer.")
      .def_property_readonly("n_failed", of_answer(&Uncertain::n_failed), doc::Uncertain_n_failed)
      .def_property_readonly("first_failure", of_answer(&Uncertain::first_failure),
                             "What the first draw without an answer said; empty when there is none.")
      .def_property_readonly("definition", of_answer(&Uncertain::definition), doc::Uncertain_definition)
      .def("__repr__", [](const BoundUncertain& self) {
        return called("Uncertain", field("estimate", self.form.write(self.answer.estimate())),
                      field("standard_error", self.form.write(self.answer.standard_error())), self.answer.definition());
      });
}

}  // namespace sojourn::python
