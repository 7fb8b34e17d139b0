/// \file rules.hpp
/// A table of rules: which event is evidence for which state.
///
/// A rule names a state and the conditions under which an event puts the customer there; all of its conditions must
/// hold. Rules are tried from the first to the last, and the first that matches wins. An event that matches none leaves
/// the customer in his state. Conditions speak of named columns of the log (event names, ratings, categories, brands)
/// and of the customer's past (first event, n-th order, steady cadence, never tried before, no complaint within a
/// window).
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sojourn/chain/lifecycle.hpp"

namespace sojourn {

/// Steady cadence: the last `orders` orders, this one included, each at most `days` after the one before.
struct Cadence {
  Index orders = 3;
  Index days = 31;

  bool operator==(const Cadence&) const = default;
};

/// When an event puts a customer into a state. Conditions left empty do not matter; those set must all hold.
struct Rule {
  std::string state;
  std::vector<std::pair<std::string, std::vector<std::string>>> is_in = {};  ///< label column → labels that qualify
  std::vector<std::pair<std::string, double>> at_least = {};  ///< number column → smallest number that qualifies
  std::vector<std::pair<std::string, double>> at_most = {};   ///< number column → largest number that qualifies
  /// Label columns whose label this customer never had on an earlier day; not on the first day
  std::vector<std::string> is_new = {};
  bool first_event = false;                       ///< the customer's first event
  std::optional<Index> nth_order = std::nullopt;  ///< an order, and at least the n-th
  std::optional<Cadence> cadence = std::nullopt;  ///< an order that keeps a steady cadence
  /// No event of its own: this many days after an order without a complaint
  std::optional<Index> quiet_days = std::nullopt;

  /// The rule as one readable line: "recommendation: event is 'share' or 'referral'".
  std::string describe() const;

  bool operator==(const Rule&) const = default;
};

/// A table of rules over one lifecycle.
class Rules {
 public:
  /// `order_if` and `complaint_if` say which events count as orders and as complaints: label column → labels. Empty:
  /// every event is an order, and none a complaint. Throws `invalid_argument` for an unknown state, a rule without a
  /// condition, or quiet days without a definition of a complaint.
  Rules(Lifecycle lifecycle, std::vector<Rule> rules,
        std::vector<std::pair<std::string, std::vector<std::string>>> order_if = {},
        std::vector<std::pair<std::string, std::vector<std::string>>> complaint_if = {});

  const Lifecycle& lifecycle() const { return lifecycle_; }
  const std::vector<Rule>& rules() const { return rules_; }
  const std::vector<std::pair<std::string, std::vector<std::string>>>& order_if() const { return order_if_; }
  const std::vector<std::pair<std::string, std::vector<std::string>>>& complaint_if() const { return complaint_if_; }
  /// Names of the label and number columns that the rules need.
  std::vector<std::string> label_columns() const;
  std::vector<std::string> number_columns() const;

  /// The table, one rule a line, in the order in which they are tried.
  std::string describe() const;

  bool operator==(const Rules&) const = default;

 private:
  Lifecycle lifecycle_;
  std::vector<Rule> rules_;
  std::vector<std::pair<std::string, std::vector<std::string>>> order_if_;
  std::vector<std::pair<std::string, std::vector<std::string>>> complaint_if_;
};

/// The usual reading of a log with the label columns "event" and "category" and the number column "rating", over
/// `six_stages()`: recommendation (event review, share or referral) > loyalty (fifth order) > curiosity (a category
/// never tried) > repurchase (second order) > satisfaction (rating of 4 or more) / dissatisfaction (2 or less, or event
/// complaint) > engagement (first event). Orders are the events order and purchase.
Rules standard_rules();

}  // namespace sojourn
