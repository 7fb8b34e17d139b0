/// \file sojourn.hpp
/// The whole library but its opt-in headers: `sojourn/model/io.hpp` (printing, graph export) and `sojourn/model/model.hpp` (model
/// files).
#pragma once

#include "sojourn/chain/calendar.hpp"              // IWYU pragma: export
#include "sojourn/chain/chain.hpp"                 // IWYU pragma: export
#include "sojourn/chain/discount.hpp"              // IWYU pragma: export
#include "sojourn/chain/lifecycle.hpp"             // IWYU pragma: export
#include "sojourn/chain/period.hpp"                // IWYU pragma: export
#include "sojourn/chain/reward_law.hpp"            // IWYU pragma: export
#include "sojourn/chain/rewards.hpp"               // IWYU pragma: export
#include "sojourn/chain/state_space.hpp"           // IWYU pragma: export
#include "sojourn/chain/structure.hpp"             // IWYU pragma: export
#include "sojourn/chain/types.hpp"                 // IWYU pragma: export
#include "sojourn/chain/version.hpp"               // IWYU pragma: export
#include "sojourn/data/counts.hpp"                 // IWYU pragma: export
#include "sojourn/data/data_report.hpp"            // IWYU pragma: export
#include "sojourn/data/event_log.hpp"              // IWYU pragma: export
#include "sojourn/data/fit.hpp"                    // IWYU pragma: export
#include "sojourn/data/grid.hpp"                   // IWYU pragma: export
#include "sojourn/data/journey.hpp"                // IWYU pragma: export
#include "sojourn/data/orders.hpp"                 // IWYU pragma: export
#include "sojourn/data/rule_journeys.hpp"          // IWYU pragma: export
#include "sojourn/data/rules.hpp"                  // IWYU pragma: export
#include "sojourn/market/market.hpp"               // IWYU pragma: export
#include "sojourn/market/offspring_law.hpp"        // IWYU pragma: export
#include "sojourn/market/policies.hpp"             // IWYU pragma: export
#include "sojourn/market/referral_rates.hpp"       // IWYU pragma: export
#include "sojourn/market/referrals.hpp"            // IWYU pragma: export
#include "sojourn/market/reputation.hpp"           // IWYU pragma: export
#include "sojourn/market/word_of_mouth.hpp"        // IWYU pragma: export
#include "sojourn/path/absorption.hpp"             // IWYU pragma: export
#include "sojourn/path/forecast.hpp"               // IWYU pragma: export
#include "sojourn/path/passage.hpp"                // IWYU pragma: export
#include "sojourn/path/stationary.hpp"             // IWYU pragma: export
#include "sojourn/simulation/cohorts.hpp"          // IWYU pragma: export
#include "sojourn/simulation/scenarios.hpp"        // IWYU pragma: export
#include "sojourn/simulation/simulate.hpp"         // IWYU pragma: export
#include "sojourn/simulation/simulated_value.hpp"  // IWYU pragma: export
#include "sojourn/trust/fit_tests.hpp"             // IWYU pragma: export
#include "sojourn/trust/information.hpp"           // IWYU pragma: export
#include "sojourn/trust/robust.hpp"                // IWYU pragma: export
#include "sojourn/trust/uncertainty.hpp"           // IWYU pragma: export
#include "sojourn/value/base_levers.hpp"           // IWYU pragma: export
#include "sojourn/value/fleet.hpp"                 // IWYU pragma: export
#include "sojourn/value/lifetime_value.hpp"        // IWYU pragma: export
#include "sojourn/value/payback.hpp"               // IWYU pragma: export
#include "sojourn/value/sensitivity.hpp"           // IWYU pragma: export
#include "sojourn/value/value_law.hpp"             // IWYU pragma: export
#include "sojourn/value/value_moments.hpp"         // IWYU pragma: export
#include "sojourn/value/what_if.hpp"               // IWYU pragma: export
