// How model files call what is one of a few.
#pragma once

#include <array>
#include <string>
#include <utility>
#include <vector>

#include "model/json_reader.hpp"
#include "sojourn/chain/lifecycle.hpp"
#include "sojourn/data/fit.hpp"
#include "support/text.hpp"

namespace sojourn::detail {

template <class Kind, std::size_t n>
Kind named(const JsonReader& at, const std::array<std::pair<const char*, Kind>, n>& names) {
  const std::string given = at.text();
  std::vector<std::string> known;
  for (const auto& [name, kind] : names) {
    if (given == name) return kind;
    known.emplace_back(name);
  }
  at.refuse("expected one of " + text::list(known) + ", found " + text::quoted(given));
}

template <class Kind, std::size_t n>
const char* name_in(Kind kind, const std::array<std::pair<const char*, Kind>, n>& names) {
  for (const auto& [name, other] : names) {
    if (kind == other) return name;
  }
  return "";
}

inline constexpr std::array<std::pair<const char*, Role>, 6> role_names{{{"prospect", Role::prospect},
                                                                         {"purchase", Role::purchase},
                                                                         {"customer", Role::customer},
                                                                         {"advocate", Role::advocate},
                                                                         {"at_risk", Role::at_risk},
                                                                         {"exit", Role::exit}}};
inline constexpr std::array<std::pair<const char*, Moment>, 6> moment_names{{{"less_than_zero", Moment::less_than_zero},
                                                                             {"stimulus", Moment::stimulus},
                                                                             {"zmot", Moment::zmot},
                                                                             {"fmot", Moment::fmot},
                                                                             {"smot", Moment::smot},
                                                                             {"umot", Moment::umot}}};
inline constexpr std::array<std::pair<const char*, Estimate>, 2> estimate_names{
    {{"mean", Estimate::mean}, {"mode", Estimate::mode}}};
inline constexpr std::array<std::pair<const char*, RowsWithoutData>, 4> filling_names{
    {{"refuse", RowsWithoutData::refuse},
     {"prior", RowsWithoutData::prior},
     {"absorb", RowsWithoutData::absorb},
     {"parent", RowsWithoutData::parent}}};

}  // namespace sojourn::detail
