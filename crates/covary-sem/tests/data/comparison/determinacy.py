"""Makes determinacy.json: numpy only, from the estimates that lavaan 0.6-14 gives for the three-factor model.

Rscript -e 'suppressMessages(library(lavaan)); f <- cfa("visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9",
  read.csv("../../../../../tests/data/holzinger_swineford_1939.csv"), optim.force.converged = TRUE,
  control = list(rel.tol = 1e-14, x.tol = 1e-14)); e <- lavInspect(f, "est"); jsonlite::write_json(lapply(e[c("lambda", "psi", "theta")],
  unclass), "/dev/stdout", digits = NA)' | python3 determinacy.py

Correlations of factors and scores from their joint covariance matrix (Grice 2001): the scores are made for a large table of
answers y = Lambda eta + e whose joint moments are exact, so that no formula for the determinacy itself is used.
"""
import json, sys
import numpy as np

given = json.load(sys.stdin)
loadings, factors, errors = (np.array(given[name], float) for name in ("lambda", "psi", "theta"))
sigma = loadings @ factors @ loadings.T + errors
joint = np.block([[factors, factors @ loadings.T], [loadings @ factors, sigma]])
root = np.linalg.cholesky(joint)
n = 12 * 64
# Columns that are orthonormal: their sample covariance matrix (divisor n) is the identity exactly.
basis, _ = np.linalg.qr(np.random.default_rng(1).standard_normal((n, 12)) - 0.0)
table = basis @ root.T * np.sqrt(n)
eta, y = table[:, :3], table[:, 3:]
precision = np.linalg.inv(sigma)
scores = {
    "regression": y @ precision @ loadings @ factors,
    "bartlett": y @ np.linalg.inv(errors) @ loadings @ np.linalg.inv(loadings.T @ np.linalg.inv(errors) @ loadings),
}
correlate = lambda a, b: float(a @ b / np.sqrt((a @ a) * (b @ b)))
json.dump({name: [correlate(eta[:, j], s[:, j]) for j in range(3)] for name, s in scores.items()}, open("determinacy.json", "w"))
