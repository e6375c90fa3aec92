"""Writes distributions.csv: probabilities to 17 digits, computed with mpmath at 60 digits.

Run with Python 3 and mpmath 1.3 or later: python3 distributions.py > distributions.csv
The formulas are the definitions (incomplete gamma and beta functions, Poisson mixtures), evaluated at
a precision at which cancellation does not matter.
"""

from mpmath import mp, mpf, betainc, erfc, gammainc, nstr, sqrt, exp, factorial, floor

mp.dps = 60


def d(x):
    """The exact value of the double nearest to the decimal x."""
    return mpf(float(x))


def gamma_lower(a, x):
    # The series only adds, so it is exact in the lower tail, where 1 - Q would cancel.
    from mpmath import gamma, log
    total, term, k = mpf(1), mpf(1), mpf(0)
    while term > total * mpf(10) ** -55:
        k += 1
        term *= x / (a + k)
        total += term
    return exp(a * log(x) - x - mp.loggamma(a + 1)) * total


def gamma_upper(a, x):
    return gammainc(a, x, mp.inf, regularized=True)


def noncentral(x, df, lam, tail):
    y, a, m = x / 2, df / 2, lam / 2
    start = int(floor((-a + sqrt(a * a + 4 * m * y)) / 2)) if tail is gamma_lower else int(floor(m)) + 1
    start = max(start, 0)
    def term(j):
        return exp(-m + j * mp.log(m) - mp.loggamma(j + 1)) * tail(a + j, y)
    total, j = mpf(0), start
    while True:
        t = term(j)
        total += t
        if t < total * mpf(10) ** -30 and j > start + 5 and j > m * (tail is gamma_upper):
            break
        j += 1
    j = start - 1
    while j >= 0:
        t = term(j)
        total += t
        if t < total * mpf(10) ** -30:
            break
        j -= 1
    return total


def row(name, args, value):
    if value < mpf(10) ** -305:  # a double cannot hold it
        return
    print(",".join([name, " ".join(repr(float(a)) for a in args), nstr(value, 17, strip_zeros=False)]))


print("# made by distributions.py (mpmath, 60 digits): function, arguments, value")
for x in ["-37", "-20", "-8.3", "-3", "-1.96", "-1", "-0.1", "0", "0.5", "1.644853626951", "3", "5", "9"]:
    row("normal_cdf", [x], erfc(-d(x) / sqrt(2)) / 2)
    row("normal_sf", [x], erfc(d(x) / sqrt(2)) / 2)
    row("normal_two_tailed", [x], erfc(abs(d(x)) / sqrt(2)))
for x, df in [("0.001", "1"), ("3.84", "1"), ("30", "1"), ("1e-5", "0.3"), ("0.2", "0.3"), ("8", "0.3"), ("1", "5"), ("5", "5"), ("100", "5"),
              ("85.3", "24"), ("3", "24"), ("386.639", "242"), ("150", "242"), ("900", "242"), ("1400", "242"), ("3792.313", "276"),
              ("4800", "5000"), ("5000", "5000"), ("6000", "5000"), ("99000", "100000"), ("101500", "100000")]:
    row("chi_squared_cdf", [x, df], gamma_lower(d(df) / 2, d(x) / 2))
    row("chi_squared_sf", [x, df], gamma_upper(d(df) / 2, d(x) / 2))
for x, df, lam in [("85.3", "24", "60"), ("85.3", "24", "1"), ("85.3", "24", "0.001"), ("20", "24", "300"), ("2", "3", "50"), ("0.01", "1", "5"),
                   ("386.639", "242", "144.6"), ("386.639", "242", "94.9"), ("386.639", "242", "202.3"), ("386.639", "242", "140.36"),
                   ("386.639", "242", "900"), ("1500", "242", "144.6"), ("3000", "100", "2500"), ("1000", "100", "2500"), ("5000", "100", "2500"),
                   ("10", "0.5", "3"), ("11000", "200", "10000"), ("9000", "200", "10000")]:
    row("noncentral_chi_squared_cdf", [x, df, lam], noncentral(d(x), d(df), d(lam), gamma_lower))
    row("noncentral_chi_squared_sf", [x, df, lam], noncentral(d(x), d(df), d(lam), gamma_upper))
def beta_lower(a, b, x):
    return betainc(a, b, 0, x, regularized=True)
def beta_upper(a, b, x):
    return betainc(b, a, 0, 1 - x, regularized=True)
for x, a, b in [("3.2", "4", "228"), ("0.01", "4", "228"), ("40", "4", "228"), ("1", "1", "1"), ("2.5", "3", "7"), ("150", "2", "12"), ("1.1", "500", "3000"),
                ("5", "1", "100000"), ("0.5", "10", "20.5")]:
    x, a, b = d(x), d(a), d(b)
    row("f_sf", [x, a, b], beta_upper(a / 2, b / 2, a * x / (a * x + b)))
for t, df in [("0.001", "10"), ("0.5", "3"), ("1.96", "231"), ("-2.6", "231"), ("12", "231"), ("40", "231"), ("3", "1"), ("1e6", "2"), ("2", "1000000"), ("6", "2.5")]:
    t, df = d(t), d(df)
    row("t_two_tailed", [t, df], beta_lower(df / 2, mpf(1) / 2, df / (df + t * t)))
def binomial(k, n, p):
    from mpmath import binomial as choose
    return sum(choose(n, j) * p ** j * (1 - p) ** (n - j) for j in range(k, n + 1))
for k, n, p in [("1", "73", "0.0046"), ("2", "73", "0.0046"), ("1", "73", "1e-12"), ("5", "233", "0.001"), ("120", "233", "0.5"), ("200", "233", "0.5"),
                ("20", "233", "0.5"), ("233", "233", "0.9"), ("1", "1000", "1e-20"), ("60", "1000", "0.01")]:
    row("binomial_upper_tail", [k, n, p], binomial(int(k), int(n), d(p)))
