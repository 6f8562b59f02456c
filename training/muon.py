"""Muon: momentum whose step is orthogonalised, for the matrices inside the blocks.

Keller Jordan and others, 2024, "Muon: An optimizer for hidden layers in neural networks", with the scale and the weight decay
of "Muon is Scalable for LLM Training" (arXiv 2502.16982): a step has the size that AdamW's would have, so both share one rate.
"""
import torch

COEFFICIENTS = 3.4445, -4.7750, 2.0315
ITERATIONS = 5
ADAM_LIKE = 0.2  # the root mean square of AdamW's steps


def orthogonalised(matrix):
    """Newton-Schulz: about U V^T of the singular value decomposition U S V^T of `matrix` [M, N]."""
    a, b, c = COEFFICIENTS
    x = (matrix.t() if matrix.shape[0] > matrix.shape[1] else matrix).bfloat16()
    x = x / (x.norm() + 1e-7)
    for _ in range(ITERATIONS):
        square = x @ x.t()
        x = a * x + (b * square + c * square @ square) @ x
    return (x.t() if matrix.shape[0] > matrix.shape[1] else x).float()


class Muon(torch.optim.Optimizer):
    """`parameters` are matrices. One that is several matrices above each other, as queries, keys and values are, is cut into squares."""

    def __init__(self, parameters, lr=0.0, momentum=0.95, weight_decay=0.1):
        super().__init__(parameters, {"lr": lr, "momentum": momentum, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for parameter in group["params"]:
                state = self.state[parameter]
                if not state:
                    state["momentum"] = torch.zeros_like(parameter)
                average = state["momentum"].lerp_(parameter.grad, 1 - group["momentum"])
                update = parameter.grad.lerp(average, group["momentum"])  # Nesterov's
                rows, columns = parameter.shape
                parts = update.split(columns) if rows == 3 * columns else [update]
                step = torch.cat([orthogonalised(part) * ADAM_LIKE * max(part.shape) ** 0.5 for part in parts])
                parameter.mul_(1 - group["lr"] * group["weight_decay"]).sub_(step, alpha=group["lr"])
