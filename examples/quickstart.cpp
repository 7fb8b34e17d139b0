// What is a customer worth, stage by stage? The same story as quickstart.py, with the same numbers.
#include <sojourn/model/io.hpp>
#include <sojourn/sojourn.hpp>

#include <cstdio>
#include <iostream>

int main() {
  using namespace sojourn;

  // The six stages after the first deal, with a made-up chain: one step is a month.
  const Lifecycle life = six_stages();
  const Chain chain = life.illustrative_chain();

  // A re-purchase brings 40, loyal customers 25 a month, a complaint costs 5 to answer.
  const Rewards rewards(life.states(), {{"repurchase", 40.0}, {"loyalty", 25.0}, {"dissatisfaction", -5.0}});

  // What a customer in each stage is worth, for life, at ten percent a year.
  const LifetimeValue value = lifetime_value(chain, rewards, {.discount = Discount::annual_rate(0.10)});
  std::cout << value << '\n';

  // How he most probably comes to recommend us.
  const Path path = most_probable_path(chain, "engagement", "recommendation");
  std::cout << "most probable way to recommendation: ";
  for (const Index state : path.states)
    std::cout << (state == path.states.front() ? "" : " → ") << chain.states().name(state);
  std::printf(" (probability %.4f)\n\n", path.probability);
  std::fflush(stdout);

  // The same by simulation: 100,000 customers, five years.
  const Simulation simulation = simulate(chain, rewards,
                                         {.customers = 100'000,
                                          .horizon = 60,
                                          .start = start_in(life.states(), "engagement"),
                                          .discount = Discount::annual_rate(0.10),
                                          .seed = 7});
  std::cout << simulation;
}
