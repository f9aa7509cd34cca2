"""Polynomials that stand for elementary functions in float32, the constant coefficient first.

`tools/approximations.py` makes them. Where they are used, the errors are stated and tested.
"""

# of cos(πx)·√PEAK in x², the leading coefficient 1 left out
COS_HALF_TURNS = (4.55171919, -22.4617939, 18.4727535, -6.06234598)
SIN_TURNS = (6.28318501, -41.3416557, 81.6010056, -76.5497818, 39.536705)
# of s^0.8, s = √x, weighted by s^4
ROOT_POWER = (0.0406006202, 1.29475391, -0.66554898, 0.543564081, -0.272574037, 0.0592048801)
ATAN = (
    0.999999344, -0.333298594, 0.199465662, -0.139086291, 0.0964219719, -0.0559123196, 0.021862952, -0.00405456545,
)  # fmt: skip
TANH_LIMIT = 7.9
TANH = (
    (0.999999404, 0.129226893, 0.00294851535, 1.14147133e-05),
    (1.0, 0.462558091, 0.0238035284, 0.000238395907, 2.4572509e-07),
)
ERF_LIMIT = 3.9
ERF = (
    (1.12837708, 0.332141846, 0.0699860528, 0.00940920319, 0.000337177655),
    (1.0, 0.627663374, 0.171327516, 0.0263557453, 0.00239012716, 1.95421453e-05),
)
