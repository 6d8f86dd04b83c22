"""llama.cpp (through xllamacpp) on one GGUF file: how fast it reads a prompt and writes after it.

Arguments: the file, the number of threads. Prints one JSON object of tokens a second, by llama.cpp's own clock.
"""

import json
import os
import sys

sys.stdout, printed = sys.stderr, sys.stdout
import xllamacpp

file, threads = sys.argv[1], int(sys.argv[2])
params = xllamacpp.CommonParams()
params.model.path = file
params.n_ctx = 4096
params.n_parallel = 1
params.cpuparams.n_threads = threads
params.cpuparams_batch.n_threads = threads
params.warmup = True
server = xllamacpp.Server(params)


def timings(prompt, new_tokens, salt):
    """Reads `prompt` tokens that nothing before began with, then writes; the peer's own measurements."""
    tokens = [100 + salt] + [100 + (at * 37 + salt) % 4000 for at in range(prompt - 1)]
    answer = server.handle_completions(
        {"prompt": tokens, "n_predict": new_tokens, "ignore_eos": True, "cache_prompt": False, "temperature": 0.0}
    )
    answer = answer if isinstance(answer, dict) else json.loads(answer)
    return answer["timings"]


found = {}
for salt, prompt in enumerate([512, 2048]):
    found[f"read {prompt}"] = timings(prompt, 1, salt)["prompt_per_second"]
for salt, context in enumerate([128, 2048]):
    found[f"write after {context}"] = timings(context, 65, 10 + salt)["predicted_per_second"]
with open("/proc/self/status", encoding="ascii") as status:
    peak = next(line for line in status if line.startswith("VmHWM"))
found["memory"] = int(peak.split()[1]) / 1000
print(json.dumps(found), file=printed, flush=True)
os._exit(0)
