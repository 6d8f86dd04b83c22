"""Reads many PDFs' text with pypdf, one after the other, a minute each at most.

usage: pdf_texts.py LIST      a file of paths, one a line; prints one line of JSON: {path: text or null}
"""

import json
import logging
import signal
import sys

import pypdf


class Late(Exception):
    pass


def late(*_):
    raise Late


def text(path):
    signal.alarm(60)
    try:
        return "\n".join(page.extract_text() for page in pypdf.PdfReader(path).pages)
    except (Exception, Late):  # whatever a parser makes of a broken file, the next one is tried
        return None
    finally:
        signal.alarm(0)


def main(paths):
    logging.disable(logging.CRITICAL)
    signal.signal(signal.SIGALRM, late)
    with open(paths, encoding="utf-8") as lines:
        print(json.dumps({path: text(path) for path in lines.read().splitlines()}))


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
