"""Golden values of operations and of an encoder layer, from PyTorch in float64.

Run: python make_operations.py > operations.json   (needs torch; written with 2.15.0)
"""
import json

import torch
import torch.nn.functional as F

torch.manual_seed(20)
torch.set_default_dtype(torch.float64)


def record(tensor):
    return {"shape": list(tensor.shape), "data": tensor.detach().flatten().tolist()}


def case(build, **inputs):
    """Value and gradients of sum(output * weights) for one operation."""
    for tensor in inputs.values():
        if tensor.is_floating_point():
            tensor.requires_grad_()
    output = build(**inputs)
    weights = torch.rand_like(output)
    (output * weights).sum().backward()
    return {
        "inputs": {name: record(tensor) for name, tensor in inputs.items()},
        "weights": record(weights),
        "output": record(output),
        "gradients": {n: record(t.grad) for n, t in inputs.items() if t.grad is not None},
    }


def weighted_bce(x, y, w):
    losses = F.binary_cross_entropy_with_logits(x, y.detach(), reduction="none").mean(1)
    return (losses * w).sum() / w.sum()


def tied():
    return torch.tensor([[1.0, 3.0, 3.0], [2.0, 0.0, -1.0]])


operations = {
    "layerNorm": case(
        lambda x, gamma, beta: F.layer_norm(x, (4,), gamma, beta, 1e-5),
        x=torch.randn(2, 3, 4), gamma=torch.randn(4), beta=torch.randn(4),
    ),
    "gelu": case(lambda x: F.gelu(x), x=torch.randn(3, 4) * 2),
    "geluTanh": case(lambda x: F.gelu(x, approximate="tanh"), x=torch.randn(3, 4) * 2),
    "softmax": case(lambda x: F.softmax(x, dim=1), x=torch.randn(2, 3, 4)),
    "softmaxCrossEntropy": case(
        lambda x, y: F.cross_entropy(x, y.detach()), x=torch.randn(3, 4), y=F.softmax(torch.randn(3, 4), -1)
    ),
    "weightedSigmoidCrossEntropy": case(
        weighted_bce, x=torch.randn(3, 2), y=torch.rand(3, 2), w=torch.rand(3)
    ),
    "reduceMax": case(lambda x: x.amax(1), x=tied()),
    "gather": case(
        lambda table, ids: F.embedding(ids, table), table=torch.randn(5, 3), ids=torch.tensor([[0, 4], [4, 1]])
    ),
    "linear": case(
        lambda x, weight, bias: F.linear(x, weight, bias),
        x=torch.randn(2, 3, 4), weight=torch.randn(5, 4), bias=torch.randn(5),
    ),
}

layer = torch.nn.TransformerEncoderLayer(4, 2, 6, dropout=0.0, activation="gelu", layer_norm_eps=1e-12, batch_first=True)
for parameter in layer.parameters():
    torch.nn.init.uniform_(parameter, -0.8, 0.8)
x = torch.randn(2, 3, 4, requires_grad=True)
target = torch.randn(2, 3, 4)
mask = torch.tensor([[1, 1, 1], [1, 1, 0]])
loss = F.mse_loss(layer(x, src_key_padding_mask=mask == 0), target)
loss.backward()
names = ["query", "key", "value"]
pairs = [(layer.self_attn.in_proj_weight, "weight"), (layer.self_attn.in_proj_bias, "bias")]
values, grads = {}, {"x": record(x.grad)}
for tensor, kind in pairs:
    for name, part, grad in zip(names, tensor.chunk(3), tensor.grad.chunk(3)):
        values[f"{name}.{kind}"], grads[f"{name}.{kind}"] = record(part), record(grad)
for name, module in {"attended": layer.self_attn.out_proj, "expand": layer.linear1, "contract": layer.linear2}.items():
    for kind in ["weight", "bias"]:
        tensor = getattr(module, kind)
        values[f"{name}.{kind}"], grads[f"{name}.{kind}"] = record(tensor), record(tensor.grad)
for name, module in {"norm1": layer.norm1, "norm2": layer.norm2}.items():
    for kind, tensor in {"gamma": module.weight, "beta": module.bias}.items():
        values[f"{name}.{kind}"], grads[f"{name}.{kind}"] = record(tensor), record(tensor.grad)
encoder = {
    "inputs": {"x": record(x), "target": record(target), "mask": record(mask), **values},
    "loss": loss.item(),
    "gradients": grads,
}

print(json.dumps({"torch": torch.__version__, "operations": operations, "encoder": encoder}))
