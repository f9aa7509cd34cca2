"""Limits that several rooms know, where nothing needs to be loaded to tell them."""

LARGEST_SEED = 2**63 - 1
WIDEST, DEEPEST = 4096, 64  # units of a layer, affine maps
MOST_WEIGHTS = 1 << 24
MOST_TERMS, LARGEST_SHARE = 64, 100.0  # of a blend
