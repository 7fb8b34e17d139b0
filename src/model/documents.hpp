// Models and their parts as JSON documents.
#pragma once

#include "model/json_reader.hpp"
#include "sojourn/model/model.hpp"

namespace sojourn::detail {

Json document_of(const Lifecycle& lifecycle);
Json document_of(const Chain& chain);
Json document_of(const Rewards& rewards);
Json document_of(const Counts& counts);
Json document_of(const FitResult& fit);
/// Throws `invalid_argument` where the parts do not fit each other.
Json document_of(const Model& model);

// Read at a place of a document: what is wrong there is refused with the place.
Lifecycle lifecycle_at(const JsonReader& at);
Chain chain_at(const JsonReader& at);
Rewards rewards_at(const JsonReader& at);
Counts counts_at(const JsonReader& at);
FitResult fit_at(const JsonReader& at);
Model model_at(const JsonReader& at);

}  // namespace sojourn::detail
