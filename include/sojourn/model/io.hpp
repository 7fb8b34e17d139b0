/// \file io.hpp
/// Opt-in: printing and graph export.
#pragma once

#include <iosfwd>
#include <string>

#include "sojourn/chain/chain.hpp"
#include "sojourn/data/counts.hpp"
#include "sojourn/data/data_report.hpp"
#include "sojourn/data/fit.hpp"
#include "sojourn/data/journey.hpp"
#include "sojourn/market/referral_value.hpp"
#include "sojourn/simulation/simulate.hpp"
#include "sojourn/value/lifetime_value.hpp"

namespace sojourn {

std::ostream& operator<<(std::ostream& out, const Period& period);
std::ostream& operator<<(std::ostream& out, const StateSpace& states);
std::ostream& operator<<(std::ostream& out, const StateValues& values);
std::ostream& operator<<(std::ostream& out, const Chain& chain);
std::ostream& operator<<(std::ostream& out, const Rewards& rewards);
std::ostream& operator<<(std::ostream& out, const Lifecycle& lifecycle);
std::ostream& operator<<(std::ostream& out, const DataReport& report);
std::ostream& operator<<(std::ostream& out, const Journeys& journeys);
std::ostream& operator<<(std::ostream& out, const Counts& counts);
std::ostream& operator<<(std::ostream& out, const FitReport& report);
std::ostream& operator<<(std::ostream& out, const FitResult& fit);
std::ostream& operator<<(std::ostream& out, const LifetimeValue& value);
std::ostream& operator<<(std::ostream& out, const Simulation& simulation);
std::ostream& operator<<(std::ostream& out, const ReferralValue& value);

/// The chain as a Graphviz or a Mermaid graph; moves below `min_probability` are left out. Names are quoted. Throws
/// `invalid_argument` for a `min_probability` outside [0, 1].
std::string to_dot(const Chain& chain, double min_probability = 0.0);
std::string to_mermaid(const Chain& chain, double min_probability = 0.0);

}  // namespace sojourn
