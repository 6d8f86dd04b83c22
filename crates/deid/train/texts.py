"""Gathers marked texts to train on, one JSON object a line, to standard output.

    python texts.py EVAL_FOLDER [--swaps N] > texts.jsonl

EVAL_FOLDER holds the development halves as benches/deid.mjs takes them; all six sets allow it (MIT, Apache-2.0, CC BY 4.0).
Their text never enters the project: what enters is data/weights.bin. Each text comes once as it is and N times with its
names, places and bodies replaced, so that what is learnt is where names stand and not which.
{"set","id","copy","held","text","spans":[[start,end,class]],"unknown":[[start,end]]}, offsets in code points.
`held` is a number from 0 to 4 by a hash of the identifier; the shipped weights never see 0.
"""
import argparse, hashlib, json, random, re
from pathlib import Path

import pools

CLASSES = {
    "PERSON": "person", "NAME": "person", "PER": "person", "LEGAL_PROFESSIONAL": "person", "LAWYER": "person", "JUDGE": "person",
    "WITNESS": "person", "OTHER_PERSON": "person", "PETITIONER": "person", "RESPONDENT": "person",
    "NOMBRE_SUJETO_ASISTENCIA": "person", "NOMBRE_PERSONAL_SANITARIO": "person",
    "LOC": "place", "GPE": "place", "GEOGRAPHIC_LOCATION": "place", "TERRITORIO": "place", "PAIS": "place",
    "ORG": "organisation", "ORGANIZATION": "organisation", "HOSPITAL": "organisation", "INSTITUCION": "organisation", "CENTRO_SALUD": "organisation",
    "DATE": "date", "DATETIME": "date", "DATE_TIME": "date", "FECHAS": "date", "TIME": "date",
    "AGE": "age", "EDAD_SUJETO_ASISTENCIA": "age",
    "STREET_ADDRESS": "address", "ZIP_CODE": "address", "CALLE": "address",
    "DEM": "other", "QUANTITY": "other", "MISC": "other", "NRP": "other", "TITLE": "other", "NATIONALITY": "other", "CURRENCY": "other",
    "ETHNIC_CATEGORY": "other", "SEXO_SUJETO_ASISTENCIA": "other", "FAMILIARES_SUJETO_ASISTENCIA": "other", "PROFESION": "other", "OTROS_SUJETO_ASISTENCIA": "other",
}
# The rest are numbers and addresses: MEDICAL_RECORD_NUMBER, EMAIL_ADDRESS ...
LEFT_ALONE = {"STATUTE", "PROVISION"}
UNKNOWN = {"COURT", "PRECEDENT"}


def marked(gold, text):
    spans, unknown = [], []
    for span in gold["spans"]:
        start, end, label = span["start"], span["end"], span["label"]
        if start < 0 or label in LEFT_ALONE:
            continue
        if span.get("identifier") == "NO_MASK":
            # Much of this would be masked in another text: better once too often. Of bodies most are courts and states.
            if label not in ("ORG", "MISC"):
                unknown.append([start, end])
            continue
        if label in UNKNOWN:
            unknown.append([start, end])
            continue
        kind = CLASSES.get(label, "identifier")
        if kind in ("person", "place") and pools.names_a_body(text[start:end]):
            kind = "organisation"
        spans.append([start, end, kind])
    # Of overlapping marks the first and longest counts.
    spans.sort(key=lambda span: (span[0], -span[1]))
    apart = []
    for span in spans:
        if not apart or span[0] >= apart[-1][1]:
            apart.append(span)
    return apart, unknown


def template(text, spans):
    for span in sorted(spans, key=lambda span: -span["start"]):
        text = text[: span["start"]] + span["label"] + text[span["end"] :]
    return text


def swapped(text, spans, unknown, chance):
    """The text with other names in the same places."""
    swaps, out, moved, copied = {}, "", [], 0
    shift = []
    for start, end, kind in spans:
        out += text[copied:start]
        begin = len(out)
        out += pools.swap(text[start:end], kind, swaps, chance) if kind in ("person", "place", "organisation") else text[start:end]
        moved.append([begin, len(out), kind])
        shift.append((end, len(out) - end))
        copied = end
    out += text[copied:]
    place = lambda at: at + next((by for end, by in reversed(shift) if end <= at), 0)
    return out, moved, [[place(start), place(end)] for start, end in unknown]


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("eval", type=Path)
    arguments.add_argument("--swaps", type=int, default=2)
    options = arguments.parse_args()
    for name in ("tab144", "asq_phi", "presidio_synth", "inlegal_ner", "meddocan_es", "echr_fr_es"):
        folder = options.eval / "dev" / "deid" / name
        texts = {line["id"]: line["text"] for line in map(json.loads, (folder / "inputs.jsonl").open())}
        for gold in map(json.loads, (folder / "gold.jsonl").open()):
            text = texts[gold["id"]]
            spans, unknown = marked(gold, text)
            # Sentences made from one template are held out together.
            same = template(text, gold["spans"]) if name == "presidio_synth" else gold["id"]
            held = int(hashlib.sha256(f"{name} {same}".encode()).hexdigest(), 16) % 5
            chance = random.Random(f"{name} {gold['id']}")
            for copy in range(options.swaps + 1):
                made = (text, spans, unknown) if copy == 0 else swapped(text, spans, unknown, chance)
                print(json.dumps({"set": name, "id": gold["id"], "copy": copy, "held": held, "text": made[0], "spans": made[1], "unknown": made[2]}, ensure_ascii=False))


main()
