#include "sojourn/simulation/cohorts.hpp"

#include <cmath>

#include "docs/simulation/cohorts.hpp"
#include "simulation/pickled_parts.hpp"
#include "support/arguments.hpp"
#include "support/text.hpp"

SOJOURN_ARGUMENT(WholeNumbersArgument, "Mapping[str, int] | ArrayLike | None");

namespace sojourn::python {

namespace {

/// Numbers of customers; with a second axis only where `rows` allows it.
CountMatrix to_whole_numbers(py::handle object, const StateSpace& states, const char* argument, bool rows) {
  constexpr double most = 0x1p53;
  Matrix given;
  if (rows && !py::isinstance<py::dict>(object) && !py::isinstance<StateValues>(object) &&
      py::module_::import("numpy").attr("ndim")(object).cast<int>() == 2) {
    given = to_matrix(object, argument, -1, states.n_states());
  } else {
    given = to_amounts(object, states, argument).transpose();
  }
  for (Index t = 0; t < given.rows(); ++t) {
    for (Index i = 0; i < given.cols(); ++i) {
      const double x = given(t, i);
      if (x == std::floor(x) && std::abs(x) <= most) continue;
      throw py::value_error(std::string(argument) + ": holds " + text::number(x) + " customers in " +
                            text::quoted(states.name(i)) + ", expected a whole number up to 2^51");
    }
  }
  return given.cast<std::int64_t>();
}

// A simulation as Python holds it: without money it has no revenue and no value.
struct BoundCohorts {
  CohortSimulation simulation;
  Chain chain;
  bool has_money;

  const CohortSimulation& with_money(const char* what) const {
    if (has_money) return simulation;
    throw py::value_error(std::string(what) + ": no money was given; simulate with rewards={'" +
                          simulation.states().name(0) + "': amount}");
  }
};

struct BoundPath {
  py::object owner;
  Index path;

  const BoundCohorts& cohorts() const { return owner.cast<const BoundCohorts&>(); }
  const CohortSimulation& simulation() const { return cohorts().simulation; }
};

template <class T>
py::array read_only(std::vector<py::ssize_t> shape, const T* data, const py::object& owner) {
  py::array array(py::dtype::of<T>(), std::move(shape), data, owner);
  array.attr("setflags")(py::arg("write") = false);
  return array;
}

/// One array of shape (n_paths, …): what `part(p)` gives for each path, copied.
template <class T, class Part>
py::array stacked(const CohortSimulation& simulation, std::vector<py::ssize_t> shape, const Part& part) {
  shape.insert(shape.begin(), simulation.n_paths());
  py::array_t<T> array(shape);
  T* to = array.mutable_data();
  for (Index p = 0; p < simulation.n_paths(); ++p) {
    const auto numbers = part(p);
    to = std::copy(numbers.data(), numbers.data() + numbers.size(), to);
  }
  array.attr("setflags")(py::arg("write") = false);
  return array;
}

Index to_path(py::handle object, const CohortSimulation& simulation) {
  const Index given = to_index(object, "path");
  const Index path = given < 0 ? given + simulation.n_paths() : given;
  if (path >= 0 && path < simulation.n_paths()) return path;
  throw py::index_error("path: " + std::to_string(given) + " is not among the " +
                        text::plural(simulation.n_paths(), "path") + " simulated, which are numbered from 0");
}

/// The table of some paths, one row per path and period.
py::dict table(const BoundCohorts& cohorts, Index first, Index last, bool numbered) {
  const CohortSimulation& simulation = cohorts.simulation;
  const Index horizon = simulation.horizon();
  const Index rows = (last - first) * horizon;
  CountVector path(rows);
  CountVector period(rows);
  CountVector survivors(rows);
  Vector revenue(cohorts.has_money ? rows : 0);
  CountMatrix occupancy(rows, simulation.states().n_states());
  for (Index p = first; p < last; ++p) {
    const Index at = (p - first) * horizon;
    path.segment(at, horizon).setConstant(simulation.first_path() + p);
    for (Index t = 0; t < horizon; ++t) period[at + t] = t;
    survivors.segment(at, horizon) = simulation.survivors(p);
    if (cohorts.has_money) revenue.segment(at, horizon) = simulation.revenue(p);
    occupancy.middleRows(at, horizon) = simulation.occupancy(p);
  }
  py::dict result;
  if (numbered) result["path"] = copy(path);
  result["period"] = copy(period);
  result["survivors"] = copy(survivors);
  if (cohorts.has_money) result["revenue"] = copy(revenue);
  for (Index i = 0; i < simulation.states().n_states(); ++i) {
    std::string name = simulation.states().name(i);
    while (result.contains(name)) name += "_";
    result[py::str(name)] = copy(CountVector(occupancy.col(i)));
  }
  return result;
}

constexpr const char* first_axis = "The first axis is the path.";

constexpr const char* simulate_cohort_text = R"(The interpreter is free meanwhile, and Ctrl-C stops the run.

Parameters
----------
chain : Chain or FitResult
customers : int, optional
    Newcomers at t = 0. Either this or `stock` is needed.
horizon : int
    Periods, at least 1.
start : str, dict {state: probability} or array_like of shape (n_states,), optional
    Law of the newcomers' first state. Without it the observed first states of a fit, or the first state of a chain.
stock : dict {state: customers} or array_like of shape (n_states,), optional
    Customers in each state today, whole numbers: they begin where they stand.
arrivals : dict or array_like of shape (n_states,) or (horizon - 1, n_states), optional
    Newcomers per state, whole numbers, added at the start of each later period: the same every time, or a row each.
rewards : Rewards, dict or array_like of shape (n_states,), optional
    Currency per period in a state, and per move. Needed for revenue and value from a chain; from a fit the mean
    revenue per period.
annual_discount_rate, discount_rate_per_period, discount_factor : float, optional
    At most one of them, as in `lifetime_value`; without any, values are not discounted.
discount : Discount, optional
    Or the same as an object.
seed : int
    From 0 to 2^64 - 1.
paths : int
    Independent repetitions, at least 1.
first_path : int
    Number of the first path, for simulating in parts.
threads : int, optional
    None = as many as this process may use. The result does not depend on it.
progress : bool or function of (done, total)
    Paths done so far. True shows a bar if tqdm is installed. What the function raises stops the run and is passed
    on.

Returns
-------
CohortSimulation
    `occupancy`, `survivors`, `revenue`, `moves`, `closing_stock`, `value`, `value_per_customer`: arrays whose first
    axis is the path. `result[p]` is one path; `result.counts(p)` is what `fit_chain` takes.

Raises
------
ValueError
    For arguments out of range, or what does not fit into memory.

References
----------
W. Hörmann, "The generation of binomial random variates", Journal of Statistical Computation and Simulation 46,
1993.)";

}  // namespace

void bind_cohorts(py::module_& m) {
  py::class_<BoundPath>(m, "CohortPath", "One path of a `CohortSimulation`.")
      .def(pickled_by_fields<BoundPath>("CohortPath", &BoundPath::owner, &BoundPath::path))
      .def_property_readonly(
          "occupancy",
          [](const BoundPath& self) {
            const auto numbers = self.simulation().occupancy(self.path);
            return read_only<std::int64_t>({numbers.rows(), numbers.cols()}, numbers.data(), self.owner);
          },
          doc::CohortSimulation_occupancy)
      .def_property_readonly(
          "survivors", [](const BoundPath& self) { return copy(self.simulation().survivors(self.path)); },
          doc::CohortSimulation_survivors)
      .def_property_readonly(
          "closing_stock",
          [](const BoundPath& self) { return copy(CountVector(self.simulation().closing_stock(self.path))); },
          doc::CohortSimulation_closing_stock)
      .def_property_readonly(
          "moves", [](const BoundPath& self) { return copy(self.simulation().moves(self.path)); },
          doc::CohortSimulation_moves)
      .def_property_readonly(
          "revenue",
          [](const BoundPath& self) { return copy(Vector(self.cohorts().with_money("revenue").revenue(self.path))); },
          doc::CohortSimulation_revenue)
      .def_property_readonly(
          "value", [](const BoundPath& self) { return self.cohorts().with_money("value").value()[self.path]; },
          "The discounted value of all customers together, in currency of `t = 0`.")
      .def_property_readonly(
          "value_per_customer",
          [](const BoundPath& self) {
            const CohortSimulation& of = self.cohorts().with_money("value_per_customer");
            return of.value()[self.path] / static_cast<double>(of.customers());
          },
          "The same per customer.")
      .def(
          "counts", [](const BoundPath& self) { return self.simulation().counts(self.path); },
          doc::CohortSimulation_counts)
      .def(
          "to_dict", [](const BoundPath& self) { return table(self.cohorts(), self.path, self.path + 1, false); },
          "The path as a table, one row per period: period, survivors, revenue (where there is money), then customers "
          "in\neach state under its name (with an underscore added where the name is taken); each a NumPy array.")
      .def("__repr__", [](const BoundPath& self) {
        return "CohortPath(" + std::to_string(self.simulation().first_path() + self.path) + ", " +
               std::to_string(self.simulation().horizon()) + " periods)";
      });

  py::class_<BoundCohorts>(m, "CohortSimulation",
                           docs(doc::CohortSimulation, "`result[p]` is one path, negative `p` from the end.").c_str())
      .def(pickled_by_fields<BoundCohorts>("CohortSimulation", &BoundCohorts::simulation, &BoundCohorts::chain,
                                           &BoundCohorts::has_money))
      .def_property_readonly(
          "occupancy",
          [](const py::object& self) {
            const CohortSimulation& of = self.cast<const BoundCohorts&>().simulation;
            return read_only<std::int64_t>({of.n_paths(), of.horizon(), of.states().n_states()}, of.occupancy().data(),
                                           self);
          },
          docs(doc::CohortSimulation_occupancy, first_axis).c_str())
      .def_property_readonly(
          "survivors",
          [](const BoundCohorts& self) {
            const CohortSimulation& of = self.simulation;
            return stacked<std::int64_t>(of, {of.horizon()}, [&](Index p) { return of.survivors(p); });
          },
          docs(doc::CohortSimulation_survivors, first_axis).c_str())
      .def_property_readonly(
          "closing_stock",
          [](const py::object& self) {
            const CohortSimulation& of = self.cast<const BoundCohorts&>().simulation;
            return read_only<std::int64_t>({of.n_paths(), of.states().n_states()}, of.closing_stock().data(), self);
          },
          docs(doc::CohortSimulation_closing_stock, first_axis).c_str())
      .def_property_readonly(
          "moves",
          [](const BoundCohorts& self) {
            const CohortSimulation& of = self.simulation;
            const Index n = of.states().n_states();
            if (self.chain.is_sparse())
              throw py::value_error("moves: the chain is sparse; take sparse_moves(path), which holds its moves alone");
            return stacked<std::int64_t>(of, {n, n}, [&](Index p) { return of.moves(p); });
          },
          docs("Moves made in all periods together, shape (n_states, n_states) per path, a stay being a move too. "
               "Raises\n`ValueError` for a sparse chain; see `sparse_moves`.",
               first_axis)
              .c_str())
      .def(
          "sparse_moves",
          [](const BoundCohorts& self, const WholeArgument& path) {
            const Index p = to_path(path, self.simulation);
            const Index n = self.chain.n_states();
            CountVector columns(self.chain.n_moves());
            CountVector first = CountVector::Zero(n + 1);
            Index move = 0;
            for (Index i = 0; i < n; ++i) {
              self.chain.for_each_move(i, [&](Index to, double) { columns[move++] = to; });
              first[i + 1] = move;
            }
            const py::object sparse = py::module_::import("scipy.sparse");
            return sparse.attr("csr_array")(
                py::make_tuple(copy(CountVector(self.simulation.move_counts(p))), copy(columns), copy(first)),
                py::arg("shape") = py::make_tuple(n, n));
          },
          py::arg("path") = 0,
          "The moves of one path as a SciPy array of whole numbers. Raises ImportError without it.")
      .def_property_readonly(
          "revenue",
          [](const py::object& self) {
            const CohortSimulation& of = self.cast<const BoundCohorts&>().with_money("revenue");
            return read_only<double>({of.n_paths(), of.horizon()}, of.revenue().data(), self);
          },
          docs(doc::CohortSimulation_revenue, first_axis).c_str())
      .def_property_readonly(
          "value",
          [](const py::object& self) {
            return view(self.cast<const BoundCohorts&>().with_money("value").value(), self);
          },
          doc::CohortSimulation_value)
      .def_property_readonly(
          "value_per_customer",
          [](const BoundCohorts& self) { return copy(self.with_money("value_per_customer").value_per_customer()); },
          doc::CohortSimulation_value_per_customer)
      .def(
          "counts",
          [](const BoundCohorts& self, const WholeArgument& path) {
            return self.simulation.counts(to_path(path, self.simulation));
          },
          py::arg("path") = 0, doc::CohortSimulation_counts)
      .def_property_readonly(
          "states", [](const BoundCohorts& self) { return self.simulation.states(); }, "The states, in order.")
      .def_property_readonly(
          "n_paths", [](const BoundCohorts& self) { return self.simulation.n_paths(); }, "How many paths.")
      .def_property_readonly(
          "first_path", [](const BoundCohorts& self) { return self.simulation.first_path(); },
          "The number of the first path.")
      .def_property_readonly(
          "customers", [](const BoundCohorts& self) { return self.simulation.customers(); },
          doc::CohortSimulation_customers)
      .def_property_readonly(
          "seed", [](const BoundCohorts& self) { return self.simulation.seed(); }, "The seed of the run.")
      .def_property_readonly(
          "horizon", [](const BoundCohorts& self) { return self.simulation.horizon(); }, "Periods.")
      .def_property_readonly(
          "definition", [](const BoundCohorts& self) { return self.simulation.definition(); },
          doc::CohortSimulation_definition)
      .def("__len__", [](const BoundCohorts& self) { return self.simulation.n_paths(); })
      .def("__getitem__",
           [](const py::object& self, const WholeArgument& path) {
             return BoundPath{self, to_path(path, self.cast<const BoundCohorts&>().simulation)};
           })
      .def("__iter__",
           [](const py::object& self) { return py::reinterpret_steal<py::object>(PySeqIter_New(self.ptr())); })
      .def(
          "to_dict", [](const BoundCohorts& self) { return table(self, 0, self.simulation.n_paths(), true); },
          "The paths as a table, one row per path and period: path, period, survivors, revenue (where there is money), "
          "then\ncustomers in each state under its name (with an underscore added where the name is taken); each a "
          "NumPy array.")
      .def("__str__", [](const BoundCohorts& self) { return self.simulation.definition(); })
      .def("__repr__", [](const BoundCohorts& self) {
        return "CohortSimulation(" + std::to_string(self.simulation.customers()) + " customers, " +
               text::plural(self.simulation.n_paths(), "path") + ", seed=" + std::to_string(self.simulation.seed()) +
               ")";
      });

  const CohortOptions defaults;
  m.def(
      "simulate_cohort",
      [](const ChainArgument& chain, const WholeArgument& customers, const WholeArgument& horizon,
         const LawArgument& start, const WholeNumbersArgument& stock, const WholeNumbersArgument& arrivals,
         const RewardsArgument& rewards, const NumberArgument& annual_discount_rate,
         const NumberArgument& discount_rate_per_period, const NumberArgument& discount_factor,
         const DiscountArgument& discount, const WholeArgument& seed, const WholeArgument& paths,
         const WholeArgument& first_path, const WholeArgument& threads, const ProgressArgument& progress,
         const py::kwargs& others) {
        const Chain& of = to_chain(chain, "simulate_cohort");
        const FitResult* fit = to_fit(chain);
        CohortOptions options;
        options.customers = to_optional_index(customers, "customers");
        options.horizon = to_index(horizon, "horizon");
        if (!start.is_none())
          options.start = to_law(start, of.states(), "start");
        else if (fit && fit->counts.n_journeys() > 0 && stock.is_none())
          options.start = fit->counts.start_distribution();
        if (!stock.is_none()) options.stock = to_whole_numbers(stock, of.states(), "stock", false).transpose();
        if (!arrivals.is_none()) options.arrivals = to_whole_numbers(arrivals, of.states(), "arrivals", true);
        options.discount = to_discount("simulate_cohort", annual_discount_rate, discount_rate_per_period,
                                       discount_factor, discount, others);
        options.seed = to_seed(seed);
        options.paths = to_index(paths, "paths");
        options.first_path = to_index(first_path, "first_path");
        options.threads = to_threads(threads);
        const Rewards money = to_money(rewards, of, fit);
        return BoundCohorts{
            reported(progress, options.paths, "paths", options, [&] { return simulate_cohort(of, money, options); }),
            of, !rewards.is_none() || fit != nullptr};
      },
      py::arg("chain"), py::arg("customers") = py::none(), py::kw_only(), py::arg("horizon"),
      py::arg("start") = py::none(), py::arg("stock") = py::none(), py::arg("arrivals") = py::none(),
      py::arg("rewards") = py::none(), py::arg("annual_discount_rate") = py::none(),
      py::arg("discount_rate_per_period") = py::none(), py::arg("discount_factor") = py::none(),
      py::arg("discount") = py::none(), py::arg("seed") = defaults.seed, py::arg("paths") = defaults.paths,
      py::arg("first_path") = defaults.first_path, py::arg("threads") = py::none(), py::arg("progress") = false,
      docs(docs(doc::simulate_cohort, doc::file_cohorts).c_str(), simulate_cohort_text).c_str());
}

}  // namespace sojourn::python
