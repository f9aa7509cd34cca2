"""Compiled kernels: machine code kept from one process to the next, brought into memory, and called."""
