"""Runs an exported student with Python's onnxruntime: one JSON request on stdin, one JSON reply on stdout.

Request: {"path", "threads", "feeds": {name: {"type": "int64" or "string", "shape", "data"}}}.
"""
import json
import sys

import numpy
import onnx
import onnxruntime

request = json.load(sys.stdin)
model = onnx.load(request["path"])
onnx.checker.check_model(model, full_check=True)
options = onnxruntime.SessionOptions()
options.intra_op_num_threads = request["threads"]
options.log_severity_level = 3
session = onnxruntime.InferenceSession(request["path"], options)
feeds = {
    name: numpy.array(feed["data"], dtype=object if feed["type"] == "string" else numpy.int64).reshape(feed["shape"])
    for name, feed in request["feeds"].items()
}
outputs = [output.name for output in session.get_outputs()]
results = session.run(outputs, feeds)
print(json.dumps({
    "metadata": session.get_modelmeta().custom_metadata_map,
    "outputs": {name: result.ravel().tolist() for name, result in zip(outputs, results)},
}))
