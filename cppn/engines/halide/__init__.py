"""The CPU engine. What needs Halide itself is loaded where a kernel is compiled, and only there."""
