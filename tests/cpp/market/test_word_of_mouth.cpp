#include "sojourn/market/word_of_mouth.hpp"

#include <Eigen/Eigenvalues>
#include <Eigen/LU>
#include <algorithm>
#include <cmath>
#include <sstream>

#include "chain/chain_cases.hpp"
#include "sojourn/chain/structure.hpp"
#include "sojourn/model/io.hpp"
#include "support/support.hpp"
#include "trust/fit_cases.hpp"

using namespace sojourn;
using namespace sojourn::test;

namespace {

using Long = long double;
using LongMatrix = Eigen::Matrix<Long, Eigen::Dynamic, Eigen::Dynamic>;
using LongVector = Eigen::Matrix<Long, Eigen::Dynamic, 1>;

constexpr OffspringLaw every_law[] = {OffspringLaw::poisson, OffspringLaw::bernoulli, OffspringLaw::geometric};

/// A chain that ends, whose customers bring others in states that are left.
struct Case {
  Chain chain;
  Rewards rewards;
  Referrals referrals;
  ReferralValueOptions options;
};

Referrals random_referrals(Dice& dice, const Chain& chain, bool per_move, double most) {
  const Structure shape = structure(chain);
  const Index n = chain.n_states();
  Vector per_state = Vector::Zero(n);
  Matrix moves = Matrix::Zero(n, n);
  for (const Index i : shape.transient_states()) {
    if (dice.uniform() < .6) per_state[i] = dice.uniform(0.0, most);
    for (Index j = 0; per_move && j < n; ++j) {
      if (dice.uniform() < .3) moves(i, j) = dice.uniform(0.0, most);
    }
  }
  return {chain.states(), per_state, per_move ? moves : Matrix()};
}

Vector random_arrival(Dice& dice, const Chain& chain) {
  Vector law = random_distribution(dice, chain.n_states(), .5);
  for (const Index exit : chain.absorbing_states()) law[exit] = 0.0;
  if (law.sum() == 0.0) law[0] = 1.0;
  return law / law.sum();
}

Referrals times(const Referrals& referrals, double factor) {
  return {referrals.states(), Vector(factor * referrals.per_state()), SparseMatrix(factor * referrals.per_move())};
}

/// Scaled so that a newcomer brings `reproduction` others, where he brings any.
Referrals with_reproduction(const Chain& chain, const Referrals& referrals, const Vector& arrives,
                            double reproduction) {
  const double found = extinction(chain, referrals, {.arrives_at = arrives}).R0;
  return found > 0.0 ? times(referrals, reproduction / found) : referrals;
}

Case random_case(Dice& dice, int turn, double reproduction = .7) {
  const Chain chain = turn % 3 == 2 ? random_chain_of_classes(dice, dice.integer(1, 6))
                                    : random_absorbing_chain(dice, dice.integer(2, 8), 1, .6);
  const bool undiscounted = turn % 4 == 1 && turn % 3 != 2;
  Case made{chain,
            random_rewards(dice, chain, turn % 2 == 0, undiscounted),
            random_referrals(dice, chain, turn % 2 == 1, .3),
            {}};
  made.options.discount = undiscounted ? Discount::none() : Discount::factor(dice.uniform(.5, .97));
  made.options.arrives_at = random_arrival(dice, chain);
  made.referrals = with_reproduction(chain, made.referrals, made.options.arrives_at, reproduction);
  if (turn % 5 < 2) made.options.delay = random_distribution(dice, dice.integer(1, 5), .7);
  if (turn % 7 < 3) made.options.acquisition_cost = dice.uniform(0.0, 20.0);
  if (turn % 7 == 1) made.options.first_reward = dice.uniform(0.0, 10.0);
  return made;
}

/// Total value and `R0` by the book and in more digits, for any numbers in the place of probabilities.
struct Free {
  LongMatrix P;
  LongVector r;
  LongMatrix W;
  LongVector b;
  LongMatrix C;
  LongVector s;
  LongVector start;
  Long factor;
  Long delayed = 0.0L;
  Long cost;
  std::vector<Index> never_left;

  Free(const ReferralValue& value, const Vector& from)
      : P(value.chain().transition_matrix().cast<Long>()),
        r(value.rewards().per_state().cast<Long>()),
        W(LongMatrix::Zero(P.rows(), P.cols())),
        b(value.referrals().per_state().cast<Long>()),
        C(LongMatrix(Matrix(value.referrals().per_move()).cast<Long>())),
        s(value.arrives_at().cast<Long>()),
        start(from.cast<Long>()),
        factor(value.discount().factor_per_period(value.chain().period())),
        cost(Long{value.acquisition_cost()} - Long{value.first_reward()}),
        never_left(structure(value.chain()).recurrent_states()) {
    if (value.rewards().has_move_rewards()) W = value.rewards().per_move().cast<Long>();
    for (Index k = value.delay().size(); k-- > 0;) delayed = factor * (Long{value.delay()[k]} + delayed);
  }

  LongVector brought() const { return b + P.cwiseProduct(C).rowwise().sum(); }

  /// `(I - γP - D b sᵀ)⁻¹ b`, undiscounted states that are never left being worth 0.
  LongVector values() const {
    LongMatrix A = LongMatrix::Identity(r.size(), r.size()) - factor * P - delayed * brought() * s.transpose();
    LongVector once = r + factor * P.cwiseProduct(W).rowwise().sum() - delayed * cost * brought();
    if (factor == 1.0L) {
      for (const Index i : never_left) {
        A.row(i).setZero();
        A(i, i) = 1.0L;
        once[i] = 0.0L;
      }
    }
    return A.partialPivLu().solve(once);
  }
  Long total() const { return start.dot(values()); }

  Long reproduction() const {
    LongMatrix A = LongMatrix::Identity(r.size(), r.size()) - P;
    LongVector once = brought();
    for (const Index i : never_left) {
      A.row(i).setZero();
      A(i, i) = 1.0L;
      once[i] = 0.0L;
    }
    return s.dot(LongVector(A.partialPivLu().solve(once)));
  }

  /// The central difference of a number along a change.
  template <class Number, class Change>
  double slope(const Number& number, const Change& change, Long step = 1e-8L) const {
    Free up = *this;
    Free down = *this;
    change(up, step);
    change(down, -step);
    return static_cast<double>((number(up) - number(down)) / (2.0L * step));
  }
};

/// The largest eigenvalue by size of `Q + b sᵀ`, newcomers who are on their way counted as states.
double radius(const ReferralValue& value) {
  const Structure shape = structure(value.chain());
  const std::vector<Index> inside = shape.transient_states();
  const Vector b = value.referrals().per_period(value.chain());
  const auto n = static_cast<Index>(inside.size());
  const Index waits = value.delay().size() - 1;
  Eigen::MatrixXd M = Eigen::MatrixXd::Zero(n + waits, n + waits);
  for (Index i = 0; i < n; ++i) {
    const Index from = inside[static_cast<std::size_t>(i)];
    for (Index j = 0; j < n; ++j) {
      const Index to = inside[static_cast<std::size_t>(j)];
      M(i, j) = value.chain().probability(from, to) + b[from] * value.delay()[0] * value.arrives_at()[to];
    }
    for (Index k = 0; k < waits; ++k) M(i, n + k) = b[from] * value.delay()[k + 1];
  }
  for (Index k = 0; k < waits; ++k) {
    if (k > 0) {
      M(n + k, n + k - 1) = 1.0;
    } else {
      for (Index j = 0; j < n; ++j) M(n, j) = value.arrives_at()[inside[static_cast<std::size_t>(j)]];
    }
  }
  return M.eigenvalues().cwiseAbs().maxCoeff();
}

Chain two_states() {
  return {StateSpace{"active", "churn"}, matrix({{.8, .2}, {0, 1}}), Period::years(1)};
}

/// One draw of an offspring law.
int draw(Dice& dice, OffspringLaw law, double b) {
  if (law == OffspringLaw::bernoulli) return dice.uniform() < b ? 1 : 0;
  int k = 0;
  if (law == OffspringLaw::geometric) {
    while (dice.uniform() < b / (1.0 + b)) ++k;
    return k;
  }
  for (double left = -std::log(1.0 - dice.uniform()); left < b; left -= std::log(1.0 - dice.uniform())) ++k;
  return k;
}

Index next_state(Dice& dice, const Chain& chain, Index i) {
  double u = dice.uniform();
  Index to = chain.n_states() - 1;
  bool found = false;
  chain.for_each_move(i, [&](Index j, double p) {
    if (found) return;
    to = j;
    found = u < p;
    u -= p;
  });
  return to;
}

}  // namespace

TEST_CASE("computed numbers of two small bases come out of referral_value") {
  for (const auto& anchor : anchors().at("word_of_mouth")) {
    INFO(anchor.at("name").get<std::string>());
    const double tolerance = anchor.at("tolerance").get<double>();
    const Chain chain(states_of(anchor.at("states")), matrix_of(anchor.at("transition_matrix")));
    const Rewards rewards(chain.states(), numbers_of(anchor.at("per_state")));
    const Referrals referrals(chain.states(), numbers_of(anchor.at("referrals")));
    const bool is_growing = anchor.contains("critical_discount_rate");
    const ReferralValue value = referral_value(
        chain, rewards, referrals,
        {.discount = is_growing ? Discount::factor(.5) : Discount::factor(anchor.at("discount_factor").get<double>())});
    CHECK(std::abs(value.R0() - anchor.at("R0").get<double>()) < tolerance);
    CHECK(std::abs(value.growth_factor() - anchor.at("growth_factor").get<double>()) < tolerance);
    if (is_growing) {
      CHECK(std::abs(*value.critical_discount_rate() - anchor.at("critical_discount_rate").get<double>()) < tolerance);
      const std::pair<const char*, OffspringLaw> laws[] = {{"poisson", OffspringLaw::poisson},
                                                           {"bernoulli", OffspringLaw::bernoulli},
                                                           {"geometric", OffspringLaw::geometric}};
      for (const auto& [name, law] : laws) {
        INFO(name);
        const Extinction end = extinction(chain, referrals, {.offspring = law});
        CHECK(std::abs(end.newcomer_probability - anchor.at("extinction").at(name).get<double>()) < tolerance);
        CHECK(std::abs(end.probability["active"] - end.newcomer_probability) < 1e-14);
        CHECK(end.probability["churn"] == 1.0);
      }
    } else {
      CHECK(std::abs(value.own()["active"] - anchor.at("own").get<double>()) < tolerance);
      CHECK(std::abs(value.total()["active"] - anchor.at("total").get<double>()) < tolerance);
      const Progeny tree = progeny(chain, referrals);
      CHECK(std::abs(tree.newcomer_mean - anchor.at("progeny_mean").get<double>()) < tolerance);
      CHECK(std::abs(tree.newcomer_variance - anchor.at("progeny_variance_poisson").get<double>()) < tolerance);
    }
  }
}

TEST_CASE("total value solves its own equation by plain elimination") {
  Dice dice(501);
  for (int k = 0; k < 120; ++k) {
    const Case c = random_case(dice, k);
    const ReferralValue value = referral_value(c.chain, c.rewards, c.referrals, c.options);
    const LongVector plain = Free(value, value.arrives_at()).values();
    const double size = size_of(value.total().vector()) + size_of(value.referred().vector());
    CHECK(distance(value.total().vector(), plain) < 1e-11 * size);
  }
}

TEST_CASE("own and referred value sum to the total, and the own part is the lifetime value") {
  Dice dice(502);
  for (int k = 0; k < 60; ++k) {
    const Case c = random_case(dice, k);
    const ReferralValue value = referral_value(c.chain, c.rewards, c.referrals, c.options);
    CHECK(distance(value.total().vector(), value.own().vector() + value.referred().vector()) <=
          1e-12 * size_of(value.total().vector()));
    CHECK(value.own() == lifetime_value(c.chain, c.rewards, {.discount = c.options.discount}).mean());
    const Vector start = random_distribution(dice, c.chain.n_states());
    const ReferralStartValue at = value.start_value(start);
    CHECK(std::abs(at.total - start.dot(value.total().vector())) < 1e-11 * size_of(value.total().vector()));
    CHECK(at.total == at.own + at.referred);
  }
}

TEST_CASE("generations and what is beyond them sum to the total") {
  Dice dice(503);
  for (int k = 0; k < 40; ++k) {
    const Case c = random_case(dice, k);
    const ReferralValue value = referral_value(c.chain, c.rewards, c.referrals, c.options);
    for (const Index n : {0, 1, 7}) {
      const Generations parts = value.generations(n);
      REQUIRE(parts.value.cols() == n + 1);
      CHECK(distance(parts.value.rowwise().sum() + parts.beyond.vector(), value.total().vector()) <
            1e-11 * size_of(value.total().vector()));
      CHECK(distance(parts.value.col(0), value.own().vector()) == 0.0);
    }
  }
}

TEST_CASE("the first generation is what direct newcomers are worth themselves") {
  const Chain chain = two_states();
  const ReferralValue value =
      referral_value(chain, Rewards(chain.states(), {{"active", 10.0}}), Referrals(chain.states(), {{"active", .1}}),
                     {.discount = Discount::none(), .acquisition_cost = 8.0, .first_reward = 3.0});
  const Generations parts = value.generations(3);
  CHECK(std::abs(parts.value(0, 1) - .5 * 45.0) < 1e-12);  // half a newcomer, worth 50 and 5 dearer
  CHECK(std::abs(parts.value(0, 2) - .25 * 45.0) < 1e-12);
  CHECK(std::abs(parts.value(0, 3) - .125 * 45.0) < 1e-12);
  CHECK(std::abs(parts.beyond["active"] - .125 * 45.0) < 1e-12);
}

TEST_CASE("newcomers of moves count as much as the same newcomers of states") {
  Dice dice(504);
  for (int k = 0; k < 30; ++k) {
    Case c = random_case(dice, 2 * k + 1);
    const ReferralValue value = referral_value(c.chain, c.rewards, c.referrals, c.options);
    const Referrals flat(c.chain.states(), c.referrals.per_period(c.chain));
    const ReferralValue same = referral_value(c.chain, c.rewards, flat, c.options);
    CHECK(distance(value.total(), same.total()) < 1e-12 * size_of(value.total().vector()));
    CHECK(std::abs(value.R0() - same.R0()) < 1e-13);
  }
}

TEST_CASE("the growth factor is the spectral radius of moves and newcomers together") {
  Dice dice(505);
  for (int k = 0; k < 120; ++k) {
    const Case c = random_case(dice, k, k % 2 == 0 ? dice.uniform(.05, .95) : dice.uniform(1.05, 3.0));
    ReferralValueOptions options = c.options;
    options.discount = Discount::factor(.2);
    const ReferralValue value = referral_value(c.chain, c.rewards, c.referrals, options);
    CHECK(std::abs(value.growth_factor() - radius(value)) < 1e-10);
  }
}

TEST_CASE("a base grows by exactly one when every newcomer brings one") {
  Dice dice(506);
  for (int k = 0; k < 60; ++k) {
    const Case c = random_case(dice, k, 1.0);
    ReferralValueOptions options = c.options;
    options.discount = Discount::factor(.5);
    const ReferralValue value = referral_value(c.chain, c.rewards, c.referrals, options);
    if (value.R0() == 0.0) continue;
    CHECK(std::abs(value.growth_factor() - 1.0) < 1e-12);
    CHECK(!value.doubling_time());
    CHECK(!value.halving_time());
    CHECK(std::abs(*value.critical_discount_factor() - 1.0) < 1e-12);
  }
}

TEST_CASE("a base grows just when a newcomer brings more than one") {
  Dice dice(507);
  for (int k = 0; k < 60; ++k) {
    const bool grows = k % 2 == 0;
    const Case c = random_case(dice, k, grows ? 1.02 : .98);
    ReferralValueOptions options = c.options;
    options.discount = Discount::factor(.5);
    const ReferralValue value = referral_value(c.chain, c.rewards, c.referrals, options);
    if (value.R0() == 0.0) continue;
    CHECK((value.growth_factor() > 1.0) == grows);
    CHECK(value.doubling_time().has_value() == grows);
    CHECK(value.halving_time().has_value() == !grows);
    CHECK(value.critical_discount_rate().has_value() == grows);
  }
}

TEST_CASE("doubling and halving times are those of the growth factor") {
  const Chain chain = two_states();
  const Rewards rewards(chain.states(), {{"active", 10.0}});
  const auto with = [&](double b) {
    return referral_value(chain, rewards, Referrals(chain.states(), {{"active", b}}),
                          {.discount = Discount::factor(.5)});
  };
  CHECK(std::abs(std::pow(1.2, *with(.4).doubling_time()) - 2.0) < 1e-12);
  CHECK(std::abs(std::pow(.9, *with(.1).halving_time()) - .5) < 1e-12);
}

TEST_CASE("the stable mix is kept by moves and newcomers together") {
  Dice dice(508);
  int compared = 0;
  for (int k = 0; k < 80; ++k) {
    const Case c = random_case(dice, k, dice.uniform(.9, 2.5));
    ReferralValueOptions options = c.options;
    options.discount = Discount::factor(.2);
    const ReferralValue value = referral_value(c.chain, c.rewards, c.referrals, options);
    if (value.R0() == 0.0) continue;
    Vector mix;
    try {
      mix = value.stable_mix().vector();
    } catch (const std::domain_error&) {
      continue;  // customers pile up in states without newcomers
    }
    ++compared;
    CHECK(std::abs(mix.sum() - 1.0) < 1e-13);
    CHECK(mix.minCoeff() >= 0.0);
    const double growth = value.growth_factor();
    double due = 0.0;  // newcomers who arrive in a period, when the base grew by `growth` since they were brought
    for (Index d = 0; d < value.delay().size(); ++d)
      due += value.delay()[d] * std::pow(growth, -static_cast<double>(d));
    const double arriving = due * mix.dot(value.referrals().per_period(c.chain));
    Vector later = c.chain.next(mix) + arriving * value.arrives_at();
    const Structure shape = structure(c.chain);
    for (const Index i : shape.recurrent_states()) later[i] = growth * mix[i];
    CHECK(distance(later, growth * mix) < 1e-10);
  }
  CHECK(compared > 40);
}

TEST_CASE("states without newcomers that empty slowly are the growth of the base, and leave it no mix") {
  const Chain chain(StateSpace{"active", "dormant", "churn"}, matrix({{.5, .2, .3}, {0, .95, .05}, {0, 0, 1}}));
  const ReferralValue value =
      referral_value(chain, Rewards(chain.states(), {{"active", 1.0}}), Referrals(chain.states(), {{"active", .3}}),
                     {.discount = Discount::none()});
  CHECK(std::abs(value.growth_factor() - .95) < 1e-15);
  check_refused<std::domain_error>([&] { (void)value.stable_mix(); }, {"stable_mix", "'dormant'"});
}

TEST_CASE("a base whose newcomers bring nobody has no mix and shrinks as its chain does") {
  const Chain chain(StateSpace{"new", "loyal", "churn"}, matrix({{.5, 0, .5}, {0, .9, .1}, {0, 0, 1}}));
  const ReferralValue value =
      referral_value(chain, Rewards(chain.states(), {{"loyal", 1.0}}), Referrals(chain.states(), {{"loyal", .3}}),
                     {.discount = Discount::none()});
  CHECK(value.R0() == 0.0);
  CHECK(std::abs(value.lifetime_referrals()["loyal"] - 3.0) < 1e-12);
  CHECK(std::abs(value.growth_factor() - .9) < 1e-15);
  check_refused<std::domain_error>([&] { (void)value.stable_mix(); }, {"stable_mix", "R0 = 0"});
}

TEST_CASE("total value is finite just above the critical discount and refused at it") {
  Dice dice(509);
  for (int k = 0; k < 40; ++k) {
    Case c = random_case(dice, k, dice.uniform(1.2, 3.0));
    c.options.discount = Discount::factor(.1);
    const ReferralValue found = referral_value(c.chain, c.rewards, c.referrals, c.options);
    if (found.R0() == 0.0) continue;
    const double rate = *found.critical_discount_rate();
    CHECK(std::abs(*found.critical_discount_factor() * (1.0 + rate) - 1.0) < 1e-14);
    c.options.discount = Discount::per_period_rate(rate * 1.0001);
    CHECK(referral_value(c.chain, c.rewards, c.referrals, c.options).total().vector().allFinite());
    c.options.discount = Discount::per_period_rate(rate * .9999);
    check_refused<std::domain_error>([&] { (void)referral_value(c.chain, c.rewards, c.referrals, c.options); },
                                     {"referral_value", "R0 = ", "infinite", "rate above"});
  }
}

TEST_CASE("a base that grows is refused without discount, with the discount that would do") {
  const Chain chain = two_states();
  check_refused<std::domain_error>(
      [&] {
        (void)referral_value(chain, Rewards(chain.states(), {{"active", 10.0}}),
                             Referrals(chain.states(), {{"active", .4}}), {.discount = Discount::none()});
      },
      {"referral_value: a newcomer brings R0 = 2 others", "factor of 1.2 per period", "rate above 20 % per period",
       "below 0.833333"});
}

TEST_CASE("newcomers who come later are worth less, and slow a growing base") {
  const Chain chain = two_states();
  const Rewards rewards(chain.states(), {{"active", 10.0}});
  const Referrals referrals(chain.states(), {{"active", .4}});
  const ReferralValue soon = referral_value(chain, rewards, referrals, {.discount = Discount::factor(.7)});
  const ReferralValue late =
      referral_value(chain, rewards, referrals, {.discount = Discount::factor(.7), .delay = numbers({0, .5, .5})});
  CHECK(late.total()["active"] < soon.total()["active"]);
  CHECK(late.growth_factor() < soon.growth_factor());
  CHECK(late.growth_factor() > 1.0);
  CHECK(late.R0() == soon.R0());
  const double growth = late.growth_factor();
  CHECK(std::abs((.5 / growth + .5 / (growth * growth)) * .4 / (growth - .8) - 1.0) < 1e-12);
}

TEST_CASE("every derivative of total value and of R0 is its difference quotient") {
  Dice dice(510);
  for (int k = 0; k < 60; ++k) {
    const Case c = random_case(dice, k, .6);
    const ReferralValue value = referral_value(c.chain, c.rewards, c.referrals, c.options);
    const Index n = c.chain.n_states();
    const Vector start = random_distribution(dice, n);
    const ReferralSensitivity why = sensitivity(value, start);
    const Free free(value, start);
    const auto total = [](const Free& f) { return f.total(); };
    const auto reproduction = [](const Free& f) { return f.reproduction(); };
    const Structure shape = structure(c.chain);
    const Matrix partial = why.partial();
    const Matrix reproduction_partial = why.R0_partial();
    const double size = size_of(partial) + size_of(value.total().vector());
    for (Index i = 0; i < n; ++i) {
      const bool is_left = shape.is_transient(i);
      if (is_left) {
        CHECK(std::abs(why.by_referrals().at(i) - free.slope(total, [&](Free& f, Long h) { f.b[i] += h; })) <
              1e-8 * size);
        CHECK(std::abs(why.visits().at(i) - free.slope(total, [&](Free& f, Long h) { f.r[i] += h; })) < 1e-8 * size);
      }
      CHECK(std::abs(why.R0_by_referrals().at(i) - free.slope(reproduction, [&](Free& f, Long h) { f.b[i] += h; })) <
            1e-7);
      for (Index j = 0; j < n; ++j) {
        const auto change = [&](Free& f, Long h) { f.P(i, j) += h; };
        if (is_left || free.factor < 1.0L) {
          CHECK(std::abs(partial(i, j) - free.slope(total, change)) < 1e-7 * size);
        }
        if (is_left) {
          CHECK(std::abs(reproduction_partial(i, j) - free.slope(reproduction, change)) <
                1e-7 * size_of(reproduction_partial));
        } else {
          CHECK(reproduction_partial(i, j) == 0.0);
        }
      }
    }
  }
}

TEST_CASE("every lift is the difference quotient of answers whose rows sum to one") {
  Dice dice(511);
  int compared = 0;
  for (int k = 0; k < 60; ++k) {
    const Case c = random_case(dice, k, .6);
    const ReferralValue value = referral_value(c.chain, c.rewards, c.referrals, c.options);
    const Index n = c.chain.n_states();
    const Vector start = random_distribution(dice, n);
    const ReferralSensitivity why = sensitivity(value, start);
    const Free free(value, start);
    const Matrix lift = why.lift();
    const Matrix reproduction_lift = why.R0_lift();
    const Structure shape = structure(c.chain);
    for (const ReferralLever& lever : why.levers()) {
      const Index i = lever.from;
      const Index j = lever.to;
      CHECK(lever.probability == c.chain.probability(i, j));
      CHECK(std::abs(lever.own_value_of_a_point - why.own().lift()(i, j) / 100.0) < 1e-12 * size_of(lift));
      CHECK(std::abs(lever.total_value_of_a_point - lift(i, j) / 100.0) < 1e-12 * size_of(lift));
      CHECK(std::abs(lever.R0_of_a_point - reproduction_lift(i, j) / 100.0) < 1e-12);
      if (!shape.is_transient(i)) continue;
      ++compared;
      const auto change = [&](Free& f, Long h) {
        const Long p = f.P(i, j);
        const Long rest = f.P.row(i).sum() - p;
        for (Index m = 0; m < n; ++m) f.P(i, m) = m == j ? p + h : f.P(i, m) * (1.0L - h / rest);
      };
      const double size = size_of(lift) + size_of(value.total().vector());
      CHECK(std::abs(lift(i, j) - free.slope([](const Free& f) { return f.total(); }, change)) < 1e-6 * size);
      CHECK(std::abs(reproduction_lift(i, j) - free.slope([](const Free& f) { return f.reproduction(); }, change)) <
            1e-6 * size_of(reproduction_lift));
    }
  }
  CHECK(compared > 500);
}

TEST_CASE("levers are sorted by total value and need not be in the order of own value") {
  const Chain chain(StateSpace{"satisfaction", "loyalty", "spree", "churn"},
                    matrix({{.4, .1, .1, .4}, {0, .8, 0, .2}, {0, 0, .5, .5}, {0, 0, 0, 1}}));
  const ReferralValue value =
      referral_value(chain, Rewards(chain.states(), {{"satisfaction", 5.0}, {"loyalty", 5.0}, {"spree", 15.0}}),
                     Referrals(chain.states(), {{"loyalty", .15}}), {.discount = Discount::none()});
  const std::vector<ReferralLever> levers = sensitivity(value, "satisfaction").levers();
  CHECK(std::is_sorted(levers.begin(), levers.end(), [](const ReferralLever& a, const ReferralLever& b) {
    return a.total_value_of_a_point > b.total_value_of_a_point;
  }));
  const auto lever_to = [&](Index to) {
    return *std::find_if(levers.begin(), levers.end(),
                         [to](const ReferralLever& l) { return l.from == 0 && l.to == to; });
  };
  CHECK(lever_to(2).own_value_of_a_point > lever_to(1).own_value_of_a_point);
  CHECK(lever_to(1).total_value_of_a_point > lever_to(2).total_value_of_a_point);
  CHECK(lever_to(1).R0_of_a_point > 0.0);
  CHECK(lever_to(2).R0_of_a_point < 0.0);
}

TEST_CASE("the change of a move that brings R0 to a target does bring it there") {
  Dice dice(512);
  int reached = 0;
  for (int k = 0; k < 60; ++k) {
    const Case c = random_case(dice, k, .8);
    const ReferralValue value = referral_value(c.chain, c.rewards, c.referrals, c.options);
    if (value.R0() == 0.0) continue;
    const ReferralSensitivity why = sensitivity(value, value.arrives_at());
    for (const ReferralLever& lever : why.levers()) {
      const StateSpace& states = c.chain.states();
      const std::string& from = states.name(lever.from);
      const std::string& to = states.name(lever.to);
      const double target = value.R0() * dice.uniform(.95, 1.05);
      double change = 0.0;
      try {
        change = why.change_to_reach_R0(from, to, target);
      } catch (const std::domain_error&) {
        continue;
      }
      const double p = lever.probability;
      Vector row(c.chain.n_states());
      for (Index j = 0; j < row.size(); ++j) {
        row[j] = j == lever.to ? p + change : c.chain.probability(lever.from, j) * (1.0 - change / (1.0 - p));
      }
      row = row.cwiseMax(0.0);
      const Chain changed = c.chain.with_row(from, row);
      if (structure(changed).recurrent_states() != structure(c.chain).recurrent_states()) continue;
      ++reached;
      const Extinction after = extinction(changed, c.referrals, {.arrives_at = value.arrives_at()});
      CHECK(std::abs(after.R0 - target) < 1e-9);
    }
  }
  CHECK(reached > 100);
}

TEST_CASE("an R0 out of reach of a move is refused with the reach") {
  const Chain chain(StateSpace{"active", "loyal", "churn"}, matrix({{.5, .1, .4}, {0, .8, .2}, {0, 0, 1}}));
  const ReferralValue value =
      referral_value(chain, Rewards(chain.states(), {{"active", 1.0}}), Referrals(chain.states(), {{"loyal", .1}}),
                     {.discount = Discount::none()});
  const ReferralSensitivity why = sensitivity(value, "active");
  check_refused<std::domain_error>(
      [&] { (void)why.change_to_reach_R0("active", "loyal"); },
      {"change_to_reach_R0: no probability of 'active' → 'loyal' brings R0 to 1", "from 0 to 0.5"});
  CHECK(std::abs(why.change_to_reach_R0("active", "loyal", .25) - (4.0 / 13.0 - .1)) < 1e-13);
  check_refused<std::domain_error>([&] { (void)why.change_to_reach_R0("churn", "active"); }, {"forbidden"});
  check_refused<std::invalid_argument>([&] { (void)why.change_to_reach_R0("active", "loyal", -1.0); },
                                       {"target", "-1"});
  check_refused<std::out_of_range>([&] { (void)why.change_to_reach_R0("active", "nowhere"); }, {"nowhere"});
}

TEST_CASE("the chance to die out is the least root of its fixed-point equation") {
  Dice dice(513);
  for (int k = 0; k < 45; ++k) {
    const Case c = random_case(dice, k, k % 3 == 0 ? .9 : dice.uniform(1.3, 2.5));
    const Index n = c.chain.n_states();
    const OffspringLaw law = every_law[k % 3];
    if (law == OffspringLaw::bernoulli &&
        (c.referrals.per_state().maxCoeff() > 1.0 || Matrix(c.referrals.per_move()).maxCoeff() > 1.0)) {
      continue;
    }
    const Extinction end = extinction(c.chain, c.referrals, {.arrives_at = c.options.arrives_at, .offspring = law});
    // Generation by generation: the chance that the tree has ended after that many rounds.
    const Structure shape = structure(c.chain);
    Vector q = Vector::Zero(n);
    for (const Index i : shape.recurrent_states()) q[i] = 1.0;
    const auto generating = [law](double b, double z) {
      if (law == OffspringLaw::poisson) return std::exp(-b * (1.0 - z));
      if (law == OffspringLaw::bernoulli) return 1.0 - b * (1.0 - z);
      return 1.0 / (1.0 + b * (1.0 - z));
    };
    for (int round = 0; round < 4000; ++round) {
      const double z = c.options.arrives_at.dot(q);
      Vector next = q;
      for (const Index i : shape.transient_states()) {
        double sum = 0.0;
        c.chain.for_each_move(
            i, [&](Index j, double p) { sum += p * generating(c.referrals.move_referrals(i, j), z) * q[j]; });
        next[i] = generating(c.referrals.per_state()[i], z) * sum;
      }
      q = next;
    }
    CHECK(distance(end.probability.vector(), q) < 1e-8);
    CHECK(std::abs(end.newcomer_probability - c.options.arrives_at.dot(end.probability.vector())) < 1e-12);
  }
}

TEST_CASE("every tree dies out just when a newcomer brings one at most") {
  Dice dice(514);
  for (int k = 0; k < 60; ++k) {
    const bool ends = k % 2 == 0;
    const Case c = random_case(dice, k, ends ? dice.uniform(.3, 1.0) : dice.uniform(1.001, 1.8));
    for (const OffspringLaw law : {OffspringLaw::poisson, OffspringLaw::geometric}) {
      const Extinction end = extinction(c.chain, c.referrals, {.arrives_at = c.options.arrives_at, .offspring = law});
      if (end.R0 == 0.0) continue;
      CHECK((end.newcomer_probability == 1.0) == ends);
      CHECK((end.probability.vector().minCoeff() == 1.0) == ends);
    }
  }
}

TEST_CASE("a tree that just feeds itself survives with a small chance that keeps its digits") {
  const Chain chain = two_states();
  const double extra = 1e-9;
  const Extinction end = extinction(chain, Referrals(chain.states(), {{"active", .2 * (1.0 + extra)}}));
  // Near R0 = 1 the chance to go on is 2 (R0 - 1) over the second factorial moment, .2² times that of the 5 periods
  // of a life on average: .04 · 45 = 1.8.
  const Vector survival = Vector::Ones(2) - end.probability.vector();
  CHECK(end.newcomer_probability < 1.0);
  CHECK(std::abs(survival[0] / (2.0 * extra / 1.8) - 1.0) < 1e-5);
}

TEST_CASE("a tree in which everybody brings exactly one never dies out, though R0 is 1") {
  const Chain chain(StateSpace{"active", "churn"}, matrix({{0, 1}, {0, 1}}));
  const Referrals referrals(chain.states(), {{"active", 1.0}});
  CHECK(extinction(chain, referrals, {.offspring = OffspringLaw::bernoulli}).newcomer_probability == 0.0);
  CHECK(extinction(chain, referrals, {.offspring = OffspringLaw::poisson}).newcomer_probability == 1.0);
}

TEST_CASE("the mean progeny of a newcomer is one over one less R0") {
  Dice dice(515);
  for (int k = 0; k < 60; ++k) {
    const Case c = random_case(dice, k, dice.uniform(.1, .95));
    const Progeny tree = progeny(c.chain, c.referrals, {.arrives_at = c.options.arrives_at});
    const double reproduction = extinction(c.chain, c.referrals, {.arrives_at = c.options.arrives_at}).R0;
    CHECK(std::abs(tree.newcomer_mean * (1.0 - reproduction) - 1.0) < 1e-12);
    // n = 1 + (I - Q)⁻¹ b n_s
    CHECK(std::abs(c.options.arrives_at.dot(tree.mean.vector()) - tree.newcomer_mean) < 1e-10 * tree.newcomer_mean);
    const double second = c.options.arrives_at.dot(
        Vector(tree.variance.vector().array() + (tree.mean.vector().array() - tree.newcomer_mean).square()));
    CHECK(std::abs(second - tree.newcomer_variance) <= 1e-9 * tree.newcomer_variance);
  }
}

TEST_CASE("simulated trees have the mean, variance, extinction and value that were worked out") {
  const Chain chain(StateSpace{"trial", "loyal", "churn"}, matrix({{.5, .2, .3}, {.1, .6, .3}, {0, 0, 1}}));
  const Rewards rewards(chain.states(), {{"trial", 3.0}, {"loyal", 10.0}});
  const Referrals referrals =
      Referrals(chain.states(), {{"trial", .05}, {"loyal", .2}}).with_move("trial", "loyal", .3);
  const Vector arrives = numbers({.7, .3, 0});
  const Vector delay = numbers({.6, 0, .4});
  const double factor = .9;
  const ReferralValue value = referral_value(chain, rewards, referrals,
                                             {.discount = Discount::factor(factor),
                                              .arrives_at = arrives,
                                              .delay = delay,
                                              .acquisition_cost = 4.0,
                                              .first_reward = 1.0});
  Dice dice(516);
  constexpr int trees = 40'000;
  for (const OffspringLaw law : every_law) {
    const Progeny exact = progeny(chain, referrals, {.arrives_at = arrives, .offspring = law});
    double people = 0.0;
    double squares = 0.0;
    double money = 0.0;
    double money_squares = 0.0;
    for (int t = 0; t < trees; ++t) {
      std::vector<std::pair<Index, int>> open{{0, 0}};  // state and time of those who have yet to live
      double size = 0.0;
      double worth = 0.0;
      while (!open.empty()) {
        auto [state, time] = open.back();
        open.pop_back();
        size += 1.0;
        while (state != 2) {
          worth += std::pow(factor, time) * rewards.per_state()[state];
          const Index to = next_state(dice, chain, state);
          const int brought =
              draw(dice, law, referrals.per_state()[state]) + draw(dice, law, referrals.move_referrals(state, to));
          for (int k = 0; k < brought; ++k) {
            const int when = time + (dice.uniform() < .6 ? 1 : 3);
            worth -= 3.0 * std::pow(factor, when);
            open.emplace_back(dice.uniform() < .7 ? 0 : 1, when);
          }
          state = to;
          ++time;
        }
      }
      people += size;
      squares += size * size;
      money += worth;
      money_squares += worth * worth;
    }
    // Fixed seed; a right answer would fail once in 30,000 draws of the seed at four standard errors.
    const double mean = people / trees;
    const double variance = squares / trees - mean * mean;
    CHECK(std::abs(mean - exact.mean["trial"]) < 4.0 * std::sqrt(exact.variance["trial"] / trees));
    CHECK(std::abs(variance / exact.variance["trial"] - 1.0) < .1);
    const double worth = money / trees;
    const double error = std::sqrt((money_squares / trees - worth * worth) / trees);
    CHECK(std::abs(worth - value.total()["trial"]) < 4.0 * error);
  }
}

TEST_CASE("descendants without end are refused by name") {
  const Chain chain = two_states();
  check_refused<std::domain_error>([&] { (void)progeny(chain, Referrals(chain.states(), {{"active", .2}})); },
                                   {"progeny: a newcomer brings R0 = 1 others", "infinite"});
}

TEST_CASE("a sparse chain has the same referral value as its full twin") {
  Dice dice(517);
  for (int k = 0; k < 24; ++k) {
    const Case c = random_case(dice, k, 1.3);
    ReferralValueOptions options = c.options;
    options.discount = Discount::factor(.4);
    const ReferralValue full = referral_value(c.chain, c.rewards, c.referrals, options);
    const ReferralValue sparse = referral_value(c.chain.to_sparse(), c.rewards, c.referrals, options);
    const double size = size_of(full.total().vector());
    CHECK(distance(full.total(), sparse.total()) < 1e-11 * size);
    CHECK(std::abs(full.growth_factor() - sparse.growth_factor()) < 1e-11);
    const ReferralSensitivity why = sensitivity(full, full.arrives_at());
    const ReferralSensitivity same = sensitivity(sparse, sparse.arrives_at());
    for (const ReferralLever& lever : same.levers()) {
      CHECK(std::abs(lever.total_value_of_a_point - why.lift()(lever.from, lever.to) / 100.0) < 1e-10 * size);
    }
    check_refused<std::domain_error>([&] { (void)same.lift(); }, {"sparse"});
  }
}

TEST_CASE("a base of many states is valued, grows and settles as its equations say") {
  Dice dice(518);
  constexpr Index n = 3000;
  std::vector<Eigen::Triplet<double>> moves;
  for (Index i = 0; i + 1 < n; ++i) {
    moves.emplace_back(i, i + 1, .5);
    moves.emplace_back(i, dice.integer(0, i), .3);
    moves.emplace_back(i, n - 1, .2);
  }
  moves.emplace_back(n - 1, n - 1, 1.0);
  SparseMatrix P(n, n);
  P.setFromTriplets(moves.begin(), moves.end());
  std::vector<std::string> names;
  for (Index i = 0; i < n; ++i) names.push_back("s" + std::to_string(i));
  const Chain chain(StateSpace(names), P);
  Vector reward = Vector::Ones(n);
  Vector brought = Vector::Constant(n, .3);
  reward[n - 1] = brought[n - 1] = 0.0;
  const ReferralValue value = referral_value(chain, Rewards(chain.states(), reward), Referrals(chain.states(), brought),
                                             {.discount = Discount::factor(.8)});
  const Vector V = value.total().vector();
  const Vector due = reward + .8 * chain.expected_next(V) + .8 * V[0] * brought;
  CHECK(distance(due, V) < 1e-9 * size_of(V));
  CHECK(std::abs(value.growth_factor() - 1.1) < 1e-9);  // everybody leaves with .2 and brings .3
  Vector mix = value.stable_mix().vector();
  Vector later = chain.next(mix);
  later[0] += .3;
  later[n - 1] = 0.0;
  CHECK(distance(later, 1.1 * mix) < 1e-9);
}

TEST_CASE("a referral value from a fit takes the money that was seen, and its own part has an interval") {
  const FitResult fit = small_fit();
  const Referrals referrals(fit.chain.states(), {{"loyal", .05}});
  const ReferralValueOptions options{.discount = Discount::factor(.9)};
  const ReferralValue value = referral_value(fit, referrals, options);
  CHECK(value.own() == lifetime_value(fit, {.discount = options.discount}).mean());
  CHECK(value.own_value().interval(.9).standard_error["new"] > 0.0);
  CHECK(value.total() == referral_value(fit.chain, fit.counts.mean_rewards(), referrals, options).total());
  const Rewards other(fit.chain.states(), {{"new", 1.0}});
  CHECK(referral_value(fit, referrals, options, other).total() ==
        referral_value(fit.chain, other, referrals, options).total());
}

TEST_CASE("customers fall into quadrants by own and by referred value") {
  const Chain chain(
      StateSpace{"rich", "talker", "both", "none", "churn"},
      matrix({{.8, 0, 0, 0, .2}, {0, .8, 0, 0, .2}, {0, 0, .8, 0, .2}, {0, 0, 0, .8, .2}, {0, 0, 0, 0, 1}}));
  const ReferralValue value =
      referral_value(chain, Rewards(chain.states(), {{"rich", 10.0}, {"talker", 1.0}, {"both", 10.0}, {"none", 1.0}}),
                     Referrals(chain.states(), {{"talker", .05}, {"both", .05}}), {.discount = Discount::none()});
  const ReferralQuadrants split = referral_quadrants(value, {0, 1, 2, 3, 0});
  CHECK(split.quadrant == std::vector<Quadrant>{Quadrant::misers, Quadrant::advocates, Quadrant::advocates,
                                                Quadrant::misers, Quadrant::misers});
  const ReferralQuadrants at = referral_quadrants(value, {0, 1, 2, 3, 0}, {.own_threshold = 20.0});
  CHECK(at.quadrant == std::vector<Quadrant>{Quadrant::affluents, Quadrant::advocates, Quadrant::champions,
                                             Quadrant::misers, Quadrant::affluents});
  CHECK(at.totals[0].customers == 1);
  CHECK(at.totals[1].customers == 2);
  CHECK(std::abs(at.own[0] - 40.0) < 1e-12);  // still to come: the reward of today is in hand
  CHECK(std::abs(at.totals[1].own - 80.0) < 1e-12);
  CHECK(std::abs(at.totals[0].referred - value.referred()["both"]) < 1e-12);
}

TEST_CASE("the sums of the quadrants are those of the base") {
  Dice dice(519);
  const Case c = random_case(dice, 0);
  const ReferralValue value = referral_value(c.chain, c.rewards, c.referrals, c.options);
  std::vector<Index> states;
  Vector brought(200);
  Vector expected(200);
  for (Index k = 0; k < 200; ++k) {
    states.push_back(dice.integer(0, c.chain.n_states() - 1));
    brought[k] = static_cast<double>(dice.integer(0, 3));
    expected[k] = dice.uniform(0.0, 2.0);
  }
  const ReferralQuadrants split =
      referral_quadrants(value, states, {.brought = brought, .expected = expected, .strength = 2.0});
  Index customers = 0;
  double own = 0.0;
  double referred = 0.0;
  for (const QuadrantTotal& total : split.totals) {
    customers += total.customers;
    own += total.own;
    referred += total.referred;
  }
  CHECK(customers == 200);
  CHECK(std::abs(own - split.own.sum()) < 1e-9 * size_of(split.own) * 200);
  CHECK(std::abs(referred - split.referred.sum()) < 1e-9 * size_of(split.referred) * 200);
  CHECK(std::abs(split.multiplier[7] - (2.0 + brought[7]) / (2.0 + expected[7])) < 1e-15);
}

TEST_CASE("referrals are a value: changed copies, comparison, printing") {
  const Referrals none(StateSpace{"a", "b"});
  const Referrals some = none.with_state("a", .2).with_move("a", "b", .5);
  CHECK(!none.has_move_referrals());
  CHECK(some.move_referrals(0, 1) == .5);
  CHECK(!(none == some));
  CHECK(none.with_move("a", "b", .5).with_move("a", "b", 0.0) == none);
  const Chain chain = two_states();
  std::ostringstream out;
  out << referral_value(chain, Rewards(chain.states(), {{"active", 10.0}}), Referrals(chain.states(), {{"active", .1}}),
                        {.discount = Discount::none()});
  CHECK_THAT(out.str(), Catch::Matchers::ContainsSubstring("with all whom he brings (reward), for life") &&
                            Catch::Matchers::ContainsSubstring("newcomers arrive in 'active' after 1 period") &&
                            Catch::Matchers::ContainsSubstring("R0 = 0.5") &&
                            Catch::Matchers::ContainsSubstring("halves in 6.579 periods"));
}

TEST_CASE("bad referrals are refused with advice") {
  const Chain chain(StateSpace{"active", "a", "b", "churn"},
                    matrix({{.6, .1, 0, .3}, {0, .5, .5, 0}, {0, .5, .5, 0}, {0, 0, 0, 1}}));
  const StateSpace& states = chain.states();
  const Rewards rewards(states, {{"active", 10.0}});
  const Referrals good(states, {{"active", .1}});
  const auto ask = [&](const Referrals& referrals, ReferralValueOptions options) {
    if (!options.discount) options.discount = Discount::none();
    (void)referral_value(chain, rewards, referrals, options);
  };
  check_refused<std::invalid_argument>([&] { (void)referral_value(chain, rewards, good, {}); }, {"no discount given"});
  check_refused<std::invalid_argument>([&] { Referrals(states, {{"active", -.1}}); },
                                       {"'active' brings -0.1", "at least 0"});
  check_refused<std::invalid_argument>([&] { Referrals(states, {{"active", not_a_number}}); }, {"'active' brings nan"});
  check_refused<std::invalid_argument>([&] { Referrals(states, {{"active", infinity}}); }, {"'active' brings inf"});
  check_refused<std::out_of_range>([&] { Referrals(states, {{"fan", .1}}); }, {"fan"});
  check_refused<std::invalid_argument>([&] { Referrals(states, numbers({1, 2})); }, {"4 states", "found 2"});
  check_refused<std::invalid_argument>([&] { (void)good.with_move("active", "churn", -1.0); },
                                       {"'active' → 'churn'", "-1"});
  check_refused<std::invalid_argument>([&] { ask(Referrals(StateSpace{"x"}), {}); }, {"referrals", "'x'"});
  check_refused<std::domain_error>([&] { ask(good.with_state("churn", .1), {}); },
                                   {"referral_value: 'churn' brings 0.1 newcomers per period and is never left"});
  check_refused<std::domain_error>([&] { ask(good.with_move("a", "b", .1), {}); }, {"'a' brings 0.05"});
  check_refused<std::invalid_argument>([&] { ask(good, {.arrives_at = start_in(states, "churn")}); },
                                       {"arrives_at", "'churn'", "exit"});
  check_refused<std::invalid_argument>([&] { ask(good, {.arrives_at = numbers({.5, 0, 0, 0})}); },
                                       {"arrives_at", "0.5"});
  check_refused<std::invalid_argument>([&] { ask(good, {.arrives_at = numbers({1})}); }, {"arrives_at"});
  check_refused<std::invalid_argument>([&] { ask(good, {.delay = numbers({.5, .4})}); }, {"delay: sums to 0.9"});
  check_refused<std::invalid_argument>([&] { ask(good, {.delay = numbers({1.5, -.5})}); },
                                       {"delay", "-0.5", "2 periods"});
  check_refused<std::invalid_argument>([&] { ask(good, {.acquisition_cost = infinity}); }, {"acquisition_cost", "inf"});
  check_refused<std::invalid_argument>([&] { ask(good, {.first_reward = not_a_number}); }, {"first_reward", "nan"});
  check_refused<std::invalid_argument>(
      [&] { (void)extinction(chain, good.with_state("active", 1.5), {.offspring = OffspringLaw::bernoulli}); },
      {"offspring: 'active' brings 1.5", "bernoulli"});
  check_refused<std::domain_error>([&] { (void)extinction(chain, good.with_state("b", 1.0)); }, {"extinction: 'b'"});

  const ReferralValue value = referral_value(chain, rewards, good, {.discount = Discount::none()});
  check_refused<std::invalid_argument>([&] { (void)value.generations(-1); }, {"generations", "-1"});
  check_refused<std::invalid_argument>([&] { (void)value.start_value(numbers({1, 1, 0, 0})); }, {"start"});
  check_refused<std::invalid_argument>([&] { (void)referral_quadrants(value, {}); }, {"customer_states", "nobody"});
  check_refused<std::out_of_range>([&] { (void)referral_quadrants(value, {0, 9}); }, {"customer 1 stands in state 9"});
  check_refused<std::invalid_argument>([&] { (void)referral_quadrants(value, {0}, {.brought = numbers({1})}); },
                                       {"brought: needs expected"});
  check_refused<std::invalid_argument>(
      [&] { (void)referral_quadrants(value, {0}, {.brought = numbers({-1}), .expected = numbers({1})}); },
      {"brought: holds -1 for customer 0"});
  check_refused<std::invalid_argument>([&] { (void)referral_quadrants(value, {0}, {.strength = 0.0}); }, {"strength"});
  check_refused<std::invalid_argument>([&] { (void)referral_quadrants(value, {0}, {.own_threshold = not_a_number}); },
                                       {"own_threshold"});
}
