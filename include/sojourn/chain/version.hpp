/// \file version.hpp
/// The version of the library: the one place where it is written.
#pragma once

#define SOJOURN_VERSION "0.1.0"
