// The five numbers of a law of reputation.
#pragma once

#include <tuple>

#include "sojourn/market/reputation.hpp"
#include "support/arguments.hpp"
#include "support/keywords.hpp"

namespace sojourn::python {

struct ReputationKeywords {
  using Keywords = std::tuple<NumberArgument, NumberArgument, NumberArgument, NumberArgument, NumberArgument>;

  NumberArgument retention;
  NumberArgument prior_good;
  NumberArgument prior_bad;
  NumberArgument sensitivity;
  NumberArgument reference;

  static auto arguments() {
    const ReputationLaw usual;
    return std::make_tuple(py::arg("retention") = usual.retention, py::arg("prior_good") = usual.prior_good,
                           py::arg("prior_bad") = usual.prior_bad, py::arg("sensitivity") = usual.sensitivity,
                           py::arg("reference") = usual.reference);
  }

  ReputationLaw law() const {
    const ReputationLaw made{.retention = to_number(retention, "retention"),
                             .prior_good = to_number(prior_good, "prior_good"),
                             .prior_bad = to_number(prior_bad, "prior_bad"),
                             .sensitivity = to_number(sensitivity, "sensitivity"),
                             .reference = to_number(reference, "reference")};
    check_reputation_law(made);
    return made;
  }
};

}  // namespace sojourn::python
