# Exports a classifier folder as ONNX models of several kinds, as Optimum and sentence-transformers lay them out, and
# prints what PyTorch (and for int8, onnxruntime) gives for rows, each alone. Needs torch, transformers, onnx, onnxscript,
# onnxruntime.
# Run: echo '{"folder": "...", "out": "...", "maxTokens": 16, "rows": [["first", "second"]]}' | python export_onnx.py
import json
import os
import shutil
import sys
import onnx
import onnxruntime
import torch
import transformers
from onnxruntime.quantization import QuantType, quantize_dynamic
from transformers import AutoModelForSequenceClassification, AutoTokenizer

transformers.utils.logging.disable_progress_bar()
request = json.load(sys.stdin)
source, out = request["folder"], request["out"]
tokenizer = AutoTokenizer.from_pretrained(source)
model = AutoModelForSequenceClassification.from_pretrained(source, attn_implementation="eager").eval()
NAMES = ["token_type_ids", "attention_mask", "input_ids"]


class Exported(torch.nn.Module):
    """A module with its inputs in another order and one output."""

    def __init__(self, module, output):
        super().__init__()
        self.module, self.output = module, output

    def forward(self, token_type_ids, attention_mask, input_ids):
        inputs = dict(input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids)
        return getattr(self.module(**inputs), self.output)


def export(module, path, output):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    ids = torch.ones(2, 5, dtype=torch.long)
    sizes = {0: "batch_size", 1: "sequence_length"}
    torch.onnx.export(
        module, (0 * ids, ids, ids), path, input_names=NAMES, output_names=[output],
        dynamic_shapes={name: sizes for name in NAMES}, dynamo=True, external_data=False, verbose=False,
    )


def encode(row):
    options = dict(truncation="longest_first", max_length=request["maxTokens"], return_tensors="pt")
    return tokenizer(*([text] for text in row), **options)


def run_int8(path, inputs):
    session = onnxruntime.InferenceSession(path)
    feeds = {name: inputs[name].numpy().astype("int64") for name in NAMES}
    return session.run(None, feeds)[0][0].tolist()


os.makedirs(out, exist_ok=True)
shutil.copy(os.path.join(source, "tokenizer.json"), out)
classifier = os.path.join(out, "onnx", "model.onnx")
export(Exported(model, "logits"), classifier, "scores")
# The weights beside the model, but small constants, as in models of more than 2 GB.
outside = os.path.join(out, "onnx", "model_outside.onnx")
proto = onnx.load(classifier)
onnx.save_model(proto, outside, save_as_external_data=True, location="model_outside.onnx_data", size_threshold=256)
int8 = os.path.join(out, "onnx", "model_quantized.onnx")
quantize_dynamic(classifier, int8, weight_type=QuantType.QInt8)
export(Exported(model.base_model, "last_hidden_state"), os.path.join(out, "encoder.onnx"), "last_hidden_state")

reply = {"logits": [], "mean": [], "int8": []}
with torch.no_grad():
    for row in request["rows"]:
        inputs = encode(row)
        reply["logits"].append(model(**inputs).logits[0].tolist())
        reply["mean"].append(model.base_model(**inputs).last_hidden_state[0].mean(0).tolist())
        reply["int8"].append(run_int8(int8, inputs))
print(json.dumps(reply))
