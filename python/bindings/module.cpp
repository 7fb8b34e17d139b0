// The extension module `sojourn._core`: a table of contents.
#include <pybind11/pybind11.h>

#include "sojourn/chain/version.hpp"

namespace py = pybind11;

namespace sojourn::python {
void bind_period(py::module_&);
void bind_discount(py::module_&);
void bind_state_space(py::module_&);
void bind_chain(py::module_&);
void bind_lifecycle(py::module_&);
void bind_rewards(py::module_&);
void bind_reward_law(py::module_&);
void bind_structure(py::module_&);
void bind_data_report(py::module_&);
void bind_journey(py::module_&);
void bind_event_log(py::module_&);
void bind_grid(py::module_&);
void bind_orders(py::module_&);
void bind_rules(py::module_&);
void bind_counts(py::module_&);
void bind_fit(py::module_&);
void bind_lifetime_value(py::module_&);
void bind_absorption(py::module_&);
void bind_passage(py::module_&);
void bind_stationary(py::module_&);
void bind_sensitivity(py::module_&);
void bind_base_levers(py::module_&);
void bind_what_if(py::module_&);
void bind_uncertain(py::module_&);
void bind_posterior(py::module_&);
void bind_bootstrap(py::module_&);
void bind_delta_method(py::module_&);
void bind_information(py::module_&);
void bind_robust(py::module_&);
void bind_test_result(py::module_&);
void bind_rows_test(py::module_&);
void bind_chain_test(py::module_&);
void bind_order_test(py::module_&);
void bind_visits_test(py::module_&);
void bind_information_criteria(py::module_&);
void bind_homogeneity_test(py::module_&);
void bind_segment_test(py::module_&);
void bind_dwell_test(py::module_&);
void bind_fit_tests(py::module_&);
void bind_value_moments(py::module_&);
void bind_value_law(py::module_&);
void bind_payback(py::module_&);
void bind_fleet(py::module_&);
void bind_simulated_value(py::module_&);
void bind_simulate(py::module_&);
void bind_scenario(py::module_&);
void bind_scenario_options(py::module_&);
void bind_scenario_simulation(py::module_&);
void bind_scenario_comparison(py::module_&);
void bind_cohorts(py::module_&);
void bind_forecast(py::module_&);
void bind_reputation(py::module_&);
void bind_reputation_fit(py::module_&);
void bind_word_of_mouth_report(py::module_&);
void bind_referral_log(py::module_&);
void bind_rating_log(py::module_&);
void bind_referral_rates(py::module_&);
void bind_offspring_fit(py::module_&);
void bind_referrals(py::module_&);
void bind_referral_sensitivity(py::module_&);
void bind_referral_value(py::module_&);
void bind_branching(py::module_&);
void bind_quadrants(py::module_&);
void bind_market_reputation(py::module_&);
void bind_market(py::module_&);
void bind_market_path(py::module_&);
void bind_market_equilibrium(py::module_&);
void bind_market_growth(py::module_&);
void bind_market_simulation(py::module_&);
void bind_market_people(py::module_&);
void bind_policies(py::module_&);
void bind_model(py::module_&);
void bind_io(py::module_&);
}  // namespace sojourn::python

PYBIND11_MODULE(_core, m, py::mod_gil_not_used()) {
  using namespace sojourn::python;

  m.doc() = "The C++ library behind sojourn. Import `sojourn`, not this module.";
  m.attr("__version__") = SOJOURN_VERSION;

  bind_period(m);
  bind_discount(m);
  bind_state_space(m);
  bind_chain(m);
  bind_lifecycle(m);
  bind_rewards(m);
  bind_reward_law(m);
  bind_structure(m);
  bind_data_report(m);
  bind_journey(m);
  bind_event_log(m);
  bind_grid(m);
  bind_orders(m);
  bind_rules(m);
  bind_counts(m);
  bind_fit(m);
  bind_lifetime_value(m);
  bind_absorption(m);
  bind_passage(m);
  bind_stationary(m);
  bind_sensitivity(m);  // completes LifetimeValue
  bind_base_levers(m);
  bind_what_if(m);
  bind_value_moments(m);  // and here
  bind_value_law(m);      // and here
  bind_payback(m);
  bind_fleet(m);
  bind_uncertain(m);
  bind_posterior(m);
  bind_bootstrap(m);
  bind_delta_method(m);
  bind_information(m);
  bind_robust(m);
  bind_test_result(m);
  bind_rows_test(m);
  bind_chain_test(m);
  bind_order_test(m);
  bind_visits_test(m);
  bind_information_criteria(m);
  bind_homogeneity_test(m);
  bind_segment_test(m);
  bind_dwell_test(m);
  bind_fit_tests(m);
  bind_simulated_value(m);
  bind_simulate(m);
  bind_scenario(m);
  bind_scenario_options(m);
  bind_scenario_simulation(m);
  bind_scenario_comparison(m);
  bind_cohorts(m);
  bind_forecast(m);
  bind_reputation(m);
  bind_reputation_fit(m);
  bind_word_of_mouth_report(m);
  bind_referral_log(m);
  bind_rating_log(m);
  bind_referral_rates(m);
  bind_offspring_fit(m);
  bind_referrals(m);
  bind_referral_sensitivity(m);
  bind_referral_value(m);
  bind_branching(m);
  bind_quadrants(m);
  bind_market_reputation(m);
  bind_market(m);
  bind_market_path(m);
  bind_market_equilibrium(m);
  bind_market_growth(m);
  bind_market_simulation(m);
  bind_market_people(m);
  bind_policies(m);
  bind_model(m);
  bind_io(m);
}
