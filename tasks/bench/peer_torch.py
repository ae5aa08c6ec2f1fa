"""The training step of `deno task bench --peers` and `deno task gpu-check` with PyTorch. Requests come as one JSON object per line on
standard input, and answers go as one line each to standard output; peer_protocol.ts defines them. The first argument is the number of
threads; then come "cuda" for the first GPU, "tf32" for its tensor cores, and "graph" for steps that are captured in a CUDA graph."""

import json
import sys
import time

import torch

THREADS, *WORDS = sys.argv[1:]
DEVICE = torch.device("cuda" if "cuda" in WORDS else "cpu")
torch.set_num_threads(int(THREADS))
torch.backends.cuda.matmul.allow_tf32 = "tf32" in WORDS
# Without this, the tails of Gaussians give denormal numbers, and a step takes several times as long.
torch.set_flush_denormal(True)


def read(path):
    return torch.frombuffer(bytearray(open(path, "rb").read()), dtype=torch.float32).clone().to(DEVICE)


def synchronize():
    """Waits for the device."""
    if DEVICE.type == "cuda":
        torch.cuda.synchronize()


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
        cuda = {"capturable": True, "fused": True} if DEVICE.type == "cuda" else {}
        self.optimizer = torch.optim.Adam(self.parameters, lr=task["learningRate"], **cuda)
        self.direction = [torch.randint_like(p, 0, 2) * 2.0 - 1.0 for p in self.parameters]
        self.graph = None

    def loss(self):
        a = self.x
        for i in range(0, len(self.parameters), 2):
            z = torch.nn.functional.linear(a, self.parameters[i], self.parameters[i + 1])
            a = self.activate(z) if i < len(self.parameters) - 2 else z
        return (a - self.y).square().mean()

    def record_step(self):
        """A step that leaves its loss on the device."""
        self.optimizer.zero_grad()
        loss = self.loss()
        loss.backward()
        self.optimizer.step()
        return loss

    def first_step(self):
        """A step, after which further ones may be captured. Returns the loss before it."""
        loss = self.record_step().item()
        if "graph" in WORDS:
            self.capture()
        return loss

    def capture(self):
        """Captures a step in a CUDA graph, after a few on another stream, as PyTorch asks for."""
        stream = torch.cuda.Stream()
        stream.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(stream):
            for _ in range(3):
                self.record_step()
        torch.cuda.current_stream().wait_stream(stream)
        self.graph = torch.cuda.CUDAGraph()
        self.optimizer.zero_grad()
        with torch.cuda.graph(self.graph):
            self.record_step()

    def step(self):
        if self.graph is None:
            self.record_step()
        else:
            self.graph.replay()

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
        return {"loss": state["training"].first_step()}
    work = {"steps": state["training"].step, "products": state["training"].product}[ask]
    synchronize()
    begin = time.perf_counter()
    for _ in range(request["count"]):
        work()
    synchronize()
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
