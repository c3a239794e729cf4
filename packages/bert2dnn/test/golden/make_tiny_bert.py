# Writes a tiny random BERT classifier and what PyTorch computes with it: logits, gradients of one batch,
# and the loss curve of 20 AdamW steps without dropout. Run: python make_tiny_bert.py
# (needs: pip install torch transformers tokenizers)
import json
import os
import torch
import transformers
from tokenizers import Tokenizer, normalizers, pre_tokenizers, processors
from tokenizers.models import WordPiece
from transformers import BertConfig, BertForSequenceClassification

HERE = os.path.dirname(os.path.abspath(__file__))
OUT = os.path.join(HERE, "tiny-bert")
os.makedirs(OUT, exist_ok=True)
torch.manual_seed(11)
PIECES = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"] + [chr(97 + i) for i in range(26)] + ["##" + chr(97 + i) for i in range(26)] + ["the", "cat", "dog", "##ing", "1", "2", ",", "."]
config = BertConfig(
    vocab_size=len(PIECES), hidden_size=24, num_hidden_layers=2, num_attention_heads=3, intermediate_size=40,
    max_position_embeddings=16, type_vocab_size=2, hidden_act="gelu", num_labels=3, initializer_range=0.3,
    hidden_dropout_prob=0.1, attention_probs_dropout_prob=0.1)
model = BertForSequenceClassification(config).eval()
with torch.no_grad():  # biases and norms away from 0 and 1, so that a mix-up shows
    for name, parameter in model.named_parameters():
        if parameter.ndim == 1:
            parameter.add_(torch.randn_like(parameter) * 0.1)
model.config.architectures = ["BertForSequenceClassification"]
model.save_pretrained(OUT)
tokenizer = Tokenizer(WordPiece({piece: i for i, piece in enumerate(PIECES)}, unk_token="[UNK]", max_input_chars_per_word=100))
tokenizer.normalizer = normalizers.BertNormalizer()
tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
tokenizer.add_special_tokens(PIECES[:5])
tokenizer.post_processor = processors.TemplateProcessing(
    single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=[("[CLS]", 2), ("[SEP]", 3)])
tokenizer.enable_truncation(16)
tokenizer.save(os.path.join(OUT, "tokenizer.json"), pretty=False)

ROWS = [["the cat", "a dog, barking."], ["dog", "1 2"], ["abcdefghij klmno pqrst", "the"], ["x", ""], ["cat cat cat", "the dog the dog the dog"]]
encodings = [tokenizer.encode(*row) for row in ROWS]
length = max(len(e.ids) for e in encodings)
pad = lambda values: torch.tensor([v + [0] * (length - len(v)) for v in values])
batch = dict(input_ids=pad([e.ids for e in encodings]), token_type_ids=pad([e.type_ids for e in encodings]),
             attention_mask=pad([[1] * len(e.ids) for e in encodings]))
targets = torch.tensor([[.7, .2, .1], [0, 1, 0], [0, 0, 1], [.5, .5, 0], [.1, .1, .8]])
loss_of = lambda logits: torch.nn.functional.cross_entropy(logits, targets)
logits = model(**batch).logits
loss = loss_of(logits)
loss.backward()
gradients = {name: parameter.grad.flatten().tolist() for name, parameter in model.named_parameters()}


def shorten(values):
    return [float(f"{value:.7g}") for value in values]


# The curve: AdamW with decoupled decay, none on biases and layer norms; constant rate; gradients clipped at 1.
free = lambda name: name.endswith(".bias") or "LayerNorm" in name
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

json.dump({
    "source": f"torch {torch.__version__}, transformers {transformers.__version__}, make_tiny_bert.py",
    "rows": ROWS, "ids": [e.ids for e in encodings], "targets": targets.tolist(), "loss": loss.item(),
    "logits": logits.tolist(), "adamw": {"learningRate": 1e-3, "losses": curve},
    "gradients": {name: shorten(values) for name, values in gradients.items()},
}, open(os.path.join(OUT, "golden.json"), "w"), separators=(",", ":"))
