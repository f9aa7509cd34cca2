"""Galleries: many pictures invented from one seed, the dull ones refused, a varied set of the rest kept."""
