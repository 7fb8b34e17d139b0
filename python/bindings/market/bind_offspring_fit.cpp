#include "sojourn/market/offspring_fit.hpp"

#include <cmath>

#include "docs/market/offspring_fit.hpp"
#include "market/offspring_words.hpp"
#include "market/pickled_parts.hpp"
#include "sojourn/market/referral_log.hpp"
#include "support/members.hpp"
#include "support/shown.hpp"

SOJOURN_ARGUMENT(NewcomersArgument, "ReferralCounts | ArrayLike");

namespace sojourn::python {

namespace {

OffspringFit ask_offspring_fit(const NewcomersArgument& newcomers) {
  if (py::isinstance<ReferralCounts>(newcomers)) return offspring_law(newcomers.cast<const ReferralCounts&>());
  const Matrix given = to_matrix(newcomers, "newcomers");
  CountMatrix table(given.rows(), given.cols());
  for (Index i = 0; i < given.size(); ++i) {
    const double count = given.data()[i];
    if (!(std::abs(count) <= 0x1p53) || count != std::floor(count))
      throw py::value_error("newcomers: found " + shown(count) + "; expected whole numbers of customer-periods");
    table.data()[i] = static_cast<std::int64_t>(count);
  }
  return offspring_law(table);
}

}  // namespace

void bind_offspring_fit(py::module_& m) {
  py::class_<OffspringCandidate>(m, "OffspringCandidate", doc::OffspringCandidate)
      .def(pickled_by_fields<OffspringCandidate>("OffspringCandidate", &OffspringCandidate::law,
                                                 &OffspringCandidate::per_state, &OffspringCandidate::n_means,
                                                 &OffspringCandidate::log_likelihood, &OffspringCandidate::criterion))
      .def_property_readonly("law", word_of(offspring_laws, &OffspringCandidate::law),
                             R"("poisson", "bernoulli" or "geometric".)")
      .def_readonly("per_state", &OffspringCandidate::per_state, doc::OffspringCandidate_per_state)
      .def_readonly("n_means", &OffspringCandidate::n_means, doc::OffspringCandidate_n_means)
      .def_readonly("log_likelihood", &OffspringCandidate::log_likelihood,
                    "At the means of the data; None where the law makes the data impossible.")
      .def_readonly("criterion", &OffspringCandidate::criterion, doc::OffspringCandidate_criterion)
      .def("__repr__", [](const OffspringCandidate& self) {
        return called("OffspringCandidate", field("law", to_word(self.law, offspring_laws)),
                      field("per_state", self.per_state), field("criterion", self.criterion));
      });

  py::class_<OffspringFit>(m, "OffspringFit", doc::OffspringFit)
      .def(pickled_by_fields<OffspringFit>("OffspringFit", &OffspringFit::candidates, &OffspringFit::best,
                                           &OffspringFit::best_is_per_state, &OffspringFit::difference,
                                           &OffspringFit::mean, &OffspringFit::customer_periods, &OffspringFit::most))
      .def_readonly("candidates", &OffspringFit::candidates, doc::OffspringFit_candidates)
      .def_property_readonly(
          "best", word_of(offspring_laws, &OffspringFit::best),
          R"("poisson", "bernoulli" or "geometric": the law of the candidate with the least criterion.)")
      .def_readonly("best_is_per_state", &OffspringFit::best_is_per_state, "The best candidate has a mean per state.")
      .def_readonly("difference", &OffspringFit::difference, doc::OffspringFit_difference)
      .def_readonly("mean", &OffspringFit::mean, doc::OffspringFit_mean)
      .def_readonly("customer_periods", &OffspringFit::customer_periods, "Customer-periods behind all this.")
      .def_readonly("most", &OffspringFit::most, doc::OffspringFit_most)
      .def_property_readonly("can_tell", &OffspringFit::can_tell, doc::OffspringFit_can_tell)
      .def("sentence", &OffspringFit::sentence, doc::OffspringFit_sentence)
      .def("__str__", &OffspringFit::sentence)
      .def("__repr__", [](const OffspringFit& self) {
        return called("OffspringFit", field("best", to_word(self.best, offspring_laws)),
                      field("difference", self.difference));
      });

  m.def("offspring_law", &ask_offspring_fit, py::arg("newcomers"),
        docs(doc::offspring_law, R"(Parameters
----------
newcomers : ReferralCounts or array_like of shape (n_states, most + 1)
    Customer-periods in which 0, 1, 2, … newcomers were brought.

Returns
-------
OffspringFit)")
            .c_str());
}

}  // namespace sojourn::python
