#include "sojourn/model/model.hpp"

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <stdexcept>

#include "model/documents.hpp"
#include "sojourn/chain/version.hpp"
#include "support/text.hpp"

namespace sojourn {

namespace {

using detail::document_of;
using detail::Json;
using detail::JsonReader;

std::string written(const std::string& what, Json content) {
  Json document{{"format", "sojourn " + what}, {"version", model_format_version}, {"library", SOJOURN_VERSION}};
  document.update(content);
  try {
    return document.dump(1) + '\n';
  } catch (const Json::exception&) {
    throw std::invalid_argument("model: a text in it is not UTF-8; re-encode it");
  }
}

template <class Read>
auto read(std::string_view given, const std::string& what, Read&& read_at) {
  const Json document = detail::parse_json(given);
  const JsonReader at(document);
  const std::string format = at.at("format").text();
  if (format != "sojourn " + what) {
    at.at("format").refuse("expected 'sojourn " + what + "', found " + text::quoted(format));
  }
  const std::int64_t version = at.at("version").integer();
  if (version < 1 || version > model_format_version) {
    at.at("version").refuse("this library reads versions 1 to " + std::to_string(model_format_version) + ", found " +
                            std::to_string(version) + "; update the library");
  }
  return read_at(at);
}

}  // namespace

bool Model::operator==(const Model& other) const {
  const bool same_start = start.has_value() == other.start.has_value() && (!start || *start == *other.start);
  return chain == other.chain && fit == other.fit && rewards == other.rewards && discount == other.discount &&
         same_start && provenance == other.provenance;
}

std::string to_json(const Model& model) {
  return written("model", document_of(model));
}
std::string to_json(const Lifecycle& lifecycle) {
  return written("lifecycle", document_of(lifecycle));
}
std::string to_json(const Chain& chain) {
  return written("chain", document_of(chain));
}
std::string to_json(const Rewards& rewards) {
  return written("rewards", document_of(rewards));
}
std::string to_json(const Counts& counts) {
  return written("counts", document_of(counts));
}
std::string to_json(const FitResult& fit) {
  return written("fit", document_of(fit));
}

Model model_from_json(std::string_view text) {
  return read(text, "model", detail::model_at);
}
Lifecycle lifecycle_from_json(std::string_view text) {
  return read(text, "lifecycle", detail::lifecycle_at);
}
Chain chain_from_json(std::string_view text) {
  return read(text, "chain", detail::chain_at);
}
Rewards rewards_from_json(std::string_view text) {
  return read(text, "rewards", detail::rewards_at);
}
Counts counts_from_json(std::string_view text) {
  return read(text, "counts", detail::counts_at);
}
FitResult fit_from_json(std::string_view text) {
  return read(text, "fit", detail::fit_at);
}

void save_model(const Model& model, const std::string& path) {
  const std::string content = to_json(model);
  // Written beside the old file and moved over it, so that a failure leaves the old one whole.
  const std::string unfinished = path + ".part";
  {
    std::ofstream file(unfinished, std::ios::binary | std::ios::trunc);
    file.write(content.data(), static_cast<std::streamsize>(content.size()));
    file.close();
    if (!file) {
      std::remove(unfinished.c_str());
      throw std::runtime_error("save_model: cannot write " + text::quoted(path) +
                               "; check that the folder exists and may be written to");
    }
  }
  std::error_code failure;
  std::filesystem::rename(unfinished, path, failure);
  if (failure) {
    std::remove(unfinished.c_str());
    throw std::runtime_error("save_model: cannot write " + text::quoted(path) + ": " + failure.message());
  }
}

Model load_model(const std::string& path, std::uint64_t max_bytes) {
  std::error_code failure;
  const std::uint64_t size = std::filesystem::file_size(path, failure);
  if (failure) throw std::runtime_error("load_model: cannot read " + text::quoted(path) + ": " + failure.message());
  if (size > max_bytes) {
    throw std::invalid_argument("load_model: " + text::quoted(path) + " has " +
                                text::plural(static_cast<std::int64_t>(size), "byte") +
                                ", more than max_bytes = " + text::grouped(static_cast<std::int64_t>(max_bytes)));
  }
  std::string content(size, '\0');
  std::ifstream file(path, std::ios::binary);
  file.read(content.data(), static_cast<std::streamsize>(size));
  if (!file) throw std::runtime_error("load_model: cannot read " + text::quoted(path));
  return model_from_json(content);
}

}  // namespace sojourn
