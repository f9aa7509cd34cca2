"""Pictures that nobody has thought of: invented, bred, measured, chosen."""
