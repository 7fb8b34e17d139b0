#include "sojourn/path/forecast.hpp"

#include "docs/path/forecast.hpp"
#include "support/arguments.hpp"

namespace sojourn::python {

void bind_forecast(py::module_& m) {
  m.def(
      "forecast",
      [](const ChainArgument& chain, const AmountsArgument& stock, const WholeArgument& periods,
         const AmountsArgument& arrivals) {
        const Chain& of = to_chain(chain, "forecast");
        ForecastOptions options;
        options.periods = to_index(periods, "periods");
        if (!arrivals.is_none()) options.arrivals = to_amounts(arrivals, of.states(), "arrivals");
        return copy(forecast(of, to_amounts(stock, of.states(), "stock"), options));
      },
      py::arg("chain"), py::arg("stock"), py::kw_only(), py::arg("periods") = ForecastOptions{}.periods,
      py::arg("arrivals") = py::none(),
      docs(doc::forecast, R"(Parameters
----------
chain : Chain or FitResult
stock : dict {state: customers} or array_like of shape (n_states,)
    Customers in each state today.
periods : int
    How many periods ahead, at least 1.
arrivals : dict or array_like of shape (n_states,), optional
    Newcomers per state, added at the start of each later period.

Returns
-------
Forecast
    Expected customers, an array of shape (periods + 1, n_states) with `states` and `period`; row 0 is today.

Raises
------
ValueError
    For a stock that is negative, not finite or of another shape.)")
          .c_str());
}

}  // namespace sojourn::python
