"""driver.py FOLDER FORMAT BATCH WARM STEPS: the step of bench/training.ts in PyTorch, one thread; prints JSON."""
import json
import sys
import time

import torch
from torch import nn

torch.set_num_threads(1)
folder, memory_format = sys.argv[1], getattr(torch, sys.argv[2] + ("_format" if sys.argv[2] == "contiguous" else ""))
batch, warm, steps = map(int, sys.argv[3:])


def conv(inputs, outputs, kernel, stride=1, groups=1):
    padding = kernel // 2
    return [nn.Conv2d(inputs, outputs, kernel, stride, padding, groups=groups, bias=False), nn.BatchNorm2d(outputs), nn.ReLU()]


layers = conv(1, 16, 3, 2)
for inputs, outputs, stride in [(16, 32, 1), (32, 64, 2), (64, 64, 1), (64, 64, 1)]:
    layers += conv(inputs, inputs, 3, stride, inputs) + conv(inputs, outputs, 1)
net = nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, 10))

with open(f"{folder}/weights", "rb") as file:
    weights = torch.frombuffer(bytearray(file.read()), dtype=torch.float32)
at = 0
for layer in net:
    if not isinstance(layer, (nn.Conv2d, nn.Linear)):
        continue
    count = layer.weight.numel()
    values = weights[at : at + count]
    at += count
    if isinstance(layer, nn.Conv2d):
        outputs, inputs, height, width = layer.weight.shape
        # Ours are [out][ky][kx][in].
        values = values.reshape(outputs, height, width, inputs).permute(0, 3, 1, 2)
    else:
        values = values.reshape(layer.weight.shape)
        nn.init.zeros_(layer.bias)
    with torch.no_grad():
        layer.weight.copy_(values)
assert at == len(weights)

with open(f"{folder}/pictures", "rb") as file:
    pictures = torch.frombuffer(bytearray(file.read()), dtype=torch.uint8).reshape(-1, 1, 28, 28).float() / 255
with open(f"{folder}/labels", "rb") as file:
    labels = torch.frombuffer(bytearray(file.read()), dtype=torch.uint8).long()
net = net.to(memory_format=memory_format).train()
pictures = pictures.contiguous(memory_format=memory_format)
decayed = [p for p in net.parameters() if p.dim() > 1]
others = [p for p in net.parameters() if p.dim() <= 1]
optimizer = torch.optim.SGD([{"params": decayed, "weight_decay": 3e-4}, {"params": others}], lr=0.01, momentum=0.9)
criterion = nn.CrossEntropyLoss()


def step(index):
    here = slice(index * batch, (index + 1) * batch)
    optimizer.zero_grad()
    loss = criterion(net(pictures[here]), labels[here])
    loss.backward()
    optimizer.step()
    return loss


first = step(0).item()
for index in range(1, warm):
    step(index)
cpu, wall = time.process_time(), time.perf_counter()
for index in range(warm, warm + steps):
    step(index)
print(json.dumps({"cpu": (time.process_time() - cpu) * 1000 / steps, "wall": (time.perf_counter() - wall) * 1000 / steps, "firstLoss": first}))
