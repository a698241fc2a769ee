"""Forward and backward of one LSTM layer in PyTorch: the peer of bench/recurrence."""
import json
import sys
import time

import torch

config = json.loads(sys.stdin.readline())
torch.set_num_threads(config["threads"])
torch.manual_seed(1)
size, batch, length = config["size"], config["batch"], config["length"]
lstm = torch.nn.LSTM(size, size)
x = torch.randn(length, batch, size, requires_grad=True)
weight = torch.randn(length, batch, size)


def step():
    lstm.zero_grad(set_to_none=True)
    x.grad = None
    outputs, _ = lstm(x)
    loss = (outputs * weight).sum()
    loss.backward()
    return loss.item()


for _ in range(3):
    step()
print(json.dumps({"version": torch.__version__}), flush=True)
for line in sys.stdin:
    times = []
    for _ in range(int(line.split()[1])):
        start = time.perf_counter()
        step()
        times.append((time.perf_counter() - start) * 1000)
    print(json.dumps(times), flush=True)
