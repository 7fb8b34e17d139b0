// How customers end their journeys: who left, and who came back.
#pragma once

#include <cstdint>
#include <vector>

#include "sojourn/chain/lifecycle.hpp"
#include "sojourn/data/data_report.hpp"

namespace sojourn::detail {

/// Per state: is it an exit?
inline std::vector<char> exit_flags(const Lifecycle& lifecycle) {
  std::vector<char> flags(static_cast<std::size_t>(lifecycle.n_states()), 0);
  for (const Index exit : lifecycle.exits()) flags[static_cast<std::size_t>(exit)] = 1;
  return flags;
}

/// Counts endings and returns, customer by customer.
class Endings {
 public:
  void begin_customer() {
    n_churned_ += churned_ ? 1 : 0;
    n_returned_ += returned_ ? 1 : 0;
    has_left_ = churned_ = returned_ = false;
  }
  /// The customer enters an exit.
  void leave() {
    has_left_ = churned_ = true;
    ++n_ended_;
  }
  /// There is something to see of the customer: after an exit it is a return.
  void seen() { returned_ = returned_ || has_left_; }
  void begin_journey() {
    seen();
    has_left_ = false;
  }
  /// The customer was last seen in an exit.
  bool has_left() const { return has_left_; }

  void finish(DataReport& report) {
    begin_customer();
    report.ended_journeys = n_ended_;
    report.churned = n_churned_;
    report.returned_after_churn = n_returned_;
  }

 private:
  bool has_left_ = false;
  bool churned_ = false;
  bool returned_ = false;
  std::int64_t n_ended_ = 0;
  std::int64_t n_churned_ = 0;
  std::int64_t n_returned_ = 0;
};

}  // namespace sojourn::detail
