# Opens a classifier folder with transformers and prints its logits for rows on stdin, as JSON.
# Run: echo '{"folder": "...", "maxTokens": 64, "rows": [["first", "second"], ["alone"]]}' | python open_classifier.py
import json
import sys
import torch
from transformers import AutoModelForSequenceClassification, AutoTokenizer

request = json.load(sys.stdin)
tokenizer = AutoTokenizer.from_pretrained(request["folder"])
model = AutoModelForSequenceClassification.from_pretrained(request["folder"]).eval()
logits, ids = [], []
for row in request["rows"]:
    inputs = tokenizer(*row, truncation="longest_first", max_length=request["maxTokens"], return_tensors="pt")
    with torch.no_grad():
        logits.append(model(**inputs).logits[0].tolist())
    ids.append(inputs["input_ids"][0].tolist())
onnx = None
try:
    import onnxruntime
    session = onnxruntime.InferenceSession(request["folder"] + "/model.onnx")
    onnx = []
    for row in request["rows"]:
        inputs = tokenizer(*row, truncation="longest_first", max_length=request["maxTokens"], return_tensors="np")
        names = [value.name for value in session.get_inputs()]
        onnx.append(session.run(["logits"], {name: inputs[name].astype("int64") for name in names})[0][0].tolist())
except ImportError:
    pass
json.dump({"model": type(model).__name__, "labels": model.config.num_labels, "problem": model.config.problem_type, "logits": logits, "ids": ids, "onnx": onnx}, sys.stdout)
