// What is asked of a full matrix: decompositions, which take the compiler long, stand behind this header alone.
#pragma once

#include <Eigen/Core>
#include <optional>

namespace sojourn::detail {

Eigen::VectorXcd eigenvalues(const Eigen::MatrixXd& matrix);

/// The eigenvalue of largest real part, and the sizes of its vector where they are asked for.
struct LeadingPair {
  double real;
  Eigen::VectorXd vector;
};
LeadingPair leading_pair(const Eigen::MatrixXd& matrix, bool with_vector);

/// `x` with `matrix x = b`; nothing where the matrix is as good as singular.
std::optional<Eigen::VectorXd> solve_full(const Eigen::MatrixXd& matrix, const Eigen::VectorXd& b);

double trace_of_inverse(const Eigen::MatrixXd& matrix);

}  // namespace sojourn::detail
