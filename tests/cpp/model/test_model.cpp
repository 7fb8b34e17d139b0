#include <cstdio>
#include <filesystem>
#include <fstream>
#include <functional>
#include <stdexcept>

#include "sojourn/model/model.hpp"
#include "support/support.hpp"

using namespace sojourn;
using namespace sojourn::test;

namespace {

FitResult small_fit() {
  const Lifecycle life("shop",
                       {{"a", Role::customer, {Moment::smot, Moment::umot}}, {"b", Role::at_risk}, {"e", Role::exit}},
                       {{"a", "a"}, {"a", "b"}, {"a", "e"}, {"b", "a"}, {"b", "b"}, {"b", "e"}});
  return fit_chain(count(journeys_from({"aabbe", "abae", "bbbe", "abb"}, life, Period::weeks(2), 0.1)),
                   {.smoothing = .5});
}

Model full_model() {
  const FitResult fit = small_fit();
  return {.chain = fit.chain,
          .fit = fit,
          .rewards =
              Rewards(fit.states(), {{"a", 1.0 / 3.0}, {"b", -1e-300}}).with_move("a", "e", -7.25).with_label("margin"),
          .discount = Discount::annual_rate(.1),
          .start = numbers({.25, .75, 0}),
          .provenance = {{"source", "a log \"with\" <quotes> & ümlauts"}, {"date", "2026-11-22"}}};
}

/// A valid model with one part replaced by another text.
std::string with(const std::string& part, const std::string& other) {
  nlohmann::json document = nlohmann::json::parse(to_json(full_model()));
  document[nlohmann::json::json_pointer(part)] = nlohmann::json::parse(other);
  return document.dump();
}

std::string without(const std::string& parent, const std::string& key) {
  nlohmann::json document = nlohmann::json::parse(to_json(full_model()));
  document[nlohmann::json::json_pointer(parent)].erase(key);
  return document.dump();
}

std::string temporary(const std::string& name) {
  return (std::filesystem::temp_directory_path() / ("sojourn_test_" + name)).string();
}

}  // namespace

TEST_CASE("a model read back is the model that was written") {
  const Model model = full_model();
  CHECK(model_from_json(to_json(model)) == model);
  const Model bare{.chain = six_stages().illustrative_chain()};
  CHECK(model_from_json(to_json(bare)) == bare);
}

TEST_CASE("every part of a model read back is the part that was written") {
  const FitResult fit = small_fit();
  CHECK(fit_from_json(to_json(fit)) == fit);
  CHECK(counts_from_json(to_json(fit.counts)) == fit.counts);
  CHECK(chain_from_json(to_json(fit.chain)) == fit.chain);
  CHECK(rewards_from_json(to_json(*full_model().rewards)) == *full_model().rewards);
  CHECK(rewards_from_json(to_json(Rewards(fit.states()))) == Rewards(fit.states()));
  for (const Lifecycle& life : {six_stages(), moments_of_truth({"switched", "lapsed"}), full_journey(), subscription(),
                                recency(7), fit.counts.lifecycle(), Lifecycle(StateSpace{"x", "y"}, {"y"})}) {
    CHECK(lifecycle_from_json(to_json(life)) == life);
  }
}

TEST_CASE("every kind of discount is read back as it was given") {
  for (const Discount& discount : {Discount::annual_rate(.1), Discount::per_period_rate(.02), Discount::factor(.98),
                                   Discount::none(), Discount::factor(1.0), Discount::annual_rate(0.0)}) {
    Model model{.chain = six_stages().illustrative_chain()};
    model.discount = discount;
    CHECK(model_from_json(to_json(model)) == model);
  }
}

TEST_CASE("numbers are read back to the last bit") {
  Dice dice(1);
  for (int k = 0; k < 20; ++k) {
    const Chain chain = random_chain(dice, 7, .7, Period::days(91));
    CHECK(chain_from_json(to_json(chain)).transition_matrix() == chain.transition_matrix());
  }
}

TEST_CASE("counts read back still add up") {
  const Counts counts = small_fit().counts;
  CHECK(counts_from_json(to_json(counts)) + counts == counts + counts);
}

TEST_CASE("a state name of any UTF-8 text is read back") {
  const Chain chain(StateSpace{"<script>alert(1)</script>", "a\"b\\c", "推薦 🎉", "line\nbreak\t\x01"},
                    Matrix::Identity(4, 4));
  CHECK(chain_from_json(to_json(chain)) == chain);
}

TEST_CASE("a fitted value from a model read back is the same") {
  const LifetimeValueOptions options{.discount = Discount::annual_rate(.1)};
  const FitResult fit = small_fit();
  const FitResult back = fit_from_json(to_json(fit));
  CHECK(lifetime_value(back, options).mean() == lifetime_value(fit, options).mean());
  CHECK(distance(lifetime_value(back, options).interval(.9).lower, lifetime_value(fit, options).interval(.9).lower) <
        1e-12);
}

TEST_CASE("a model goes to a file and back") {
  const std::string path = temporary("model.json");
  save_model(full_model(), path);
  CHECK(load_model(path) == full_model());
  save_model({.chain = six_stages().illustrative_chain()}, path);
  CHECK(load_model(path).chain == six_stages().illustrative_chain());
  std::filesystem::remove(path);
}

TEST_CASE("a file that cannot be written or read is named") {
  check_refused<std::runtime_error>([] { save_model(full_model(), temporary("no_such_folder") + "/model.json"); },
                                    {"save_model", "no_such_folder/model.json"});
  check_refused<std::runtime_error>([] { (void)load_model(temporary("no_such_file.json")); },
                                    {"load_model", "no_such_file.json"});
  check_refused<std::runtime_error>([] { (void)load_model(std::filesystem::temp_directory_path().string()); },
                                    {"load_model"});
}

TEST_CASE("a file larger than allowed is not read") {
  const std::string path = temporary("large.json");
  save_model(full_model(), path);
  check_refused<std::invalid_argument>([&] { (void)load_model(path, 100); }, {"load_model", "max_bytes"});
  std::filesystem::remove(path);
}

TEST_CASE("an empty file is no model") {
  const std::string path = temporary("empty.json");
  std::ofstream(path).close();
  check_refused<std::invalid_argument>([&] { (void)load_model(path); }, {"model", "JSON"});
  std::filesystem::remove(path);
}

TEST_CASE("a model broken off anywhere is refused") {
  const std::string whole = to_json(full_model());
  const std::size_t end = whole.find_last_not_of(" \n");
  for (std::size_t n = 0; n <= end; n += 7) {
    CAPTURE(n);
    check_refused<std::invalid_argument>([&] { (void)model_from_json(std::string_view(whole).substr(0, n)); },
                                         {"model"});
  }
}

TEST_CASE("a model with one byte changed is refused or is a valid model, never a crash") {
  const std::string whole = to_json(full_model());
  Dice dice(5);
  for (int k = 0; k < 3000; ++k) {
    std::string changed = whole;
    changed[static_cast<std::size_t>(dice.integer(0, static_cast<Index>(whole.size()) - 1))] =
        static_cast<char>(dice.integer(0, 255));
    try {
      const Model model = model_from_json(changed);
      REQUIRE(distance(model.chain.transition_matrix().rowwise().sum(), Vector::Ones(3)) < 1e-8);
    } catch (const std::invalid_argument& error) {
      REQUIRE(std::string(error.what()).starts_with("model"));
    }
  }
}

TEST_CASE("a malformed model is refused with the place in the document") {
  struct Case {
    std::string text;
    std::vector<const char*> says;
  };
  const std::vector<Case> cases{
      {"", {"model", "JSON"}},
      {"null", {"model", "object"}},
      {"[]", {"model", "object"}},
      {"{}", {"model", "'format'", "missing"}},
      {"{\"format\": \"sojourn model\"}", {"model", "'version'", "missing"}},
      {with("/format", "\"other\""), {"model.format", "'sojourn model'", "'other'"}},
      {with("/format", "7"), {"model.format", "text"}},
      {with("/version", "99"), {"model.version", "99", "update"}},
      {with("/version", "0"), {"model.version"}},
      {with("/version", "\"1\""), {"model.version", "whole number"}},
      {with("/version", "1.5"), {"model.version", "whole number"}},
      {without("/fit", "counts"), {"model.fit", "'counts'", "missing"}},
      {without("/fit/chain", "states"), {"model.fit.chain", "'states'", "missing"}},
      {with("/fit/chain/states", "[\"a\", \"a\", \"e\"]"), {"model.fit.chain.states", "'a'", "distinct"}},
      {with("/fit/chain/states", "[\"a\", 1, \"e\"]"), {"model.fit.chain.states[1]", "text"}},
      {with("/fit/chain/states", "[]"), {"model.fit.chain.states", "at least one"}},
      {with("/fit/chain/states", "[\"a\", \"b\"]"), {"model.fit.chain.transition_matrix", "length 2"}},
      {with("/fit/chain/states", "{}"), {"model.fit.chain.states", "list"}},
      {with("/fit/chain/period", "\"fortnight\""), {"model.fit.chain.period", "'fortnight'"}},
      {with("/fit/chain/period", "30"), {"model.fit.chain.period", "text"}},
      {with("/fit/chain/transition_matrix/0/0", "5"), {"model.fit.chain", "'a' sums to"}},
      {with("/fit/chain/transition_matrix/0/0", "-0.25"), {"model.fit.chain", "'a' holds -0.25"}},
      {with("/fit/chain/transition_matrix/0/0", "null"), {"model.fit.chain.transition_matrix[0][0]", "number"}},
      {with("/fit/chain/transition_matrix/1", "[1, 0]"),
       {"model.fit.chain.transition_matrix[1]", "length 3", "length 2"}},
      {with("/fit/chain/transition_matrix", "\"P\""), {"model.fit.chain.transition_matrix", "list"}},
      {with("/fit/counts/moves/0/0", "-1"), {"model.fit.counts.moves[0][0]", "at least 0"}},
      {with("/fit/counts/moves/0/0", "1.5"), {"model.fit.counts.moves[0][0]", "whole number"}},
      {with("/fit/counts/moves/0/0", "18446744073709551615"), {"model.fit.counts.moves[0][0]", "2^62"}},
      {with("/fit/counts/moves/2", "[1, 2, 3, 4]"), {"model.fit.counts.moves[2]", "length 3", "length 4"}},
      {with("/fit/counts/visits", "[1, 2]"), {"model.fit.counts.visits", "length 3"}},
      {with("/fit/counts/dwell", "[]"), {"model.fit.counts.dwell"}},
      {with("/fit/counts/customers", "-3"), {"model.fit.counts.customers", "-3"}},
      {with("/fit/counts/period", "\"day\""), {"model.fit", "period"}},
      {with("/fit/counts/lifecycle/states/0/role", "\"king\""),
       {"model.fit.counts.lifecycle.states[0].role", "'king'", "'exit'"}},
      {with("/fit/counts/lifecycle/states/0/moments", "[\"now\"]"), {"moments[0]", "'now'", "'zmot'"}},
      {with("/fit/counts/lifecycle/states/0/name", "\"b\""), {"model.fit.counts", "'b'"}},
      {with("/fit/counts/lifecycle/allowed_moves/0", "[99]"), {"allowed_moves[0][0]", "99"}},
      {with("/fit/counts/lifecycle/allowed_moves/0", "[]"), {"model.fit.counts", "'a'", "no move"}},
      {with("/fit/posterior/0/0", "-1"), {"model.fit.posterior", "at least 0"}},
      {with("/fit/report/estimate", "\"guess\""), {"model.fit.report.estimate", "'guess'", "'mean' and 'mode'"}},
      {with("/fit/report/has_prior", "1"), {"model.fit.report.has_prior", "true or false"}},
      {with("/rewards/states", "[\"x\", \"y\", \"z\"]"), {"model.rewards", "states"}},
      {with("/rewards/per_state", "[1, 2, \"3\"]"), {"model.rewards.per_state[2]", "number"}},
      {with("/rewards/label", "\"\""), {"model.rewards", "label"}},
      {with("/discount", "{}"), {"model.discount", "'annual_rate'"}},
      {with("/discount", "{\"annual_rate\": -1}"), {"model.discount", "at least 0"}},
      {with("/discount", "{\"factor\": 2}"), {"model.discount", "at most 1"}},
      {with("/discount", "0.1"), {"model.discount", "object"}},
      {with("/start", "[1, 1, 1]"), {"model.start", "sums to 3"}},
      {with("/start", "[1]"), {"model.start", "length 3"}},
      {with("/provenance", "{\"rows\": 7}"), {"model.provenance.rows", "text"}},
  };
  for (const Case& c : cases) {
    const std::string message = refusal<std::invalid_argument>([&] { (void)model_from_json(c.text); });
    for (const char* words : c.says) CHECK_THAT(message, Catch::Matchers::ContainsSubstring(words));
  }
}

TEST_CASE("numbers that are none, or too large, are refused") {
  const std::string whole = to_json(full_model());
  const std::string key = "\"annual_rate\": ";
  const std::size_t at = whole.find(key) + key.size();
  REQUIRE(at > key.size());
  for (const char* number : {"NaN", "Infinity", "-Infinity", "1e999", "-1e999", "0x10", ".5", "1e", "--1", "01"}) {
    CAPTURE(number);
    std::string changed = whole;
    changed.replace(at, whole.find_first_of(",}\n ", at) - at, number);
    check_refused<std::invalid_argument>([&] { (void)model_from_json(changed); }, {"model"});
  }
}

TEST_CASE("text that is not UTF-8 is refused") {
  std::string changed = to_json(full_model());
  changed[changed.find("2026-11-22")] = static_cast<char>(0xff);
  check_refused<std::invalid_argument>([&] { (void)model_from_json(changed); }, {"model"});
}

TEST_CASE("deep nesting is refused, not followed") {
  for (const char* opening : {"[", "{\"a\":"}) {
    std::string deep;
    for (int k = 0; k < 1'000'000; ++k) deep += opening;
    check_refused<std::invalid_argument>([&] { (void)model_from_json(deep); }, {"model"});
  }
  const std::string closed = std::string(200'000, '[') + std::string(200'000, ']');
  check_refused<std::invalid_argument>([&] { (void)model_from_json(closed); }, {"model"});
  check_refused<std::invalid_argument>(
      [&] { (void)model_from_json(with("/provenance", "{}").insert(1, "\"format\": " + closed + ",")); }, {"model"});
}

TEST_CASE("a claim of a million states is refused before memory is asked for") {
  std::string names = "[\"s0\"";
  for (int k = 1; k < 1'000'000; ++k) names += ",\"s" + std::to_string(k) + '"';
  names += ']';
  const std::string text = "{\"format\": \"sojourn chain\", \"version\": 1, \"states\": " + names +
                           ", \"period\": \"month\", \"transition_matrix\": []}";
  check_refused<std::invalid_argument>([&] { (void)chain_from_json(text); }, {"states", "1000000"});
}

TEST_CASE("a part is not read as another part") {
  check_refused<std::invalid_argument>([] { (void)model_from_json(to_json(small_fit().chain)); },
                                       {"model.format", "'sojourn model'", "'sojourn chain'"});
  check_refused<std::invalid_argument>([] { (void)chain_from_json(to_json(full_model())); },
                                       {"'sojourn chain'", "'sojourn model'"});
}

TEST_CASE("a model whose parts do not fit together is not written") {
  Model other_chain = full_model();
  other_chain.chain = six_stages().illustrative_chain();
  check_refused<std::invalid_argument>([&] { (void)to_json(other_chain); }, {"model", "fit"});
  Model other_rewards = full_model();
  other_rewards.rewards = Rewards(StateSpace{"x"});
  check_refused<std::invalid_argument>([&] { (void)to_json(other_rewards); }, {"model", "rewards"});
  Model other_start = full_model();
  other_start.start = numbers({1.0});
  check_refused<std::invalid_argument>([&] { (void)to_json(other_start); }, {"model", "start"});
  Model bad_words = full_model();
  bad_words.provenance["source"] = "\xff";
  check_refused<std::invalid_argument>([&] { (void)to_json(bad_words); }, {"model", "UTF-8"});
}
