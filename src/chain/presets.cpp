// The ready-made lifecycles. Every probability here is made up, to look like a shop or a service seen month by month.
#include <array>
#include <stdexcept>
#include <utility>

#include "sojourn/chain/lifecycle.hpp"
#include "support/text.hpp"

namespace sojourn {

Lifecycle with_illustration(Lifecycle lifecycle, Matrix transition_matrix, Period period) {
  lifecycle.illustration_ = std::move(transition_matrix);
  lifecycle.illustration_period_ = period;
  return lifecycle;
}

namespace {

struct Move {
  std::string to;
  double probability;  // in the illustration; 0 = allowed, but not drawn there
};

struct Row {
  std::string from;
  std::vector<Move> moves;
};

constexpr const char* leave = "(leave)";  // stands for all exits, which share its probability evenly

Lifecycle preset(std::string name, std::vector<LifecycleState> states, const std::vector<Row>& rows,
                 const std::vector<std::string>& exits) {
  if (exits.empty()) throw std::invalid_argument("exits: name at least one, such as 'churn'");
  for (const std::string& exit : exits) states.push_back({.name = exit, .role = Role::exit});

  std::vector<std::pair<std::string, std::string>> allowed;
  std::vector<std::pair<std::pair<std::string, std::string>, double>> drawn;
  const auto add = [&](const std::string& from, const std::string& to, double probability) {
    allowed.emplace_back(from, to);
    drawn.push_back({{from, to}, probability});
  };
  for (const Row& row : rows) {
    for (const Move& move : row.moves) {
      if (move.to != leave) {
        add(row.from, move.to, move.probability);
        continue;
      }
      for (const std::string& exit : exits) add(row.from, exit, move.probability / static_cast<double>(exits.size()));
    }
  }
  Lifecycle lifecycle(std::move(name), std::move(states), allowed);
  Matrix illustration = Matrix::Zero(lifecycle.n_states(), lifecycle.n_states());
  for (const Index exit : lifecycle.exits()) illustration(exit, exit) = 1.0;
  for (const auto& [move, probability] : drawn) {
    illustration(lifecycle.states().index(move.first), lifecycle.states().index(move.second)) = probability;
  }
  return with_illustration(std::move(lifecycle), std::move(illustration), Period::months(1));
}

const std::vector<LifecycleState>& stages() {
  static const std::vector<LifecycleState> list{
      {"engagement", Role::customer, {Moment::smot}},
      {"satisfaction", Role::customer, {Moment::smot, Moment::umot}},
      {"dissatisfaction", Role::at_risk, {Moment::smot, Moment::umot}},
      {"repurchase", Role::purchase, {Moment::smot}},
      {"curiosity", Role::at_risk, {Moment::smot}},
      {"loyalty", Role::customer, {Moment::smot, Moment::umot}},
      {"recommendation", Role::advocate, {Moment::umot}},
  };
  return list;
}

/// First use happens once; apart from that a customer can get from any stage to any other, since several steps may fall
/// into one period.
std::vector<Row> stage_rows() {
  return {
      {"engagement",
       {{"engagement", .30},
        {"satisfaction", .38},
        {"dissatisfaction", .12},
        {"repurchase", .05},
        {"curiosity", 0},
        {"loyalty", 0},
        {"recommendation", 0},
        {leave, .15}}},
      {"satisfaction",
       {{"satisfaction", .35},
        {"dissatisfaction", .05},
        {"repurchase", .30},
        {"curiosity", .10},
        {"loyalty", .05},
        {"recommendation", .03},
        {leave, .12}}},
      {"dissatisfaction",
       {{"satisfaction", .20},
        {"dissatisfaction", .35},
        {"repurchase", .05},
        {"curiosity", 0},
        {"loyalty", 0},
        {"recommendation", 0},
        {leave, .40}}},
      {"repurchase",
       {{"satisfaction", .35},
        {"dissatisfaction", .07},
        {"repurchase", .25},
        {"curiosity", .10},
        {"loyalty", .15},
        {"recommendation", 0},
        {leave, .08}}},
      {"curiosity",
       {{"satisfaction", .20},
        {"dissatisfaction", .08},
        {"repurchase", .30},
        {"curiosity", .15},
        {"loyalty", .12},
        {"recommendation", 0},
        {leave, .15}}},
      {"loyalty",
       {{"satisfaction", .05},
        {"dissatisfaction", .02},
        {"repurchase", .30},
        {"curiosity", .05},
        {"loyalty", .43},
        {"recommendation", .12},
        {leave, .03}}},
      {"recommendation",
       {{"satisfaction", 0},
        {"dissatisfaction", 0},
        {"repurchase", .25},
        {"curiosity", .02},
        {"loyalty", .60},
        {"recommendation", .10},
        {leave, .03}}},
  };
}

}  // namespace

Lifecycle six_stages(const std::vector<std::string>& exits) {
  return preset("six_stages", stages(), stage_rows(), exits);
}

Lifecycle moments_of_truth(const std::vector<std::string>& exits) {
  return preset("moments_of_truth",
                {{"less_than_zero", Role::prospect, {Moment::less_than_zero}},
                 {"stimulus", Role::prospect, {Moment::stimulus}},
                 {"zmot", Role::prospect, {Moment::zmot}},
                 {"fmot", Role::prospect, {Moment::fmot}},
                 {"purchase", Role::purchase, {}},
                 {"smot", Role::customer, {Moment::smot}},
                 {"umot", Role::advocate, {Moment::umot}}},
                {{"less_than_zero", {{"less_than_zero", .60}, {"stimulus", .25}, {"zmot", .05}, {leave, .10}}},
                 {"stimulus", {{"stimulus", .30}, {"zmot", .45}, {"fmot", .05}, {leave, .20}}},
                 {"zmot", {{"zmot", .25}, {"fmot", .45}, {leave, .30}}},
                 {"fmot", {{"zmot", .20}, {"fmot", .10}, {"purchase", .45}, {leave, .25}}},
                 {"purchase", {{"purchase", .05}, {"smot", .90}, {"umot", .03}, {leave, .02}}},
                 {"smot", {{"zmot", .05}, {"purchase", .10}, {"smot", .55}, {"umot", .18}, {leave, .12}}},
                 {"umot", {{"zmot", .30}, {"purchase", .10}, {"smot", .40}, {"umot", .10}, {leave, .10}}}},
                exits);
}

Lifecycle full_journey(const std::vector<std::string>& exits) {
  std::vector<LifecycleState> states{
      {"less_than_zero", Role::prospect, {Moment::less_than_zero}},
      {"stimulus", Role::prospect, {Moment::stimulus}},
      {"zmot", Role::prospect, {Moment::zmot}},
      {"fmot", Role::prospect, {Moment::fmot}},
      {"purchase", Role::purchase, {}},
  };
  states.insert(states.end(), stages().begin(), stages().end());
  std::vector<Row> rows{
      {"less_than_zero", {{"less_than_zero", .60}, {"stimulus", .25}, {"zmot", .05}, {leave, .10}}},
      {"stimulus", {{"stimulus", .30}, {"zmot", .45}, {"fmot", .05}, {leave, .20}}},
      {"zmot", {{"zmot", .25}, {"fmot", .45}, {leave, .30}}},
      {"fmot", {{"zmot", .20}, {"fmot", .10}, {"purchase", .45}, {leave, .25}}},
      {"purchase",
       {{"purchase", .05}, {"engagement", .75}, {"satisfaction", .12}, {"dissatisfaction", .06}, {leave, .02}}},
  };
  // What customers share leads them back to search before they buy again.
  constexpr double searches_again = .05;
  for (Row row : stage_rows()) {
    for (Move& move : row.moves) move.probability *= 1.0 - searches_again;
    row.moves.insert(row.moves.begin(), Move{"zmot", searches_again});
    rows.push_back(std::move(row));
  }
  return preset("full_journey", std::move(states), rows, exits);
}

Lifecycle subscription(const std::vector<std::string>& exits) {
  return preset(
      "subscription",
      {{"trial", Role::prospect, {Moment::fmot}},
       {"onboarding", Role::customer, {Moment::smot}},
       {"active", Role::customer, {Moment::smot, Moment::umot}},
       {"renewal", Role::purchase, {Moment::smot}},
       {"upgrade", Role::purchase, {Moment::umot}},
       {"downgrade", Role::at_risk, {Moment::smot}},
       {"win_back", Role::at_risk, {Moment::zmot}}},
      {{"trial", {{"trial", .20}, {"onboarding", .42}, {"active", .03}, {leave, .35}}},
       {"onboarding",
        {{"onboarding", .25}, {"active", .60}, {"upgrade", .01}, {"downgrade", .01}, {"win_back", .04}, {leave, .09}}},
       {"active",
        {{"active", .79}, {"renewal", .10}, {"upgrade", .03}, {"downgrade", .03}, {"win_back", .03}, {leave, .02}}},
       {"renewal",
        {{"active", .90}, {"renewal", .02}, {"upgrade", .04}, {"downgrade", .01}, {"win_back", .02}, {leave, .01}}},
       {"upgrade",
        {{"active", .25}, {"renewal", .10}, {"upgrade", .60}, {"downgrade", .02}, {"win_back", .02}, {leave, .01}}},
       {"downgrade",
        {{"active", .24}, {"renewal", .08}, {"upgrade", .01}, {"downgrade", .45}, {"win_back", .12}, {leave, .10}}},
       {"win_back", {{"onboarding", .05}, {"active", .15}, {"win_back", .30}, {leave, .50}}}},
      exits);
}

Lifecycle recency(Index churn_after) {
  constexpr Index most = 10'000;
  if (churn_after < 1 || churn_after > most) {
    throw std::invalid_argument("churn_after: must be from 1 to " + std::to_string(most) + " silent periods, found " +
                                std::to_string(churn_after));
  }
  std::vector<LifecycleState> states{{.name = "active", .role = Role::purchase}};
  for (Index k = 1; k <= churn_after; ++k) {
    states.push_back(
        {.name = "silent_" + std::to_string(k), .role = 2 * k > churn_after ? Role::at_risk : Role::customer});
  }
  states.push_back({.name = "churn", .role = Role::exit});
  std::vector<std::pair<std::string, std::string>> moves;
  for (std::size_t i = 0; i + 1 < states.size(); ++i) {
    moves.emplace_back(states[i].name, "active");
    moves.emplace_back(states[i].name, states[i + 1].name);
  }
  return {"recency", std::move(states), moves};
}

}  // namespace sojourn
