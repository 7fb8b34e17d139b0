#include <sstream>

#include "sojourn/model/io.hpp"
#include "support/support.hpp"

using namespace sojourn;
using namespace sojourn::test;

namespace {

template <class T>
std::string printed(const T& thing) {
  std::ostringstream out;
  out << thing;
  return out.str();
}

void check_says(const std::string& text, std::initializer_list<const char*> words) {
  for (const char* word : words) CHECK_THAT(text, Catch::Matchers::ContainsSubstring(word));
}

Chain small() {
  return {StateSpace{"trial", "active", "churn"}, matrix({{.5, .4, .1}, {0, .8, .2}, {0, 0, 1}}), Period::months(1)};
}

FitResult small_fit() {
  const Lifecycle life(StateSpace{"a", "b", "e"}, {"e"});
  return fit_chain(count(journeys_from({"aabbe", "abae", "bbbe", "abb"}, life, Period::months(1), 5.0)));
}

}  // namespace

TEST_CASE("a period and states print as their names") {
  CHECK(printed(Period::weeks(2)) == "2 weeks");
  CHECK(printed(StateSpace{"a", "b"}) == "2 states: a, b");
}

TEST_CASE("a printed chain shows its states, moves and period") {
  check_says(printed(small()), {"3 states", "period month", "trial", "active", "churn", "0.8"});
  check_says(printed(Chain(StateSpace{"a"}, matrix({{1}}))), {"one step = one event"});
}

TEST_CASE("printed rewards show what brings money and what kind it is") {
  const std::string text =
      printed(Rewards(small().states(), {{"active", 40.0}}).with_move("active", "churn", -10.0).with_label("margin"));
  check_says(text, {"margin", "active", "40", "active → churn", "-10"});
  CHECK_THAT(text, !Catch::Matchers::ContainsSubstring("trial"));
}

TEST_CASE("a printed lifecycle shows roles and moments of truth") {
  check_says(printed(full_journey()), {"full_journey", "zmot", "prospect", "umot", "exit", "recommendation"});
}

TEST_CASE("a printed value begins with its definition and has a line per state") {
  const auto value =
      lifetime_value(small(), Rewards(small().states(), {{"active", 40.0}}), {.discount = Discount::annual_rate(.1)});
  const std::string text = printed(value);
  CHECK(text.rfind(value.definition(), 0) == 0);
  check_says(text, {"10 % per year", "mean", "residual", "std", "trial", "active", "churn"});
  CHECK_THAT(text, !Catch::Matchers::ContainsSubstring("interval"));
}

TEST_CASE("a printed value of a fit shows its interval") {
  check_says(printed(lifetime_value(small_fit(), {.discount = Discount::none()})), {"90 % interval", "…", "revenue"});
}

TEST_CASE("printed counts and fits show moves, journeys and the likelihood") {
  check_says(printed(small_fit().counts), {"moves in 4 journeys of 4 customers", "period month"});
  check_says(printed(small_fit()), {"moves used", "log-likelihood", "free parameters", "maximum likelihood"});
}

TEST_CASE("a printed simulation begins with its definition and shows quantiles") {
  const auto sim =
      simulate(small(), Rewards(small().states(), {{"active", 40.0}}), {.customers = 100, .horizon = 12, .seed = 7});
  const std::string text = printed(sim);
  CHECK(text.rfind(sim.definition(), 0) == 0);
  check_says(text, {"undiscounted", "mean", "95 % quantile", "standard error"});
}

TEST_CASE("a simulation without values prints its definition alone") {
  const auto sim = simulate(small(), Rewards(small().states()),
                            {.customers = 100, .horizon = 12, .outputs = {.value = false, .occupancy = true}});
  CHECK(printed(sim) == sim.definition() + '\n');
}

TEST_CASE("printed journeys say how many and on which clock") {
  const Lifecycle life(StateSpace{"a", "e"}, {"e"});
  CHECK(printed(journeys_from({"aae", "a"}, life)) == "2 journeys of 2 customers, 4 events, one step = one event");
}

TEST_CASE("a graph in Graphviz text has a node per state and an edge per move above the smallest") {
  const std::string text = to_dot(small(), .15);
  check_says(text, {"digraph", "\"trial\" -> \"active\"", "0.4", "\"churn\";"});
  CHECK_THAT(text, !Catch::Matchers::ContainsSubstring("\"trial\" -> \"churn\""));
  CHECK_THAT(to_dot(small()), Catch::Matchers::ContainsSubstring("\"trial\" -> \"churn\""));
}

TEST_CASE("names cannot break out of a graph") {
  const Chain chain(StateSpace{"a\"]; evil [label=\"", "<script>alert(1)</script>", "back\\slash", "line\nbreak"},
                    Matrix::Identity(4, 4));
  const std::string dot = to_dot(chain);
  check_says(dot, {"a\\\"]; evil [label=\\\"", "back\\\\slash"});
  CHECK_THAT(dot, !Catch::Matchers::ContainsSubstring("line\nbreak"));
  const std::string mermaid = to_mermaid(chain);
  check_says(mermaid, {"#lt;script#gt;", "#quot;"});
  CHECK_THAT(mermaid, !Catch::Matchers::ContainsSubstring("<script>"));
  CHECK_THAT(mermaid, !Catch::Matchers::ContainsSubstring("line\nbreak"));
}

TEST_CASE("a graph in Mermaid text numbers its states and labels its moves") {
  check_says(to_mermaid(small()), {"graph LR", "s0[\"trial\"]", "s0 -->|0.4| s1"});
}

TEST_CASE("a graph takes a smallest probability from 0 to 1 only") {
  check_refused<std::invalid_argument>([] { (void)to_dot(small(), -3.0); }, {"min_probability", "found -3"});
  check_refused<std::invalid_argument>([] { (void)to_mermaid(small(), std::nan("")); }, {"min_probability", "nan"});
}
