#include "sojourn/market/referral_rates.hpp"

#include <algorithm>
#include <cmath>

#include "data/log_columns.hpp"
#include "docs.hpp"
#include "market/pickled_parts.hpp"
#include "support/arguments.hpp"
#include "support/text_table.hpp"

SOJOURN_ARGUMENT(StateCountsArgument, "Mapping[str, int] | ArrayLike | None");
SOJOURN_ARGUMENT(RateStatesArgument, "StateSpace | Lifecycle | Sequence[str] | None");
SOJOURN_ARGUMENT(RatePeriodArgument, "Period | str | None");

namespace sojourn::python {

namespace {

constexpr std::initializer_list<std::pair<const char*, Impossible>> impossible = {{"refuse", Impossible::refuse},
                                                                                  {"drop", Impossible::drop}};
constexpr std::initializer_list<std::pair<const char*, UnknownReferred>> unknown_referreds = {
    {"drop", UnknownReferred::drop}, {"keep", UnknownReferred::keep}};
constexpr std::initializer_list<std::pair<const char*, StatesWithoutData>> without_data = {
    {"refuse", StatesWithoutData::refuse}, {"zero", StatesWithoutData::zero}};
constexpr std::initializer_list<std::pair<const char*, OffspringLaw>> offspring_laws = {
    {"poisson", OffspringLaw::poisson}, {"bernoulli", OffspringLaw::bernoulli}, {"geometric", OffspringLaw::geometric}};
constexpr std::initializer_list<std::pair<const char*, RateOf>> rates_of = {
    {"referrals", RateOf::referrals},
    {"good_experiences", RateOf::good_experiences},
    {"bad_experiences", RateOf::bad_experiences}};

struct ReportCount {
  const char* name;
  std::int64_t WordOfMouthReport::* member;
  const char* contract;
};

constexpr ReportCount report_counts[] = {
    {"rows_read", &WordOfMouthReport::rows_read, "Rows of the log."},
    {"rows_used", &WordOfMouthReport::rows_used, "Rows that were placed in a period."},
    {"missing_customer", &WordOfMouthReport::missing_customer, doc::WordOfMouthReport_missing_customer},
    {"missing_referred", &WordOfMouthReport::missing_referred, doc::WordOfMouthReport_missing_referred},
    {"missing_time", &WordOfMouthReport::missing_time, doc::WordOfMouthReport_missing_time},
    {"invalid_time", &WordOfMouthReport::invalid_time, doc::WordOfMouthReport_invalid_time},
    {"missing_rating", &WordOfMouthReport::missing_rating, doc::WordOfMouthReport_missing_rating},
    {"invalid_rating", &WordOfMouthReport::invalid_rating, doc::WordOfMouthReport_invalid_rating},
    {"unknown_customer", &WordOfMouthReport::unknown_customer, doc::WordOfMouthReport_unknown_customer},
    {"unknown_referred", &WordOfMouthReport::unknown_referred, doc::WordOfMouthReport_unknown_referred},
    {"self_referral", &WordOfMouthReport::self_referral, doc::WordOfMouthReport_self_referral},
    {"before_first_event", &WordOfMouthReport::before_first_event, doc::WordOfMouthReport_before_first_event},
    {"referred_twice", &WordOfMouthReport::referred_twice, doc::WordOfMouthReport_referred_twice},
    {"cycles", &WordOfMouthReport::cycles, doc::WordOfMouthReport_cycles},
    {"after_leaving", &WordOfMouthReport::after_leaving, doc::WordOfMouthReport_after_leaving},
    {"after_last_period", &WordOfMouthReport::after_last_period, doc::WordOfMouthReport_after_last_period},
    {"between_periods", &WordOfMouthReport::between_periods, doc::WordOfMouthReport_between_periods},
    {"customers", &WordOfMouthReport::customers, doc::WordOfMouthReport_customers},
};

/// Whole numbers of at least -2^53 per state, from a dict or an array.
CountVector to_counts(py::handle object, const StateSpace& states, const char* argument) {
  const Vector given = to_amounts(object, states, argument);
  CountVector counts(given.size());
  for (Index i = 0; i < given.size(); ++i) {
    if (!(std::abs(given[i]) <= 0x1p53) || given[i] != std::floor(given[i]))
      throw py::value_error(std::string(argument) + ": '" + states.name(i) + "' has " +
                            std::string(py::repr(py::float_(given[i]))) + "; expected a whole number");
    counts[i] = static_cast<std::int64_t>(given[i]);
  }
  return counts;
}

/// Where counts are given as numbers: what they are counts of.
struct Given {
  Lifecycle lifecycle;
  Period period;
};

Given to_given(const char* where, const RateStatesArgument& states, const std::vector<std::string>& exits,
               const RatePeriodArgument& period) {
  const auto need = [where](const py::object& given, const char* argument, const char* what) {
    if (given.is_none()) throw py::type_error(std::string(where) + ": " + argument + ": " + what);
  };
  need(states, "states", "say which states the counts are of, or pass the lifecycle");
  need(period, "period", "say how long a customer-period is, such as 'month'");
  if (py::isinstance<Lifecycle>(states)) {
    if (!exits.empty()) throw py::value_error("exits: the lifecycle brings its own; leave exits= out");
    return {states.cast<Lifecycle>(), to_period(period, "period")};
  }
  return {Lifecycle(to_states(states, "states"), exits), to_period(period, "period")};
}

void need_nothing(const char* where, std::initializer_list<std::pair<const char*, bool>> given) {
  for (const auto& [argument, is_given] : given) {
    if (is_given)
      throw py::type_error(std::string(where) + ": " + argument + ": counts of a log bring it along; leave it out");
  }
}

RateOptions to_options(const NumberArgument& prior_shape, const NumberArgument& prior_periods,
                       const std::string& states_without_data) {
  return {.prior_shape = to_number(prior_shape, "prior_shape"),
          .prior_periods = to_number(prior_periods, "prior_periods"),
          .states_without_data = to_choice(states_without_data, "states_without_data", without_data)};
}

/// Rows name a customer by the position of one of his journeys; positions beyond are strangers.
std::vector<std::int64_t> to_codes(const Column<std::int64_t>& rows, const std::vector<std::int64_t>& customers) {
  std::int64_t beyond = 0;
  for (const std::int64_t code : customers) beyond = std::max(beyond, code + 1);
  const auto n = static_cast<std::int64_t>(customers.size());
  std::vector<std::int64_t> codes;
  codes.reserve(static_cast<std::size_t>(rows.size()));
  for (const std::int64_t row : span_of(rows)) {
    codes.push_back(row < 0 ? -1 : row < n ? customers[static_cast<std::size_t>(row)] : beyond + (row - n));
  }
  return codes;
}

/// The name of a code, asked of Python by the position that stands for it.
std::function<std::string(std::int64_t)> to_name(const py::object& names, const std::vector<std::int64_t>& customers) {
  return [&names, &customers](std::int64_t code) {
    const py::gil_scoped_acquire acquire;
    std::int64_t beyond = 0;
    for (const std::int64_t known : customers) beyond = std::max(beyond, known + 1);
    const auto found = std::find(customers.begin(), customers.end(), code);
    const auto n = static_cast<std::int64_t>(customers.size());
    const std::int64_t position = found != customers.end() ? found - customers.begin() : n + (code - beyond);
    return std::string(py::str(names(position)));
  };
}

std::optional<GridOptions> to_grid(const RatePeriodArgument& period, const OriginArgument& origin,
                                   const WholeArgument& churn_after, const DateArgument& until) {
  if (period.is_none()) return std::nullopt;
  return GridOptions{.period = to_period(period, "period"),
                     .origin = to_origin(origin),
                     .until = to_optional_day(until, "until"),
                     .churn_after = to_index(churn_after, "churn_after")};
}

/// The library sees a time that could not be read as a missing one.
void move_invalid(WordOfMouthReport& report, std::int64_t invalid_time) {
  report.missing_time -= invalid_time;
  report.invalid_time += invalid_time;
}

py::array state_names(const StateSpace& states) {
  return py::module_::import("numpy").attr("array")(py::cast(states.names()));
}

std::string table_of(const StateRates& rates) {
  const RateInterval ends = rates.interval(0.9);
  text::Table table({"state", "events", "periods", "rate", "lower", "upper"});
  const double largest = std::max(ends.upper.vector().maxCoeff(), 1e-9);
  for (Index i = 0; i < rates.states().n_states(); ++i) {
    table.add({text::plain(rates.states().name(i)), std::to_string(rates.events()[i]),
               std::to_string(rates.periods()[i]), text::amount(rates.mean().at(i), largest),
               text::amount(ends.lower.at(i), largest), text::amount(ends.upper.at(i), largest)});
  }
  return rates.definition() + "; interval of 90 %\n" + table.text();
}

template <class Counts>
auto counts_view(CountVector Counts::* member) {
  return [member](const py::object& self) { return view(self.cast<const Counts&>().*member, self); };
}

template <class Counts>
std::string counted(const char* name, const Counts& self) {
  return std::string(name) + "(rows_read=" + std::to_string(self.report.rows_read) +
         ", rows_used=" + std::to_string(self.report.rows_used) +
         ", customer_periods=" + std::to_string(self.periods.sum()) + ", period='" + self.period.name() + "')";
}

constexpr const char* rate_parameters = R"(
states : Lifecycle, StateSpace or sequence of str
    What the numbers are of; not for counts of a log, which know it.
exits : sequence of str
    States that are never left, where `states` is no lifecycle: they have no rate.
period : Period or str
    How long a customer-period is.
prior_shape, prior_periods : float
    Of the Gamma prior: events seen before, as it were, above 0, in so many customer-periods.
states_without_data : {"refuse", "zero"}
    What to do with states that no customer was seen in, where the prior has no periods.)";

void bind_report(py::module_& m) {
  py::class_<WordOfMouthReport> report(m, "WordOfMouthReport", doc::WordOfMouthReport);
  for (const ReportCount& count : report_counts) report.def_readonly(count.name, count.member, count.contract);
  report
      .def_property_readonly("rows_dropped", &WordOfMouthReport::rows_dropped,
                             "Rows dropped for one reason or another.")
      .def("notes", &WordOfMouthReport::notes, doc::WordOfMouthReport_notes)
      .def(
          "to_dict",
          [](const WordOfMouthReport& self) {
            py::dict counts;
            for (const ReportCount& count : report_counts) counts[count.name] = self.*count.member;
            counts["rows_dropped"] = self.rows_dropped();
            return counts;
          },
          "Every count by its name.")
      .def(
          "__eq__", [](const WordOfMouthReport& a, const WordOfMouthReport& b) { return a == b; }, py::is_operator())
      .def("__str__",
           [](const WordOfMouthReport& self) {
             std::string all;
             for (const std::string& note : self.notes()) all += note + "\n";
             return all;
           })
      .def(pickled_by_fields<WordOfMouthReport>(
          "WordOfMouthReport", &WordOfMouthReport::rows_read, &WordOfMouthReport::rows_used,
          &WordOfMouthReport::missing_customer, &WordOfMouthReport::missing_referred, &WordOfMouthReport::missing_time,
          &WordOfMouthReport::invalid_time, &WordOfMouthReport::missing_rating, &WordOfMouthReport::invalid_rating,
          &WordOfMouthReport::unknown_customer, &WordOfMouthReport::unknown_referred, &WordOfMouthReport::self_referral,
          &WordOfMouthReport::before_first_event, &WordOfMouthReport::referred_twice, &WordOfMouthReport::cycles,
          &WordOfMouthReport::after_leaving, &WordOfMouthReport::after_last_period, &WordOfMouthReport::between_periods,
          &WordOfMouthReport::customers))
      .def("__repr__", [](const WordOfMouthReport& self) {
        return "WordOfMouthReport(rows_read=" + std::to_string(self.rows_read) +
               ", rows_used=" + std::to_string(self.rows_used) +
               ", rows_dropped=" + std::to_string(self.rows_dropped()) + ")";
      });
}

void bind_counts_of_logs(py::module_& m) {
  py::class_<ReferralCounts>(m, "ReferralCounts", doc::ReferralCounts)
      .def_readonly("lifecycle", &ReferralCounts::lifecycle, "States, allowed moves and exits.")
      .def_property_readonly(
          "states", [](const ReferralCounts& self) { return self.lifecycle.states(); }, "The states, in order.")
      .def_readonly("period", &ReferralCounts::period, doc::ReferralCounts_period)
      .def_property_readonly("referrals", counts_view(&ReferralCounts::referrals), doc::ReferralCounts_referrals)
      .def_property_readonly("periods", counts_view(&ReferralCounts::periods), doc::ReferralCounts_periods)
      .def_property_readonly(
          "newcomers", [](const py::object& self) { return view(self.cast<const ReferralCounts&>().newcomers, self); },
          doc::ReferralCounts_newcomers)
      .def_property_readonly("arrivals", counts_view(&ReferralCounts::arrivals), doc::ReferralCounts_arrivals)
      .def_readonly("report", &ReferralCounts::report, doc::WordOfMouthReport)
      .def(pickled_by_fields<ReferralCounts>(
          "ReferralCounts", &ReferralCounts::lifecycle, &ReferralCounts::period, &ReferralCounts::referrals,
          &ReferralCounts::periods, &ReferralCounts::newcomers, &ReferralCounts::arrivals, &ReferralCounts::report))
      .def("__repr__", [](const ReferralCounts& self) { return counted("ReferralCounts", self); });

  py::class_<SharingCounts>(m, "SharingCounts", doc::SharingCounts)
      .def_readonly("lifecycle", &SharingCounts::lifecycle, "States, allowed moves and exits.")
      .def_property_readonly(
          "states", [](const SharingCounts& self) { return self.lifecycle.states(); }, "The states, in order.")
      .def_readonly("period", &SharingCounts::period, doc::SharingCounts_period)
      .def_property_readonly("good", counts_view(&SharingCounts::good), doc::SharingCounts_good)
      .def_property_readonly("bad", counts_view(&SharingCounts::bad), doc::SharingCounts_bad)
      .def_property_readonly("neither", counts_view(&SharingCounts::neither), doc::SharingCounts_neither)
      .def_property_readonly("periods", counts_view(&SharingCounts::periods), doc::SharingCounts_periods)
      .def_property_readonly(
          "good_at_least", [](const SharingCounts& self) { return self.scale.good_at_least; },
          "Ratings of at least this are good.")
      .def_property_readonly(
          "bad_at_most", [](const SharingCounts& self) { return self.scale.bad_at_most; },
          "Ratings of at most this are bad.")
      .def_readonly("report", &SharingCounts::report, doc::WordOfMouthReport)
      .def(pickled_by_fields<SharingCounts>("SharingCounts", &SharingCounts::lifecycle, &SharingCounts::period,
                                            &SharingCounts::good, &SharingCounts::bad, &SharingCounts::neither,
                                            &SharingCounts::periods, &SharingCounts::scale, &SharingCounts::report))
      .def("__repr__", [](const SharingCounts& self) { return counted("SharingCounts", self); });

  m.def(
      "referral_counts",
      [](const LabelledJourneys& journeys, const Column<std::int64_t>& referrer, const Column<std::int64_t>& referred,
         const Column<std::int64_t>& time, const std::string& time_unit, const py::object& names,
         std::int64_t invalid_time, const RatePeriodArgument& period, const OriginArgument& origin,
         const WholeArgument& churn_after, const DateArgument& until, const std::string& cycles,
         const std::string& before_first_event, const std::string& unknown_referred) {
        const std::vector<std::int64_t>& customers = journeys.journeys.columns().customers;
        const std::vector<std::int64_t> brought_by = to_codes(referrer, customers);
        const std::vector<std::int64_t> brought = to_codes(referred, customers);
        const ReferralLog log{.referrer = brought_by,
                              .referred = brought,
                              .time = span_of(time),
                              .unit = to_time_unit(time_unit, "time_unit"),
                              .name = to_name(names, customers)};
        const ReferralCountOptions options{
            .grid = to_grid(period, origin, churn_after, until),
            .cycles = to_choice(cycles, "cycles", impossible),
            .before_first_event = to_choice(before_first_event, "before_first_event", impossible),
            .unknown_referred = to_choice(unknown_referred, "unknown_referred", unknown_referreds)};
        const auto run = [&] {
          const py::gil_scoped_release release;
          return referral_counts(journeys.journeys, log, options);
        };
        ReferralCounts counts = run();
        move_invalid(counts.report, invalid_time);
        return counts;
      },
      py::arg("journeys"), py::arg("referrer").noconvert(), py::arg("referred").noconvert(),
      py::arg("time").noconvert(), py::kw_only(), py::arg("time_unit"), py::arg("names"), py::arg("invalid_time"),
      py::arg("period"), py::arg("origin"), py::arg("churn_after"), py::arg("until"), py::arg("cycles"),
      py::arg("before_first_event"), py::arg("unknown_referred"), doc::referral_counts);

  m.def(
      "sharing_counts",
      [](const LabelledJourneys& journeys, const Column<std::int64_t>& customer, const Column<std::int64_t>& time,
         const Column<double>& rating, const NumberArgument& good_at_least, const NumberArgument& bad_at_most,
         const std::string& time_unit, const py::object& names, std::int64_t invalid_time,
         const RatePeriodArgument& period, const OriginArgument& origin, const WholeArgument& churn_after,
         const DateArgument& until) {
        const std::vector<std::int64_t>& customers = journeys.journeys.columns().customers;
        const std::vector<std::int64_t> raters = to_codes(customer, customers);
        const RatingLog log{.customer = raters,
                            .time = span_of(time),
                            .rating = span_of(rating),
                            .unit = to_time_unit(time_unit, "time_unit"),
                            .name = to_name(names, customers)};
        const RatingScale scale{.good_at_least = to_number(good_at_least, "good_at_least"),
                                .bad_at_most = to_number(bad_at_most, "bad_at_most")};
        const SharingCountOptions options{.grid = to_grid(period, origin, churn_after, until)};
        const auto run = [&] {
          const py::gil_scoped_release release;
          return sharing_counts(journeys.journeys, log, scale, options);
        };
        SharingCounts counts = run();
        move_invalid(counts.report, invalid_time);
        return counts;
      },
      py::arg("journeys"), py::arg("customer").noconvert(), py::arg("time").noconvert(), py::arg("rating").noconvert(),
      py::kw_only(), py::arg("good_at_least"), py::arg("bad_at_most"), py::arg("time_unit"), py::arg("names"),
      py::arg("invalid_time"), py::arg("period"), py::arg("origin"), py::arg("churn_after"), py::arg("until"),
      doc::sharing_counts);
}

void bind_rates(py::module_& m) {
  py::class_<RateInterval>(m, "RateInterval", doc::RateInterval)
      .def_readonly("level", &RateInterval::level, "As it was asked for.")
      .def_readonly("lower", &RateInterval::lower, "Lower ends, events per customer-period.")
      .def_readonly("upper", &RateInterval::upper, "Upper ends, events per customer-period.")
      .def(pickled_by_fields<RateInterval>("RateInterval", &RateInterval::level, &RateInterval::lower,
                                           &RateInterval::upper))
      .def("__repr__", [](const RateInterval& self) {
        return "RateInterval(level=" + std::string(py::repr(py::float_(self.level))) +
               ", lower=" + std::string(py::repr(py::cast(self.lower))) +
               ", upper=" + std::string(py::repr(py::cast(self.upper))) + ")";
      });

  py::class_<StateRates>(m, "StateRates", docs(doc::StateRates, doc::file_referral_rates).c_str())
      .def_property_readonly(
          "what", [](const StateRates& self) { return to_word(self.what(), rates_of); }, doc::RateOf)
      .def_property_readonly("lifecycle", &StateRates::lifecycle, "States, allowed moves and exits.")
      .def_property_readonly("states", &StateRates::states, "The states, in order.")
      .def_property_readonly("period", &StateRates::period, doc::StateRates_period)
      .def_property_readonly(
          "events", [](const py::object& self) { return view(self.cast<const StateRates&>().events(), self); },
          "Shape (n_states,): events.")
      .def_property_readonly(
          "periods", [](const py::object& self) { return view(self.cast<const StateRates&>().periods(), self); },
          "Shape (n_states,): customer-periods in which they could happen.")
      .def_property_readonly("mean", &StateRates::mean, doc::StateRates_mean)
      .def_property_readonly("standard_error", &StateRates::standard_error, doc::StateRates_standard_error)
      .def(
          "interval",
          [](const StateRates& self, const NumberArgument& level) { return self.interval(to_number(level, "level")); },
          py::arg("level"), doc::StateRates_interval)
      .def(
          "draw",
          [](const StateRates& self, const WholeArgument& draw, const ArrayArgument& seed) {
            return self.draw(to_index(draw, "draw"), to_seed(seed));
          },
          py::arg("draw"), py::kw_only(), py::arg("seed") = 0, doc::StateRates_draw)
      .def(
          "draws",
          [](const StateRates& self, const WholeArgument& n_draws, const ArrayArgument& seed) {
            const Index n = to_index(n_draws, "n_draws");
            const std::uint64_t from = to_seed(seed);
            const auto run = [&] {
              const py::gil_scoped_release release;
              return self.draws(n, from);
            };
            return copy(run());
          },
          py::arg("n_draws"), py::kw_only(), py::arg("seed") = 0, doc::StateRates_draws)
      .def_property_readonly(
          "unseen", [](const StateRates& self) { return names_of(self.states(), self.unseen()); },
          doc::StateRates_unseen)
      .def_property_readonly("definition", &StateRates::definition, doc::StateRates_definition)
      .def(
          "to_dict",
          [](const StateRates& self) {
            py::dict table;
            table["state"] = state_names(self.states());
            table["events"] = copy(self.events());
            table["periods"] = copy(self.periods());
            table["mean"] = copy(self.mean().vector());
            table["standard_error"] = copy(self.standard_error().vector());
            return table;
          },
          "A table, one row per state; each column a NumPy array.")
      .def("__str__", &table_of)
      .def(pickled<StateRates>(
          "StateRates",
          [](const StateRates& self) {
            return std::tuple(self.what(), self.lifecycle(), self.period(), self.events(), self.periods(),
                              self.options());
          },
          [](auto... part) { return StateRates(std::move(part)...); }))
      .def("__repr__", [](const StateRates& self) {
        return std::string("StateRates(what='") + to_word(self.what(), rates_of) +
               "', mean=" + std::string(py::repr(py::cast(self.mean()))) + ", period='" + self.period().name() + "')";
      });

  py::class_<SharingRates>(m, "SharingRates", doc::SharingRates)
      .def_readonly("good", &SharingRates::good, "Good experiences shared per customer-period.")
      .def_readonly("bad", &SharingRates::bad, "Bad experiences shared per customer-period.")
      .def("__str__", [](const SharingRates& self) { return table_of(self.good) + "\n" + table_of(self.bad); })
      .def(pickled_by_fields<SharingRates>("SharingRates", &SharingRates::good, &SharingRates::bad))
      .def("__repr__", [](const SharingRates& self) {
        return "SharingRates(good=" + std::string(py::repr(py::cast(self.good))) +
               ", bad=" + std::string(py::repr(py::cast(self.bad))) + ")";
      });

  const RateOptions defaults;
  m.def(
      "referral_rates",
      [](const py::object& referrals, const StateCountsArgument& periods, const RateStatesArgument& states,
         const std::vector<std::string>& exits, const RatePeriodArgument& period, const NumberArgument& prior_shape,
         const NumberArgument& prior_periods, const std::string& states_without_data) {
        const RateOptions options = to_options(prior_shape, prior_periods, states_without_data);
        if (py::isinstance<ReferralCounts>(referrals)) {
          need_nothing("referral_rates", {{"periods", !periods.is_none()},
                                          {"states", !states.is_none()},
                                          {"exits", !exits.empty()},
                                          {"period", !period.is_none()}});
          return referral_rates(referrals.cast<const ReferralCounts&>(), options);
        }
        if (periods.is_none()) throw py::type_error("referral_rates: periods: give the customer-periods of each state");
        const Given given = to_given("referral_rates", states, exits, period);
        const StateSpace& space = given.lifecycle.states();
        return referral_rates(given.lifecycle, given.period, to_counts(referrals, space, "referrals"),
                              to_counts(periods, space, "periods"), options);
      },
      py::arg("referrals"), py::arg("periods") = py::none(), py::kw_only(), py::arg("states") = py::none(),
      py::arg("exits") = std::vector<std::string>(), py::arg("period") = py::none(),
      py::arg("prior_shape") = defaults.prior_shape, py::arg("prior_periods") = defaults.prior_periods,
      py::arg("states_without_data") = to_word(defaults.states_without_data, without_data),
      docs((std::string(doc::referral_rates) + "\n\n" + doc::file_referral_rates).c_str(), (std::string(R"(Parameters
----------
referrals : ReferralCounts, dict {state: newcomers} or array_like of shape (n_states,)
    Counts of a log, or newcomers by the state of who brought them.
periods : dict {state: customer-periods} or array_like of shape (n_states,), optional
    Customer-periods seen in each state, also of those who brought nobody.)") + rate_parameters +
                                                                                            R"(

Returns
-------
StateRates
    `mean`, `standard_error`, `interval(level)`, `draws(n)`; newcomers per customer-period.

Raises
------
ValueError
    For counts that are negative or not whole, events in an exit or where nobody was, and states without data.

Examples
--------
>>> rates = referral_rates({"loyal": 30}, {"new": 400, "loyal": 600}, states=["new", "loyal"], period="month")
>>> round(rates.mean["loyal"], 5)
0.05083)")
                                                                                               .c_str())
          .c_str());

  m.def(
      "sharing_rates",
      [](const py::object& good, const StateCountsArgument& bad, const StateCountsArgument& periods,
         const RateStatesArgument& states, const std::vector<std::string>& exits, const RatePeriodArgument& period,
         const NumberArgument& prior_shape, const NumberArgument& prior_periods,
         const std::string& states_without_data) {
        const RateOptions options = to_options(prior_shape, prior_periods, states_without_data);
        if (py::isinstance<SharingCounts>(good)) {
          need_nothing("sharing_rates", {{"bad", !bad.is_none()},
                                         {"periods", !periods.is_none()},
                                         {"states", !states.is_none()},
                                         {"exits", !exits.empty()},
                                         {"period", !period.is_none()}});
          return sharing_rates(good.cast<const SharingCounts&>(), options);
        }
        if (bad.is_none()) throw py::type_error("sharing_rates: bad: give the bad experiences of each state");
        if (periods.is_none()) throw py::type_error("sharing_rates: periods: give the customer-periods of each state");
        const Given given = to_given("sharing_rates", states, exits, period);
        const StateSpace& space = given.lifecycle.states();
        return sharing_rates(given.lifecycle, given.period, to_counts(good, space, "good"),
                             to_counts(bad, space, "bad"), to_counts(periods, space, "periods"), options);
      },
      py::arg("good"), py::arg("bad") = py::none(), py::arg("periods") = py::none(), py::kw_only(),
      py::arg("states") = py::none(), py::arg("exits") = std::vector<std::string>(), py::arg("period") = py::none(),
      py::arg("prior_shape") = defaults.prior_shape, py::arg("prior_periods") = defaults.prior_periods,
      py::arg("states_without_data") = to_word(defaults.states_without_data, without_data),
      docs(doc::SharingRates, (std::string(R"(Parameters
----------
good : SharingCounts, dict {state: experiences} or array_like of shape (n_states,)
    Counts of a log, or good experiences by the state of who shared them.
bad : dict or array_like of shape (n_states,), optional
    Bad experiences, likewise.
periods : dict {state: customer-periods} or array_like of shape (n_states,), optional
    Customer-periods seen in each state, also of those who shared nothing.)") +
                               rate_parameters + R"(

Returns
-------
SharingRates
    `good` and `bad`, each as `referral_rates` gives them; experiences per customer-period.

Raises
------
ValueError
    As `referral_rates` does.)")
                                  .c_str())
          .c_str());
}

void bind_offspring(py::module_& m) {
  py::class_<OffspringCandidate>(m, "OffspringCandidate", doc::OffspringCandidate)
      .def_property_readonly(
          "law", [](const OffspringCandidate& self) { return to_word(self.law, offspring_laws); }, doc::OffspringLaw)
      .def_readonly("per_state", &OffspringCandidate::per_state, doc::OffspringCandidate_per_state)
      .def_readonly("n_means", &OffspringCandidate::n_means, doc::OffspringCandidate_n_means)
      .def_readonly("log_likelihood", &OffspringCandidate::log_likelihood,
                    "At the means of the data; None where the law makes the data impossible.")
      .def_readonly("criterion", &OffspringCandidate::criterion, doc::OffspringCandidate_criterion)
      .def(pickled_by_fields<OffspringCandidate>("OffspringCandidate", &OffspringCandidate::law,
                                                 &OffspringCandidate::per_state, &OffspringCandidate::n_means,
                                                 &OffspringCandidate::log_likelihood, &OffspringCandidate::criterion))
      .def("__repr__", [](const OffspringCandidate& self) {
        return std::string("OffspringCandidate(law='") + to_word(self.law, offspring_laws) +
               "', per_state=" + (self.per_state ? "True" : "False") +
               ", criterion=" + std::string(py::repr(py::cast(self.criterion))) + ")";
      });

  py::class_<OffspringFit>(m, "OffspringFit", doc::OffspringFit)
      .def_readonly("candidates", &OffspringFit::candidates, doc::OffspringFit_candidates)
      .def_property_readonly(
          "best", [](const OffspringFit& self) { return to_word(self.best, offspring_laws); }, doc::OffspringFit_best)
      .def_readonly("best_is_per_state", &OffspringFit::best_is_per_state, "The best candidate has a mean per state.")
      .def_readonly("difference", &OffspringFit::difference, doc::OffspringFit_difference)
      .def_readonly("mean", &OffspringFit::mean, doc::OffspringFit_mean)
      .def_readonly("customer_periods", &OffspringFit::customer_periods, "Customer-periods behind all this.")
      .def_readonly("most", &OffspringFit::most, doc::OffspringFit_most)
      .def_property_readonly("can_tell", &OffspringFit::can_tell, doc::OffspringFit_can_tell)
      .def("sentence", &OffspringFit::sentence, doc::OffspringFit_sentence)
      .def("__str__", &OffspringFit::sentence)
      .def(pickled_by_fields<OffspringFit>("OffspringFit", &OffspringFit::candidates, &OffspringFit::best,
                                           &OffspringFit::best_is_per_state, &OffspringFit::difference,
                                           &OffspringFit::mean, &OffspringFit::customer_periods, &OffspringFit::most))
      .def("__repr__", [](const OffspringFit& self) {
        return std::string("OffspringFit(best='") + to_word(self.best, offspring_laws) +
               "', difference=" + std::string(py::repr(py::float_(self.difference))) + ")";
      });

  m.def(
      "offspring_law",
      [](const py::object& newcomers) {
        if (py::isinstance<ReferralCounts>(newcomers)) return offspring_law(newcomers.cast<const ReferralCounts&>());
        const Matrix given = to_matrix(newcomers, "newcomers");
        CountMatrix table(given.rows(), given.cols());
        for (Index i = 0; i < given.size(); ++i) {
          const double count = given.data()[i];
          if (!(std::abs(count) <= 0x1p53) || count != std::floor(count))
            throw py::value_error("newcomers: found " + std::string(py::repr(py::float_(count))) +
                                  "; expected whole numbers of customer-periods");
          table.data()[i] = static_cast<std::int64_t>(count);
        }
        return offspring_law(table);
      },
      py::arg("newcomers"),
      docs(doc::offspring_law, R"(Parameters
----------
newcomers : ReferralCounts or array_like of shape (n_states, most + 1)
    Customer-periods in which 0, 1, 2, … newcomers were brought.

Returns
-------
OffspringFit)")
          .c_str());
}

}  // namespace

void bind_referral_rates(py::module_& m) {
  bind_report(m);
  bind_counts_of_logs(m);
  bind_rates(m);
  bind_offspring(m);
}

}  // namespace sojourn::python
