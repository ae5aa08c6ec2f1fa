"""The training step of `deno task bench --peers` with PyTorch. Requests come as one JSON object per line on standard input, and
answers go as one line each to standard output; peer_protocol.ts defines them. The argument is the number of threads."""

import json
import sys
import time

import torch

torch.set_num_threads(int(sys.argv[1]))
# Without this, the tails of Gaussians give denormal numbers, and a step takes several times as long.
torch.set_flush_denormal(True)


def read(path):
    return torch.frombuffer(bytearray(open(path, "rb").read()), dtype=torch.float32).clone()


def activation(name, options):
    if name == "sine":
        return lambda z: torch.sin(options["omega"] * z)
    if name == "gaussian":
        return lambda z: torch.exp(z.square() * (-0.5 / options["sigma"] ** 2))
    return torch.relu


class Training:
    def __init__(self, task):
        widths, rows = task["widths"], task["rows"]
        flat = read(task["parameters"])
        self.parameters = []
        at = 0
        for inputs, outputs in zip(widths, widths[1:]):
            for shape in ((outputs, inputs), (outputs,)):
                size = torch.Size(shape).numel()
                self.parameters.append(flat[at : at + size].reshape(shape).clone().requires_grad_())
                at += size
        self.x = read(task["inputs"]).reshape(rows, widths[0])
        self.y = read(task["targets"]).reshape(rows, widths[-1])
        self.activate = activation(task["activation"]["name"], task["activation"]["options"])
        self.optimizer = torch.optim.Adam(self.parameters, lr=task["learningRate"])
        self.direction = [torch.randint(0, 2, p.shape) * 2.0 - 1.0 for p in self.parameters]

    def loss(self):
        a = self.x
        for i in range(0, len(self.parameters), 2):
            z = torch.nn.functional.linear(a, self.parameters[i], self.parameters[i + 1])
            a = self.activate(z) if i < len(self.parameters) - 2 else z
        return (a - self.y).square().mean()

    def step(self):
        self.optimizer.zero_grad()
        loss = self.loss()
        loss.backward()
        self.optimizer.step()
        return loss.item()

    def product(self):
        """Gradient and Hessian-vector product by double backward."""
        gradient = torch.autograd.grad(self.loss(), self.parameters, create_graph=True)
        along = sum((g * v).sum() for g, v in zip(gradient, self.direction))
        return torch.autograd.grad(along, self.parameters)


def matmul(n=2048, repeats=12, seconds=3):
    """GFLOP/s of n³ products by the clock, and per core by the processor time, which other programs do not affect."""
    a, b = torch.randn(n, n), torch.randn(n, n)
    a @ b
    clock = processor = float("inf")
    end = time.perf_counter() + seconds
    for _ in range(repeats):
        begin = time.perf_counter(), time.process_time()
        a @ b
        clock = min(clock, time.perf_counter() - begin[0])
        processor = min(processor, time.process_time() - begin[1])
        if time.perf_counter() > end:
            break
    return {"gflops": 2 * n**3 / clock / 1e9, "gflopsPerCore": 2 * n**3 / processor / 1e9}


def answer(request, state):
    ask = request["ask"]
    if ask == "matmul":
        return matmul()
    if ask == "prepare":
        state["training"] = Training(request["task"])
        return {"loss": state["training"].step()}
    work = {"steps": state["training"].step, "products": state["training"].product}[ask]
    begin = time.perf_counter()
    for _ in range(request["count"]):
        work()
    return {"milliseconds": (time.perf_counter() - begin) * 1000}


def main():
    state = {}
    for line in sys.stdin:
        try:
            result = answer(json.loads(line), state)
        except Exception as error:  # noqa: BLE001: the benchmark reports every error and continues
            result = {"error": f"{type(error).__name__}: {error}".replace("\n", " ")}
        print(json.dumps(result), flush=True)


main()
