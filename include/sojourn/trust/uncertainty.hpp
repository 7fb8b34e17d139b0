/// \file uncertainty.hpp
/// How sure we are: any answer about a chain, carried from the data to an interval.
///
/// Three ways. *Posterior*: after counting, row `i` of the chain is Dirichlet(`posterior` row `i`), rows independent,
/// and mean rewards are normal with their standard errors; the answer is asked of many such chains. *Delta method*: the
/// same laws, the answer taken as linear near the estimate; no draws, a normal interval. *Bootstrap*: customers are
/// drawn again with replacement and everything is fitted anew; for data in which the moves of one customer depend on
/// each other more than a chain says (customers differ), where the other two are too narrow. None of them sees what no
/// customer of the log did: where a few customers spend most of the money, all three lie too low until some of these
/// are in the log. (A. Gelman et al., "Bayesian Data Analysis", 2013, 3.4; B. Efron & R. J. Tibshirani, "An
/// Introduction to the Bootstrap", 1993, chapters 6 and 13.)
#pragma once

#include "sojourn/trust/answer.hpp"        // IWYU pragma: export
#include "sojourn/trust/bootstrap.hpp"     // IWYU pragma: export
#include "sojourn/trust/delta_method.hpp"  // IWYU pragma: export
#include "sojourn/trust/posterior.hpp"     // IWYU pragma: export
#include "sojourn/trust/uncertain.hpp"     // IWYU pragma: export
