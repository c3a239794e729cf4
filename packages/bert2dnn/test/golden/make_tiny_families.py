# Writes tiny random models of every family and what PyTorch computes with them: class logits, gradients of one batch
# and the loss curve of 20 AdamW steps; scores of the vocabulary, loss and gradients of a masked batch. No dropout.
# Token ids are made up, so that no tokenizer is needed to compare. Run: python make_tiny_families.py
# (needs: pip install torch transformers tokenizers)
import json
import os
import torch
import transformers
from safetensors.torch import save_file
from tokenizers import Tokenizer, decoders, normalizers, pre_tokenizers, processors
from tokenizers.models import BPE, WordPiece

HERE = os.path.dirname(os.path.abspath(__file__))
MASKED = {"input_ids": [[2, 4, 20, 34, 3, 9, 4, 3], [2, 33, 4, 3, 0, 0, 0, 0], [2, 40, 7, 4, 8, 3, 0, 0]],
          "positions": [1, 6, 10, 17, 19], "labels": [12, 50, 8, 40, 21]}
CLASSIFIED = {"input_ids": [[2, 5, 20, 34, 3, 9, 11, 3], [2, 33, 3, 0, 0, 0, 0, 0], [2, 40, 7, 55, 8, 3, 0, 0], [2, 3, 3, 0, 0, 0, 0, 0]],
              "targets": [[.7, .2, .1], [0, 1, 0], [0, 0, 1], [.5, .5, 0]]}
TYPES = [[0, 0, 0, 0, 0, 1, 1, 1], [0] * 8, [0, 0, 0, 1, 1, 1, 0, 0], [0, 0, 1, 0, 0, 0, 0, 0]]
SIZES = dict(vocab_size=59, hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=20,
             max_position_embeddings=10, num_labels=3, initializer_range=0.3)
FAMILIES = {
    "distilbert": dict(model="DistilBert", vocab_size=59, dim=16, n_layers=2, n_heads=2, hidden_dim=20,
                       max_position_embeddings=10, num_labels=3, initializer_range=0.3, activation="gelu"),
    "roberta": dict(model="Roberta", **{**SIZES, "max_position_embeddings": 12}, type_vocab_size=1, layer_norm_eps=1e-5,
                    hidden_act="gelu_new"),
    "xlm-roberta": dict(model="XLMRoberta", **{**SIZES, "max_position_embeddings": 12}, type_vocab_size=2,
                        layer_norm_eps=1e-5),
    "ernie": dict(model="Ernie", **SIZES, use_task_id=True, task_type_vocab_size=3, hidden_act="relu"),
    "ernie-plain": dict(model="Ernie", **SIZES),
    "electra": dict(model="Electra", **SIZES, embedding_size=12, hidden_act="gelu"),
    "bert-mlm": dict(model="Bert", **SIZES, hidden_act="gelu_new"),
}
# RoBERTa's padding has id 1; its ids 0 and 1 change places with those of the batches above.
pads_with_one = lambda name: "roberta" in name
swap = lambda rows: [[{0: 1, 1: 0}.get(i, i) for i in row] for row in rows]


def shorten(values):
    return [float(f"{value:.6g}") for value in values]


def flatten(tensors):
    return {name: shorten(values.flatten().tolist()) for name, values in tensors.items()}


def build(kind, options):
    """A random model with biases and norms away from 0 and 1, so that a mix-up shows."""
    config = getattr(transformers, options["model"] + "Config")(**{k: v for k, v in options.items() if k != "model"})
    model = getattr(transformers, options["model"] + kind)(config).eval()
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if parameter.ndim == 1:
                parameter.add_(torch.randn_like(parameter) * 0.1)
    return model


def inputs_of(name, ids, types):
    padding = 1 if pads_with_one(name) else 0
    ids = torch.tensor(swap(ids) if pads_with_one(name) else ids)
    batch = dict(input_ids=ids, attention_mask=(ids != padding).long())
    if name != "distilbert":
        batch["token_type_ids"] = torch.tensor(types) * (0 if pads_with_one(name) and "xlm" not in name else 1)
    return batch


def classify(name, model):
    batch = inputs_of(name, CLASSIFIED["input_ids"], TYPES)
    targets = torch.tensor(CLASSIFIED["targets"])
    loss_of = lambda logits: torch.nn.functional.cross_entropy(logits, targets)
    logits = model(**batch).logits
    loss = loss_of(logits)
    loss.backward()
    gradients = {n: p.grad.clone() for n, p in model.named_parameters()}
    free = lambda n: n.endswith(".bias") or "norm" in n.lower()
    optimizer = torch.optim.AdamW([
        {"params": [p for n, p in model.named_parameters() if not free(n)], "weight_decay": 0.01},
        {"params": [p for n, p in model.named_parameters() if free(n)], "weight_decay": 0.0}], lr=1e-3)
    curve = []
    for _ in range(20):
        optimizer.zero_grad()
        step_loss = loss_of(model(**batch).logits)
        step_loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        curve.append(step_loss.item())
    return {"inputs": {k: v.tolist() for k, v in batch.items()}, "targets": CLASSIFIED["targets"], "loss": loss.item(),
            "logits": logits.tolist(), "gradients": flatten(gradients),
            "adamw": {"learningRate": 1e-3, "losses": shorten(curve)}}


def predict(name, model):
    batch = inputs_of(name, MASKED["input_ids"], TYPES[:3])
    positions, labels = torch.tensor(MASKED["positions"]), torch.tensor(MASKED["labels"])
    scores = model(**batch).logits.flatten(0, 1)
    targets = torch.full(scores.shape[:1], -100).scatter(0, positions, labels)
    loss = torch.nn.functional.cross_entropy(scores, targets)
    loss.backward()
    return {"inputs": {k: v.tolist() for k, v in batch.items()}, "positions": positions.tolist(),
            "labels": labels.tolist(), "loss": loss.item(), "logits": [shorten(r) for r in scores[positions].tolist()],
            "gradients": flatten({n: p.grad for n, p in model.named_parameters()})}


def save_tokenizer(name, folder):
    """A tokenizer of 59 ids that fits the model; the tests feed ids."""
    letters = [chr(97 + i) for i in range(26)]
    if pads_with_one(name):
        special = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
        merges = [("\u0120", letter) for letter in letters] + [("h", "e")]
        tokens = special + letters + ["\u0120"] + [left + right for left, right in merges]
        tokenizer = Tokenizer(BPE({token: i for i, token in enumerate(tokens)}, merges, unk_token="<unk>"))
        tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
        tokenizer.decoder = decoders.ByteLevel()
        tokenizer.post_processor = processors.RobertaProcessing(("</s>", 2), ("<s>", 0), add_prefix_space=False)
    else:
        special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
        tokens = special + letters + ["##" + letter for letter in letters] + ["the", "cat"]
        tokenizer = Tokenizer(WordPiece({token: i for i, token in enumerate(tokens)}, unk_token="[UNK]"))
        tokenizer.normalizer = normalizers.BertNormalizer()
        tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
        tokenizer.post_processor = processors.TemplateProcessing(
            single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=[("[CLS]", 2), ("[SEP]", 3)])
    tokenizer.add_special_tokens(special)
    tokenizer.save(os.path.join(folder, "tokenizer.json"), pretty=False)


def defaults_of(model):
    """What an empty config.json means, number by number."""
    config = getattr(transformers, model + "Config")()
    kept = {k: v for k, v in config.to_dict().items() if isinstance(v, (bool, int, float, str)) or v is None}
    return {k: v for k, v in kept.items() if not k.startswith(("_", "transformers", "output_", "return_", "summary_"))}


os.makedirs(os.path.join(HERE, "families"), exist_ok=True)
json.dump({"source": f"transformers {transformers.__version__}, make_tiny_families.py",
           "defaults": [defaults_of(m) for m in ("Bert", "DistilBert", "Roberta", "XLMRoberta", "Ernie", "Electra")]},
          open(os.path.join(HERE, "families", "defaults.json"), "w"), indent=1)
for seed, (name, options) in enumerate(FAMILIES.items()):
    torch.manual_seed(seed + 1)
    folder = os.path.join(HERE, "families", name)
    os.makedirs(folder, exist_ok=True)
    golden = {"source": f"torch {torch.__version__}, transformers {transformers.__version__}, make_tiny_families.py"}
    if name != "bert-mlm":
        model = build("ForSequenceClassification", options)
        model.save_pretrained(folder)
        golden["classifier"] = classify(name, model)
        if name == "ernie-plain":  # its gradients are BERT's
            golden["classifier"]["gradients"] = {}
    if name in ("distilbert", "roberta", "ernie", "bert-mlm"):
        model = build("ForMaskedLM", options)
        model.save_pretrained(os.path.join(folder, "masked-lm") if name != "bert-mlm" else folder)
        golden["maskedLm"] = predict(name, model)
        if name != "bert-mlm":
            save_tokenizer(name, os.path.join(folder, "masked-lm"))
    save_tokenizer(name, folder)
    json.dump(golden, open(os.path.join(folder, "golden.json"), "w"), separators=(",", ":"))
