"""Products of two matrices in PyTorch, one by one: the peer of bench/train-step/sgemm.ts."""
import json
import sys
import time

import torch

config = json.loads(sys.stdin.readline())
torch.set_num_threads(config["threads"])
torch.manual_seed(1)
m, k, n = (config["product"][name] for name in "mkn")
a, b, y = torch.randn(m, k), torch.randn(k, n), torch.empty(m, n)
for _ in range(3):
    torch.mm(a, b, out=y)
print(json.dumps({"version": torch.__version__}), flush=True)
for line in sys.stdin:
    times = []
    for _ in range(int(line.split()[1])):
        start = time.perf_counter()
        torch.mm(a, b, out=y)
        times.append((time.perf_counter() - start) * 1000)
    print(json.dumps(times), flush=True)
