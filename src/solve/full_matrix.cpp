#include "solve/full_matrix.hpp"

#include <Eigen/Eigenvalues>
#include <Eigen/LU>

namespace sojourn::detail {

Eigen::VectorXcd eigenvalues(const Eigen::MatrixXd& matrix) {
  return Eigen::EigenSolver<Eigen::MatrixXd>(matrix, false).eigenvalues();
}

LeadingPair leading_pair(const Eigen::MatrixXd& matrix, bool with_vector) {
  const Eigen::EigenSolver<Eigen::MatrixXd> solver(matrix, with_vector);
  Eigen::Index largest = 0;
  solver.eigenvalues().real().maxCoeff(&largest);
  LeadingPair pair{solver.eigenvalues()[largest].real(), {}};
  if (with_vector) pair.vector = solver.eigenvectors().col(largest).real().cwiseAbs();
  return pair;
}

std::optional<Eigen::VectorXd> solve_full(const Eigen::MatrixXd& matrix, const Eigen::VectorXd& b) {
  const Eigen::PartialPivLU<Eigen::MatrixXd> factors(matrix);
  if (!(factors.rcond() > 1e-14)) return std::nullopt;
  return factors.solve(b);
}

double trace_of_inverse(const Eigen::MatrixXd& matrix) {
  return matrix.partialPivLu().inverse().trace();
}

}  // namespace sojourn::detail
