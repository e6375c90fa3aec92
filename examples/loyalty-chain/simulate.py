"""Makes survey.csv: 420 simulated respondents, 4 constructs, seven-point items; no respondent is real.

quality -> satisfaction -> trust -> loyalty, with direct paths quality -> trust and satisfaction -> loyalty. Run with Python 3.11 and numpy 2:
python3 simulate.py
"""
import csv
import numpy as np

rng = np.random.default_rng(20240614)
n = 420
quality = rng.standard_normal(n)
satisfaction = 0.55 * quality + np.sqrt(1 - 0.55**2) * rng.standard_normal(n)
trust = 0.45 * satisfaction + 0.20 * quality + 0.80 * rng.standard_normal(n)
loyalty = 0.40 * trust + 0.30 * satisfaction + 0.75 * rng.standard_normal(n)
cuts = np.array([-1.9, -1.3, -0.7, -0.05, 0.6, 1.3])
columns = {}
for name, factor, loadings in [
    ("QUA", quality, [0.80, 0.78, 0.74, 0.70]),
    ("SAT", satisfaction, [0.84, 0.80, 0.77]),
    ("TRU", trust, [0.82, 0.79, 0.76, 0.72]),
    ("LOY", loyalty, [0.85, 0.81, 0.75]),
]:
    factor = factor / factor.std()
    for k, loading in enumerate(loadings, 1):
        latent = loading * factor + np.sqrt(1 - loading**2) * rng.standard_normal(n)
        columns[f"{name}{k}"] = 1 + np.searchsorted(cuts, latent)
# TRU4 is worded negatively.
columns["TRU4"] = 8 - columns["TRU4"]
gender = rng.integers(1, 3, n)
age = rng.choice([1, 2, 3, 4], n, p=[0.25, 0.4, 0.25, 0.1])
seconds = np.round(np.exp(rng.normal(5.6, 0.35, n))).astype(int)
missing = rng.random((n, 14)) < 0.004
with open("survey.csv", "w", newline="") as file:
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(["respondent", "gender", "age", "seconds", *columns])
    for i in range(n):
        answers = ["" if missing[i, j] else int(values[i]) for j, values in enumerate(columns.values())]
        writer.writerow([i + 1, int(gender[i]), int(age[i]), int(seconds[i]), *answers])
