// The keywords of a fit, for those that fit.
#pragma once

#include <optional>
#include <string>
#include <tuple>

#include "support/arguments.hpp"
#include "support/keywords.hpp"

namespace sojourn::python {

struct FitKeywords {
  using Keywords =
      std::tuple<PeriodArgument, NumberArgument, ArrayArgument, std::string, std::string, std::string, ChainArgument>;

  PeriodArgument period;
  NumberArgument smoothing;
  ArrayArgument prior;
  std::string estimate;
  std::string rows_without_data;
  std::string forbidden;
  ChainArgument parent;

  static inline constexpr Words<Estimate> estimates = {{"mean", Estimate::mean}, {"mode", Estimate::mode}};
  static inline constexpr Words<RowsWithoutData> row_policies = {{"refuse", RowsWithoutData::refuse},
                                                                 {"prior", RowsWithoutData::prior},
                                                                 {"absorb", RowsWithoutData::absorb},
                                                                 {"parent", RowsWithoutData::parent}};
  static inline constexpr Words<Forbidden> forbidden_policies = {{"refuse", Forbidden::refuse},
                                                                 {"drop", Forbidden::drop}};

  static auto arguments() {
    const FitOptions defaults;
    return std::make_tuple(py::arg("period") = py::none(), py::arg("smoothing") = defaults.smoothing,
                           py::arg("prior") = py::none(), py::arg("estimate") = to_word(defaults.estimate, estimates),
                           py::arg("rows_without_data") = to_word(defaults.rows_without_data, row_policies),
                           py::arg("forbidden") = to_word(defaults.forbidden, forbidden_policies),
                           py::arg("parent") = py::none());
  }

  FitOptions options(Index n_states) const;
  // Journeys of events on the grid that is asked for; other journeys only where they are on that clock already.
  std::optional<Journeys> on_clock(const Journeys& journeys) const;
  // Refuses a clock that is asked for where things are on another one.
  void check_clock(const Period& clock, const char* what) const;
};

}  // namespace sojourn::python
