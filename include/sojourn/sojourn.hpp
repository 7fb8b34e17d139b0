/// \file sojourn.hpp
/// The whole library but its opt-in headers: `sojourn/io.hpp` (printing, graph export) and `sojourn/model.hpp` (model
/// files).
#pragma once

#include "sojourn/absorption.hpp"       // IWYU pragma: export
#include "sojourn/calendar.hpp"         // IWYU pragma: export
#include "sojourn/chain.hpp"            // IWYU pragma: export
#include "sojourn/cohorts.hpp"          // IWYU pragma: export
#include "sojourn/counts.hpp"           // IWYU pragma: export
#include "sojourn/data_report.hpp"      // IWYU pragma: export
#include "sojourn/discount.hpp"         // IWYU pragma: export
#include "sojourn/event_log.hpp"        // IWYU pragma: export
#include "sojourn/fit.hpp"              // IWYU pragma: export
#include "sojourn/fit_tests.hpp"        // IWYU pragma: export
#include "sojourn/fleet.hpp"            // IWYU pragma: export
#include "sojourn/forecast.hpp"         // IWYU pragma: export
#include "sojourn/grid.hpp"             // IWYU pragma: export
#include "sojourn/information.hpp"      // IWYU pragma: export
#include "sojourn/journey.hpp"          // IWYU pragma: export
#include "sojourn/lifecycle.hpp"        // IWYU pragma: export
#include "sojourn/lifetime_value.hpp"   // IWYU pragma: export
#include "sojourn/market.hpp"           // IWYU pragma: export
#include "sojourn/offspring_law.hpp"    // IWYU pragma: export
#include "sojourn/orders.hpp"           // IWYU pragma: export
#include "sojourn/passage.hpp"          // IWYU pragma: export
#include "sojourn/payback.hpp"          // IWYU pragma: export
#include "sojourn/period.hpp"           // IWYU pragma: export
#include "sojourn/policies.hpp"         // IWYU pragma: export
#include "sojourn/referral_rates.hpp"   // IWYU pragma: export
#include "sojourn/referrals.hpp"        // IWYU pragma: export
#include "sojourn/reputation.hpp"       // IWYU pragma: export
#include "sojourn/reward_law.hpp"       // IWYU pragma: export
#include "sojourn/rewards.hpp"          // IWYU pragma: export
#include "sojourn/robust.hpp"           // IWYU pragma: export
#include "sojourn/rules.hpp"            // IWYU pragma: export
#include "sojourn/scenarios.hpp"        // IWYU pragma: export
#include "sojourn/sensitivity.hpp"      // IWYU pragma: export
#include "sojourn/simulate.hpp"         // IWYU pragma: export
#include "sojourn/simulated_value.hpp"  // IWYU pragma: export
#include "sojourn/state_space.hpp"      // IWYU pragma: export
#include "sojourn/stationary.hpp"       // IWYU pragma: export
#include "sojourn/structure.hpp"        // IWYU pragma: export
#include "sojourn/types.hpp"            // IWYU pragma: export
#include "sojourn/uncertainty.hpp"      // IWYU pragma: export
#include "sojourn/value_law.hpp"        // IWYU pragma: export
#include "sojourn/value_moments.hpp"    // IWYU pragma: export
#include "sojourn/version.hpp"          // IWYU pragma: export
#include "sojourn/word_of_mouth.hpp"    // IWYU pragma: export
