"""Where the numbers in `cppn/field/approximations.py` come from: near-minimax fits, with their errors in float32.

    python tools/approximations.py

Each function is fitted in u = x² by linearised least squares, reweighted until the error is level (Lawson 1961).
"""

import math

import numpy as np

NODES = np.sin(np.linspace(0, math.pi / 2, 20001)) ** 2  # denser at both ends


def rational(target, u, shape, above, below, rounds=200):
    """Coefficients p, q with shape·p(u)/q(u) ≈ target, q(0) = 1, in the least maximum error."""
    scale = u.max()
    t = u / scale
    weight = np.ones_like(u)
    previous = np.ones_like(u)
    best = (np.inf, None, None)
    for _ in range(rounds):
        columns = [shape * t**k for k in range(above + 1)] + [-target * t**k for k in range(1, below + 1)]
        w = np.sqrt(weight) / previous
        solution = np.linalg.lstsq(np.stack(columns, 1) * w[:, None], target * w, rcond=None)[0]
        p = solution[: above + 1] / scale ** np.arange(above + 1)
        q = np.r_[1, solution[above + 1 :]] / scale ** np.arange(below + 1)
        previous = np.abs(np.polyval(q[::-1], u))
        error = np.abs(shape * np.polyval(p[::-1], u) / np.polyval(q[::-1], u) - target)
        if error.max() < best[0]:
            best = (error.max(), p, q)
        weight = weight * (error / error.max() + 1e-3)
        weight /= weight.sum()
    return best


def in_float32(x, shape, p, q):
    """The fit's value when every step is rounded to float32."""
    f = np.float32
    u = f(x) * f(x)
    above, below = (np.zeros_like(u) for _ in range(2))
    for c in p[::-1]:
        above = f(above * u + f(c))
    for c in q[::-1]:
        below = f(below * u + f(c))
    return shape(f(x)) * above / below


def report(name, function, limit, odd, above, below):
    x = NODES * limit
    target = function(x)
    error, p, q = rational(target, x * x, x if odd else np.ones_like(x), above, below)
    got = in_float32(x, (lambda v: v) if odd else (lambda v: np.float32(1)), p, q)
    print(f"{name} on [0, {limit}]: {above}/{below}, error {error:.1e}, in float32 {np.abs(got - target).max():.1e}")
    print("  above:", ", ".join(f"{np.float32(c):.9g}" for c in p))
    print("  below:", ", ".join(f"{np.float32(c):.9g}" for c in q))


def report_srgb_curve(degree=5):
    """x^2.4 = x²·p(√x) with p(s) ≈ s^0.8, for x from where sRGB's curve begins to 1."""
    low = math.sqrt((0.04045 + 0.055) / 1.055)
    s = low + (1 - low) * NODES
    weight, best = np.ones_like(s), (np.inf, None)
    for _ in range(300):
        p = np.polynomial.polynomial.polyfit(s, s**0.8, degree, w=s**4 * np.sqrt(weight))
        error = s**4 * np.abs(np.polyval(p[::-1], s) - s**0.8)
        best = min(best, (error.max(), p), key=lambda pair: pair[0])
        weight = weight * (error / error.max() + 1e-3)
        weight /= weight.sum()
    f = np.float32
    x, root = f(s * s), np.sqrt(f(s * s))
    value = np.zeros_like(root)
    for c in best[1][::-1]:
        value = f(value * root + f(c))
    print(f"x^2.4: error {best[0]:.1e}, in float32 {np.abs(x * x * value - np.float64(x) ** 2.4).max():.1e}")
    print("  p:", ", ".join(f"{f(c):.9g}" for c in best[1]))


erf = np.vectorize(math.erf)

if __name__ == "__main__":
    report("cos(pi x)", lambda x: np.cos(math.pi * x), 0.5, False, 4, 0)
    _, above, _ = rational(np.cos(math.pi * NODES / 2), NODES**2 / 4, np.ones_like(NODES), 4, 0)
    print("  monic:", ", ".join(f"{np.float32(c / above[4]):.9g}" for c in above[:4]), f"peak {above[4] ** -2:.9g}")
    report("sin(2 pi x)", lambda x: np.sin(2 * math.pi * x), 0.25, True, 4, 0)
    report("atan", np.arctan, 1.0, True, 7, 0)
    report("tanh", np.tanh, 7.9, True, 3, 4)
    report_srgb_curve()
    report("erf", erf, 3.9, True, 4, 5)
