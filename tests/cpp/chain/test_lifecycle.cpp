#include <algorithm>
#include <functional>
#include <stdexcept>

#include "sojourn/chain/lifecycle.hpp"
#include "sojourn/chain/structure.hpp"
#include "support/support.hpp"

using namespace sojourn;
using namespace sojourn::test;

namespace {

struct Preset {
  const char* name;
  std::function<Lifecycle(const std::vector<std::string>&)> make;
};

const std::vector<Preset>& presets() {
  static const std::vector<Preset> list{
      {"six_stages", six_stages},
      {"moments_of_truth", moments_of_truth},
      {"full_journey", full_journey},
      {"subscription", subscription},
  };
  return list;
}

bool is_at(const Lifecycle& life, std::string_view state, Moment moment) {
  const auto& moments = life.moments(life.states().index(state));
  return std::find(moments.begin(), moments.end(), moment) != moments.end();
}

}  // namespace

TEST_CASE("the six stages are named as the guide names them") {
  CHECK(six_stages().states().names() == std::vector<std::string>{"engagement", "satisfaction", "dissatisfaction",
                                                                  "repurchase", "curiosity", "loyalty",
                                                                  "recommendation", "churn"});
}

TEST_CASE("the full journey puts the moments before the six stages") {
  CHECK(full_journey().states().names() ==
        std::vector<std::string>{"less_than_zero", "stimulus", "zmot", "fmot", "purchase", "engagement", "satisfaction",
                                 "dissatisfaction", "repurchase", "curiosity", "loyalty", "recommendation", "churn"});
}

TEST_CASE("the moments of truth end in the shared experience") {
  const Lifecycle life = moments_of_truth();
  for (const char* state : {"less_than_zero", "stimulus", "zmot", "fmot", "purchase", "smot", "umot", "churn"}) {
    CHECK(life.states().find(state).has_value());
  }
}

TEST_CASE("a subscription knows trial, onboarding, renewal, up- and downgrade and win-back") {
  const Lifecycle life = subscription();
  for (const char* state : {"trial", "onboarding", "active", "renewal", "upgrade", "downgrade", "win_back", "churn"}) {
    CHECK(life.states().find(state).has_value());
  }
  CHECK(is_at(life, "onboarding", Moment::smot));
}

TEST_CASE("a shared experience leads the same customer back to search before he buys again") {
  const Lifecycle life = full_journey();
  for (const char* state : {"satisfaction", "dissatisfaction", "recommendation"}) {
    CAPTURE(state);
    CHECK(is_at(life, state, Moment::umot));
    CHECK(life.allows(state, "zmot"));
  }
  CHECK(moments_of_truth().allows("umot", "zmot"));
  CHECK_FALSE(six_stages().states().find("zmot").has_value());
}

TEST_CASE("a newcomer goes from the need through search to the first contact and the purchase") {
  const Lifecycle life = full_journey();
  CHECK(life.allows("less_than_zero", "stimulus"));
  CHECK(life.allows("stimulus", "zmot"));
  CHECK(life.allows("zmot", "fmot"));
  CHECK(life.allows("fmot", "purchase"));
  CHECK(life.allows("purchase", "engagement"));
  CHECK_FALSE(life.allows("less_than_zero", "purchase"));
  CHECK_FALSE(life.allows("zmot", "loyalty"));
}

TEST_CASE("in every preset a customer can leave from anywhere and never comes back from an exit") {
  for (const Preset& preset : presets()) {
    CAPTURE(preset.name);
    const Lifecycle life = preset.make({"churn"});
    CHECK(life.name() == preset.name);
    const Index churn = life.states().index("churn");
    CHECK(life.exits() == std::vector<Index>{churn});
    CHECK(life.role(churn) == Role::exit);
    for (Index i = 0; i < life.n_states(); ++i) {
      CHECK(life.allowed()(i, churn));
      if (i != churn) CHECK_FALSE(life.allowed()(churn, i));
    }
  }
}

TEST_CASE("a preset may end in several named exits") {
  for (const Preset& preset : presets()) {
    CAPTURE(preset.name);
    const Lifecycle life = preset.make({"switched", "lapsed"});
    CHECK(life.exits().size() == 2);
    CHECK_FALSE(life.states().find("churn").has_value());
    for (Index i = 0; i < life.n_states(); ++i) {
      if (!life.is_exit(i)) CHECK((life.allowed()(i, life.exits()[0]) && life.allowed()(i, life.exits()[1])));
    }
    const Chain chain = life.illustrative_chain();
    CHECK(chain.absorbing_states() == life.exits());
    CHECK(distance(chain.transition_matrix().rowwise().sum(), Vector::Ones(life.n_states())) < 1e-12);
  }
}

TEST_CASE("a preset needs an exit, and exits need names of their own") {
  for (const Preset& preset : presets()) {
    CAPTURE(preset.name);
    check_refused<std::invalid_argument>([&] { (void)preset.make({}); }, {"exits"});
    check_refused<std::invalid_argument>([&] { (void)preset.make({"churn", "churn"}); }, {"'churn'"});
    check_refused<std::invalid_argument>([&] { (void)preset.make({""}); }, {"empty"});
  }
  check_refused<std::invalid_argument>([] { (void)six_stages({"loyalty"}); }, {"'loyalty'", "distinct"});
}

TEST_CASE("the illustration of a preset moves only where it is allowed and everybody leaves in the end") {
  for (const Preset& preset : presets()) {
    CAPTURE(preset.name);
    const Lifecycle life = preset.make({"churn"});
    const Chain chain = life.illustrative_chain();
    CHECK(chain.states() == life.states());
    CHECK(chain.period() == Period::months(1));
    for (Index i = 0; i < life.n_states(); ++i) {
      for (Index j = 0; j < life.n_states(); ++j) {
        if (!life.allowed()(i, j)) CHECK(chain.transition_matrix()(i, j) == 0.0);
      }
    }
    CHECK(structure(chain).is_absorbing_chain());
    CHECK(structure(chain).recurrent_states() == life.exits());
  }
}

TEST_CASE("recency states count the silent periods up to churn") {
  const Lifecycle life = recency(3);
  CHECK(life.states().names() == std::vector<std::string>{"active", "silent_1", "silent_2", "silent_3", "churn"});
  for (const char* state : {"active", "silent_1", "silent_2", "silent_3"}) CHECK(life.allows(state, "active"));
  CHECK(life.allows("active", "silent_1"));
  CHECK(life.allows("silent_3", "churn"));
  CHECK_FALSE(life.allows("active", "silent_2"));
  CHECK_FALSE(life.allows("active", "churn"));
  CHECK_FALSE(life.allows("silent_2", "silent_2"));
  CHECK_FALSE(life.allows("churn", "active"));
  CHECK(recency(1).states().names() == std::vector<std::string>{"active", "silent_1", "churn"});
}

TEST_CASE("recency needs at least one silent period") {
  for (const Index R : {Index{0}, Index{-1}, Index{1} << 60}) {
    CAPTURE(R);
    check_refused<std::invalid_argument>([&] { (void)recency(R); }, {"churn_after"});
  }
}

TEST_CASE("a lifecycle of one's own allows only the moves that are listed") {
  const Lifecycle life("shop",
                       {{"new", Role::prospect, {Moment::fmot}}, {"buyer", Role::purchase}, {"gone", Role::exit}},
                       {{"new", "buyer"}, {"buyer", "buyer"}, {"buyer", "gone"}});
  CHECK(life.name() == "shop");
  CHECK(life.allows("new", "buyer"));
  CHECK(life.allows("buyer", "buyer"));
  CHECK_FALSE(life.allows("new", "new"));
  CHECK_FALSE(life.allows("new", "gone"));
  CHECK(life.allows("gone", "gone"));
  CHECK(life.is_exit(2));
  CHECK(life.role(0) == Role::prospect);
  CHECK(life.moments(0) == std::vector<Moment>{Moment::fmot});
  CHECK(life.moments(1).empty());
}

TEST_CASE("a lifecycle of plain states allows every move but those out of its exits") {
  const Lifecycle life(StateSpace{"a", "b", "end"}, {"end"});
  CHECK(life.allowed().topRows(2).all());
  CHECK_FALSE(life.allows("end", "a"));
  CHECK(life.allows("end", "end"));
  CHECK(Lifecycle(StateSpace{"a", "b"}).exits().empty());
}

TEST_CASE("a lifecycle that contradicts itself is refused by the name of the state") {
  const std::vector<LifecycleState> states{{"a"}, {"end", Role::exit}};
  check_refused<std::invalid_argument>([&] { Lifecycle("x", states, {{"a", "b"}}); }, {"'b'", "'a' and 'end'"});
  check_refused<std::invalid_argument>([&] { Lifecycle("x", states, {{"a", "end"}, {"end", "a"}}); },
                                       {"exit", "'end'", "'a'", "never left"});
  check_refused<std::invalid_argument>([&] { Lifecycle("x", states, {}); }, {"'a'", "allows no move"});
  check_refused<std::invalid_argument>([] { Lifecycle("x", {{"a"}, {"a"}}, {{"a", "a"}}); }, {"'a'", "distinct"});
  check_refused<std::invalid_argument>([] { Lifecycle(StateSpace{"a"}, {"b"}); }, {"exits", "'b'"});
}

TEST_CASE("only a preset has an illustrative chain") {
  check_refused<std::domain_error>([] { (void)recency(2).illustrative_chain(); }, {"illustrative_chain", "six_stages"});
  check_refused<std::domain_error>([] { (void)Lifecycle(StateSpace{"a"}).illustrative_chain(); },
                                   {"illustrative_chain"});
}

TEST_CASE("lifecycles are equal when all they say is") {
  CHECK(six_stages() == six_stages());
  CHECK_FALSE(six_stages() == six_stages({"lapsed"}));
  CHECK_FALSE(six_stages() == subscription());
  CHECK_FALSE(Lifecycle(StateSpace{"a", "b"}) == Lifecycle(StateSpace{"a", "b"}, {"b"}));
  CHECK(recency(4) == recency(4));
}

TEST_CASE("a role or moment outside the states is refused") {
  CHECK_THROWS_AS(six_stages().role(99), std::out_of_range);
  CHECK_THROWS_AS(six_stages().moments(-1), std::out_of_range);
}

TEST_CASE("roles and moments have the names of the guide") {
  CHECK(name(Role::at_risk) == "at_risk");
  CHECK(name(Role::exit) == "exit");
  CHECK(name(Moment::less_than_zero) == "less_than_zero");
  CHECK(name(Moment::umot) == "umot");
}
