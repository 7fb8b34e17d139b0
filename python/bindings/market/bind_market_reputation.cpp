#include "docs/market/market.hpp"
#include "docs/market/reputation.hpp"
#include "market/bound_reputation.hpp"
#include "market/pickled_parts.hpp"
#include "market/reputation_keywords.hpp"
#include "support/members.hpp"
#include "support/shown.hpp"
#include "support/text.hpp"

SOJOURN_ARGUMENT(RatesArgument, "Mapping[str, float] | ArrayLike | None");
SOJOURN_ARGUMENT(SourcesArgument, "Sequence[ExperienceSource]");
SOJOURN_ARGUMENT(LawOfReputationArgument, "ReputationLaw | None");

namespace sojourn::python {

namespace {

BoundSource make_source(const std::string& name, const NumberArgument& weight, const RatesArgument& good,
                        const RatesArgument& bad) {
  return {.name = name, .weight = to_number(weight, "weight"), .good = good, .bad = bad};
}

BoundReputation make_reputation(const std::string& search, const NamesArgument& onward, const SourcesArgument& sources,
                                const LawOfReputationArgument& law, const ReputationKeywords& numbers,
                                const NumberArgument& good, const NumberArgument& bad) {
  BoundReputation bound;
  bound.reputation.search = search;
  if (!onward.is_none()) bound.reputation.onward = to_names(onward, "onward");
  bound.reputation.law = numbers.law();
  if (!law.is_none()) {
    const auto& given = to_instance<ReputationLaw>(law, "law", "a ReputationLaw");
    if (!(bound.reputation.law == ReputationLaw{}))
      throw py::type_error("law: holds retention, priors, sensitivity and reference already; give either");
    bound.reputation.law = given;
  }
  bound.reputation.good = to_number(good, "good");
  bound.reputation.bad = to_number(bad, "bad");
  bound.sources = to_instances<BoundSource>(sources, "sources", "ExperienceSource objects");
  return bound;
}

void bind_source(py::module_& m) {
  const ExperienceSource source;
  py::class_<BoundSource>(m, "ExperienceSource", doc::ExperienceSource)
      .def(pickled_by_fields<BoundSource>("ExperienceSource", &BoundSource::name, &BoundSource::weight,
                                          &BoundSource::good, &BoundSource::bad))
      .def(py::init(&make_source), py::arg("name") = source.name, py::kw_only(), py::arg("weight") = source.weight,
           py::arg("good") = py::none(), py::arg("bad") = py::none(),
           R"(Parameters
----------
name : str
    Friends, reviews, own site; for messages.
weight : float
    What one shared experience adds to the stock, at least 0.
good, bad : dict {state: rate} or array_like of shape (n_states,), optional
    Experiences shared per period by one who is in a state.)")
      .def_readonly("name", &BoundSource::name, doc::ExperienceSource_name)
      .def_readonly("weight", &BoundSource::weight, doc::ExperienceSource_weight)
      .def("__repr__", [](const BoundSource& self) {
        return called("ExperienceSource", shown(self.name), field("weight", self.weight));
      });
}

}  // namespace

MarketReputation BoundReputation::over(const StateSpace& states) const {
  MarketReputation whole = reputation;
  for (const BoundSource& source : sources) {
    const std::string name = "source " + text::quoted(source.name);
    const auto rates = [&](const py::object& given, const char* which) {
      return given.is_none() ? Vector() : to_amounts(given, states, (name + ": " + which).c_str());
    };
    whole.sources.push_back({.name = source.name,
                             .weight = source.weight,
                             .good = rates(source.good, "good"),
                             .bad = rates(source.bad, "bad")});
  }
  return whole;
}

void bind_market_reputation(py::module_& m) {
  bind_source(m);

  const MarketReputation defaults;
  py::class_<BoundReputation> bound(m, "MarketReputation", docs(doc::MarketReputation, doc::file_reputation).c_str());
  bound.def(
      pickled_by_fields<BoundReputation>("MarketReputation", &BoundReputation::reputation, &BoundReputation::sources));
  define_init(bound, &make_reputation, py::arg("search"), py::kw_only(), py::arg("onward") = py::none(),
              py::arg("sources") = py::tuple(), py::arg("law") = py::none(), ReputationKeywords::arguments(),
              py::arg("good") = defaults.good, py::arg("bad") = defaults.bad,
              R"(Parameters
----------
search : str
    The state of those who search.
onward : sequence of str, optional
    Where they go on to. Without it wherever their row leads, but for staying and for absorbing states.
sources : sequence of ExperienceSource
    Where experiences are shared.
law : ReputationLaw, optional
    What `fit_reputation` found, say; in place of the five numbers that follow.
retention : float
    Share of the stock of experiences that is left after a period, in [0, 1).
prior_good, prior_bad : float
    Experiences to begin with, above 0.
sensitivity : float
    Log-odds of going on per unit of reputation.
reference : float
    Reputation at which the chain's own probability holds, in [0, 1].
good, bad : float
    Stocks of experiences today, at least 0.)");
  bound
      .def_property_readonly("search", member_of(&BoundReputation::reputation, &MarketReputation::search),
                             doc::MarketReputation_search)
      .def("__repr__", [](const BoundReputation& self) {
        return called("MarketReputation", shown(self.reputation.search),
                      text::plural(static_cast<std::int64_t>(self.sources.size()), "source"));
      });
}

}  // namespace sojourn::python
