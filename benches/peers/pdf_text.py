"""Reads a PDF's text with pypdf, as many assistants do, and nothing more: no sandbox, no sealing, no index, no vectors.

usage: pdf_text.py FILE      prints one line of JSON: seconds of five runs, pages, characters
"""

import json
import sys
import time

import pypdf


def main(path):
    seconds, texts = [], []
    for _ in range(5):
        start = time.perf_counter()
        texts = [page.extract_text() for page in pypdf.PdfReader(path).pages]
        seconds.append(time.perf_counter() - start)
    print(json.dumps({"seconds": seconds, "pages": len(texts), "chars": sum(map(len, texts))}))


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
