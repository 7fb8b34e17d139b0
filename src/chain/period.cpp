#include "sojourn/chain/period.hpp"

#include <array>
#include <charconv>
#include <stdexcept>

#include "support/text.hpp"

namespace sojourn {

namespace {

struct UnitName {
  PeriodUnit unit;
  std::string_view name;
  double years;
};

constexpr double days_per_year = 365.25;
constexpr int longest = 100'000;

constexpr std::array<UnitName, 6> unit_names{{
    {PeriodUnit::step, "step", 0.0},
    {PeriodUnit::day, "day", 1.0 / days_per_year},
    {PeriodUnit::week, "week", 7.0 / days_per_year},
    {PeriodUnit::month, "month", 1.0 / 12.0},
    {PeriodUnit::quarter, "quarter", 0.25},
    {PeriodUnit::year, "year", 1.0},
}};

const UnitName& entry(PeriodUnit unit) {
  return unit_names.at(static_cast<std::size_t>(unit));
}

[[noreturn]] void refuse(std::string_view given, std::string_view advice) {
  throw std::invalid_argument("period: cannot read " + text::quoted(given) + "; " + std::string(advice));
}

}  // namespace

Period::Period(PeriodUnit unit, int length) : unit_(unit), length_(length) {
  if (length < 1 || length > longest) {
    throw std::invalid_argument("period: " + std::to_string(length) + ' ' + std::string(entry(unit).name) +
                                "s; the length must be from 1 to " + std::to_string(longest));
  }
}

Period Period::step() {
  return {PeriodUnit::step, 1};
}
Period Period::days(int n) {
  return {PeriodUnit::day, n};
}
Period Period::weeks(int n) {
  return {PeriodUnit::week, n};
}
Period Period::months(int n) {
  return {PeriodUnit::month, n};
}
Period Period::quarters(int n) {
  return {PeriodUnit::quarter, n};
}
Period Period::years(int n) {
  return {PeriodUnit::year, n};
}

Period Period::parse(std::string_view given) {
  std::string_view rest = given;
  const auto skip_blanks = [&rest] {
    while (!rest.empty() && rest.front() == ' ') rest.remove_prefix(1);
    while (!rest.empty() && rest.back() == ' ') rest.remove_suffix(1);
  };
  skip_blanks();
  int n = 1;
  bool counted = false;
  if (!rest.empty() && (rest.front() >= '0' && rest.front() <= '9')) {
    const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), n);
    if (error != std::errc{}) refuse(given, "the number is too large");
    rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
    counted = true;
    skip_blanks();
    if (rest.empty()) refuse(given, "a bare number has no unit; say '" + std::to_string(n) + " days' or 'month'");
  }
  for (const auto& [unit, name, years] : unit_names) {
    const bool plural = rest.size() == name.size() + 1 && rest.back() == 's' && rest.starts_with(name);
    if (rest != name && !plural) continue;
    if (unit == PeriodUnit::step && (counted || plural)) refuse(given, "a step is one event; say 'step'");
    return {unit, n};
  }
  refuse(given, "say 'day', 'week', 'month', 'quarter', 'year', a number of them ('2 weeks', '91 days'), or 'step'");
}

double Period::in_years() const {
  if (is_step()) {
    throw std::domain_error(
        "period: a step (one event) has no length in time; give the chain a period such as 'month', or say rates per "
        "period");
  }
  return length_ * entry(unit_).years;
}

std::string Period::name() const {
  const std::string unit(entry(unit_).name);
  return length_ == 1 ? unit : std::to_string(length_) + ' ' + unit + 's';
}

}  // namespace sojourn
