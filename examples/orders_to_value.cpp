// From an order log to the value of a customer. The same story as orders_to_value.py, with the same numbers.
//
//   orders_to_value demo_log.csv      (columns customer_id, date, stage, amount; rows with an amount are orders)
#include <sojourn/model/io.hpp>
#include <sojourn/sojourn.hpp>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

namespace {

struct Orders {
  std::vector<std::string> customers;
  std::vector<std::int64_t> days;
  std::vector<double> amounts;
};

Orders read_orders(const char* path) {
  std::ifstream file(path);
  if (!file) {
    std::cerr << "orders_to_value: cannot read " << path << '\n';
    std::exit(1);
  }
  Orders orders;
  std::string line;
  std::getline(file, line);  // the header
  while (std::getline(file, line)) {
    std::istringstream fields(line);
    std::string customer;
    std::string date;
    std::string stage;
    std::string amount;
    std::getline(fields, customer, ',');
    std::getline(fields, date, ',');
    std::getline(fields, stage, ',');
    std::getline(fields, amount);
    if (amount.empty()) continue;  // not an order
    orders.customers.push_back(customer);
    orders.days.push_back(sojourn::parse_iso_date(date).value_or(sojourn::missing_time));
    orders.amounts.push_back(std::stod(amount));
  }
  return orders;
}

}  // namespace

int main(int argc, char** argv) {
  using namespace sojourn;
  if (argc != 2) {
    std::cerr << "usage: orders_to_value demo_log.csv\n";
    return 2;
  }
  const Orders orders = read_orders(argv[1]);

  // Months since the last order, each customer on a clock of his own; six silent months are churn.
  const Encoded customers = encode(orders.customers);
  const Journeys journeys =
      order_journeys({.customer = customers.codes, .time = orders.days, .value = orders.amounts, .unit = TimeUnit::day},
                     {.period = Period::months(1), .churn_after = 6});
  std::cout << journeys << "\n\n" << journeys.report() << '\n';

  // Count the moves, estimate the chain.
  const FitResult fit = fit_chain(count(journeys));
  std::cout << fit << '\n';

  // What a customer is worth at ten percent a year, with the interval that the data allow.
  const LifetimeValue value = lifetime_value(fit, {.discount = Discount::annual_rate(0.10)});
  std::cout << value << '\n';
  const StartValue newcomer = value.start_value("active");
  std::printf("a newcomer is worth %.2f (standard error %.2f), of which %.2f is still to come after the first month\n",
              newcomer.mean, *newcomer.standard_error, newcomer.residual);
}
