"""Depth: what becomes of gradients and of learning in a network of many layers, by its activation.

After "Activation functions: deep network analysis": y = sin x + N(0, 0.1) at 200 points of [−π, π], ten hidden layers
of 64 units, Adam with a rate of 0.001, the squared error over all points, 500 epochs. Weights begin as `nn.Linear`
has them. The main experiment is `learning`; `flow`, `stability` and `capacity` go on from it. All activations and
seeds train as one ensemble.
"""
