"""Reads a PDF's pages with Tesseract from pictures drawn by PyMuPDF at 200 dots an inch, on one thread.

usage: tesseract_pages.py FILE...      prints one line of JSON: for each file the seconds of reading (drawing left out)
and the text of each page; or {"missing": true} where Tesseract is not installed
"""

import json
import os
import shutil
import subprocess
import sys
import time

import pymupdf


def main(paths):
    if not shutil.which("tesseract"):
        print(json.dumps({"missing": True}))
        return
    files = []
    for path in paths:
        pages, seconds = [], 0.0
        for page in pymupdf.open(path):
            picture = page.get_pixmap(dpi=200, colorspace=pymupdf.csGRAY).tobytes("png")
            start = time.perf_counter()
            done = subprocess.run(["tesseract", "-", "-"], input=picture, capture_output=True, check=True, env={**os.environ, "OMP_THREAD_LIMIT": "1"})
            seconds += time.perf_counter() - start
            pages.append(done.stdout.decode())
        files.append({"seconds": seconds, "pages": pages})
    print(json.dumps({"files": files}))


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    main(sys.argv[1:])
