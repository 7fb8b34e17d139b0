// What the results of this wing hold beside classes that Python knows, for pickling.
#pragma once

#include "sojourn/trust/fit_tests.hpp"
#include "sojourn/trust/information.hpp"
#include "support/pickling.hpp"

namespace sojourn {

struct ValueOfInformationAccess {
  static auto split(const ValueOfInformation& of) {
    return std::tie(of.states_, of.mean_, of.standard_error_, of.ranking_, of.move_variance_, of.reward_variance_,
                    of.moves_, of.visits_);
  }
  static ValueOfInformation join(StateSpace states, double mean, double standard_error,
                                 std::vector<StateInformation> ranking, Vector move_variance, Vector reward_variance,
                                 Vector moves, Vector visits) {
    ValueOfInformation of(std::move(states));
    of.mean_ = mean;
    of.standard_error_ = standard_error;
    of.ranking_ = std::move(ranking);
    of.move_variance_ = std::move(move_variance);
    of.reward_variance_ = std::move(reward_variance);
    of.moves_ = std::move(moves);
    of.visits_ = std::move(visits);
    return of;
  }
};

}  // namespace sojourn

namespace sojourn::python {

template <>
inline constexpr auto members_of<StateInformation> =
    std::tuple(&StateInformation::state, &StateInformation::observations, &StateInformation::move_variance,
               &StateInformation::reward_variance, &StateInformation::share, &StateInformation::narrowing);

template <>
inline constexpr auto members_of<Departure> =
    std::tuple(&Departure::from, &Departure::group, &Departure::to, &Departure::moves, &Departure::of,
               &Departure::probability, &Departure::pooled_probability, &Departure::p_value, &Departure::amount);

template <>
inline constexpr auto members_of<StateTest> =
    std::tuple(&StateTest::state, &StateTest::test, &StateTest::adjusted_p_value);

template <>
inline constexpr auto members_of<MoveDifference> =
    std::tuple(&MoveDifference::from, &MoveDifference::to, &MoveDifference::amount);

template <>
inline constexpr auto members_of<WhatIf> = std::tuple(&WhatIf::value, &WhatIf::other_value, &WhatIf::moves);

template <>
inline constexpr auto members_of<SegmentValue> =
    std::tuple(&SegmentValue::segment, &SegmentValue::against, &SegmentValue::difference);

template <>
inline constexpr auto members_of<StateDwellTest> =
    std::tuple(&StateDwellTest::state, &StateDwellTest::test, &StateDwellTest::adjusted_p_value,
               &StateDwellTest::leaving, &StateDwellTest::trend, &StateDwellTest::lengths);

}  // namespace sojourn::python
