/// \file types.hpp
/// The number types that every other header speaks in.
///
/// A matrix is row-major, so that row `i` is what leaves state `i` and so that NumPy sees it without a copy.
#pragma once

#include <Eigen/Core>
#include <Eigen/SparseCore>
#include <cstdint>

namespace sojourn {

using Index = Eigen::Index;

using Vector = Eigen::VectorXd;
using Matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
/// The same with only its entries that are not zero.
using SparseMatrix = Eigen::SparseMatrix<double, Eigen::RowMajor>;
using Mask = Eigen::Matrix<bool, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using CountVector = Eigen::Matrix<std::int64_t, Eigen::Dynamic, 1>;
using CountMatrix = Eigen::Matrix<std::int64_t, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

}  // namespace sojourn
