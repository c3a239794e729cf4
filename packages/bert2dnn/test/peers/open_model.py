# Opens model folders with transformers and prints what they give for rows: ids; logits of a classifier (by PyTorch and,
# where Python has onnxruntime, by the ONNX files) or scores of a masked language model. One JSON line in, one out.
# Run: echo '{"folder": "...", "kind": "classifier", "maxTokens": 64, "rows": [["first", "second"], ["alone"]]}' | python open_model.py
import inspect
import json
import logging
import os
import sys
import traceback
import torch
import transformers
from transformers import AutoModelForMaskedLM, AutoModelForSequenceClassification, AutoTokenizer

CLASSES = {"classifier": AutoModelForSequenceClassification, "masked-lm": AutoModelForMaskedLM}
LOADING = ("missing_keys", "unexpected_keys", "mismatched_keys")
warnings = []


class Collector(logging.Handler):
    def emit(self, record):
        warnings.append(record.getMessage())


transformers.utils.logging.disable_progress_bar()
logging.getLogger("transformers").addHandler(Collector(level=logging.WARNING))


class Folder:
    """One request's folder with its tokenizer."""

    def __init__(self, request):
        self.path, self.rows, self.max_tokens = request["folder"], request["rows"], request["maxTokens"]
        self.tokenizer = AutoTokenizer.from_pretrained(self.path)

    def encode(self, kind):
        """Inputs of every row, as arrays of one row. Called as for a batch: alone, an empty second text would count as none."""
        options = dict(truncation="longest_first", max_length=self.max_tokens, return_tensors=kind)
        return [self.tokenizer(*([text] for text in row), **options) for row in self.rows]

    def run_onnx(self, file):
        """Logits of an ONNX file, or nothing where Python has no onnxruntime."""
        try:
            import onnxruntime
        except ImportError:
            return None
        session = onnxruntime.InferenceSession(os.path.join(self.path, file))
        names = [value.name for value in session.get_inputs()]
        logits = []
        for inputs in self.encode("np"):
            # Tokenizers of families without segments give no token types; models then take zeros.
            feeds = {name: inputs.get(name, 0 * inputs["input_ids"]).astype("int64") for name in names}
            logits.append(session.run(["logits"], feeds)[0][0].tolist())
        return logits

    def run_torch(self, kind):
        model, loading = CLASSES[kind].from_pretrained(self.path, output_loading_info=True)
        known = inspect.signature(model.eval().forward).parameters
        logits = []
        for inputs in self.encode("pt"):
            with torch.no_grad():
                taken = {name: value for name, value in inputs.items() if name in known}
                logits.append(model(**taken).logits[0].tolist())
        return {
            "model": type(model).__name__, "problem": model.config.problem_type, "labels": model.config.id2label,
            "logits": logits, "loading": {key: sorted(map(str, loading[key])) for key in LOADING},
        }


def answer(request):
    warnings.clear()
    folder = Folder(request)
    reply = {"ids": [inputs["input_ids"][0].tolist() for inputs in folder.encode("np")]}
    if request["kind"] in CLASSES:
        reply.update(folder.run_torch(request["kind"]))
    if request["kind"] == "classifier":
        reply.update(onnx=folder.run_onnx("model.onnx"), int8=folder.run_onnx("onnx/model_quantized.onnx"))
    return {**reply, "warnings": list(warnings)}


for line in sys.stdin:
    try:
        reply = answer(json.loads(line))
    except Exception:
        reply = {"error": traceback.format_exc()}
    print(json.dumps(reply), flush=True)
