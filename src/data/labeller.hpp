// All rules of a table, with the columns of one log in place: which event is evidence for which state.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "chain/civil.hpp"
#include "sojourn/data/rule_journeys.hpp"

namespace sojourn::detail {

/// Throws `invalid_argument`, opened by `where`, for label and number columns that contradict each other.
void check_rule_columns(const char* where, const RuleLog& log);

class Labeller {
 public:
  /// Throws `invalid_argument`, opened by `where`, for a column that a rule needs and the log lacks.
  Labeller(const char* where, const RuleLog& log, const Rules& rules);

  /// Orders two rows by every extra column; 0 = equal there.
  int compare(std::size_t a, std::size_t b) const;

  void begin_customer();
  bool is_order(std::size_t row) const;
  bool is_complaint(std::size_t row) const;

  struct Quiet {
    std::int32_t state;
    std::int64_t days;
  };
  const std::vector<Quiet>& quiet() const { return quiet_; }

  /// The state that the next event of the customer is evidence for; -1 where no rule matches.
  std::int32_t state(std::size_t row);

 private:
  /// A label column and, per label, whether it qualifies.
  struct LabelTest {
    const std::vector<std::int64_t>* codes;
    std::vector<char> qualifies;

    bool holds(std::size_t row) const {
      const std::int64_t code = (*codes)[row];
      return code >= 0 && qualifies[static_cast<std::size_t>(code)] != 0;
    }
  };

  struct NumberTest {
    const std::vector<double>* numbers;
    double least;
    double most;

    bool holds(std::size_t row) const {
      const double x = (*numbers)[row];
      return x >= least && x <= most;  // false for a missing number
    }
  };

  /// For one label column: since which day the customer at hand knows each label.
  struct Memory {
    const std::vector<std::int64_t>* codes;
    std::vector<std::int64_t> customer;  // per label: the last customer who had it
    std::vector<Day> since;              // per label: his first day with it

    /// Notes the label of this row; true when it was not known on an earlier day.
    bool is_new(std::size_t row, std::int64_t who, Day day) {
      const std::int64_t code = (*codes)[row];
      if (code < 0) return false;
      const auto label = static_cast<std::size_t>(code);
      if (customer[label] != who) {
        customer[label] = who;
        since[label] = day;
      }
      return since[label] == day;
    }
  };

  struct BoundRule {
    std::int32_t state;
    std::vector<LabelTest> labels;
    std::vector<NumberTest> numbers;
    std::vector<std::size_t> new_in;  // positions of memories
    bool first_event;
    std::int64_t nth_order;   // 0 = does not matter
    const Cadence* cadence;   // null = does not matter
    std::int64_t streak = 0;  // orders in steady cadence up to now
  };

  using LabelConditions = std::vector<std::pair<std::string, std::vector<std::string>>>;

  static bool holds(const std::vector<LabelTest>& tests, std::size_t row);
  BoundRule bound(const Rule& rule, std::int32_t state);
  std::vector<LabelTest> bind_labels(const LabelConditions& conditions) const;
  std::size_t memory_of(const std::string& name);
  bool matches(const BoundRule& rule, std::size_t row, bool order) const;

  const char* where_;
  const RuleLog& log_;
  std::vector<LabelTest> order_if_;
  std::vector<LabelTest> complaint_if_;
  std::vector<BoundRule> rules_;
  std::vector<Quiet> quiet_;
  std::vector<Memory> memories_;
  std::vector<char> is_new_;  // per memory, for the event at hand
  std::int64_t customer_ = -1;
  bool is_first_ = true;
  Day first_day_ = 0;
  Day last_order_ = 0;
  std::int64_t n_orders_ = 0;
};

}  // namespace sojourn::detail
