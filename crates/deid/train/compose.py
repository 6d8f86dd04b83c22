"""Makes up clinical and legal texts with marks, in the form of texts.py, to standard output.

    python compose.py [--count N] [--seed S] > composed.jsonl

Each text is drawn from sentences.py. `<person>` and the like are replaced by invented values, and marked; a capital
letter in front of the class picks its form. Much must stay unmarked: eponyms, doses, scores, years and ages in questions.
"""
import argparse, json, random, re

import pools
from sentences import CLINICAL, EVERYDAY, LEGAL, MARKED, QUESTIONS, WORDS

MONTHS = "January February March April May June July August September October November December".split()
TRADES = "Motors|Textiles|Foods|Pharma|Shipping|Press|Energy|Telecom|Steel|Studios|Logistics|Glass|Mining|Brewery".split("|")
SCHOOLS = ["{l} Primary School", "{p} High School", "St {f}'s C of E Primary", "{p} Academy", "{p} Grammar", "{l} College", "Collège {f} {l}", "{p} Polytechnic", "the University of {p}", "{l} Community School", "Our Lady of {p}", "{p} Montessori", "Escuela {f} {l}", "{p} Gymnasium No. 4", "Oak Class at {p} Infants"]
SYLLABLES = "car nova vel ori max tri zen pul axi lum cor vita neo sen flo dex ardi ona".split()
ENDINGS = ["Ltd", "Limited", "Inc.", "LLC", "GmbH", "plc", "Group", "Holdings", "and Sons", "Partners LLP", "Insurance", "Bank"]


def value(slot, chance):
    """What a slot becomes, and its class or none."""
    digits = lambda n: "".join(chance.choice("0123456789") for _ in range(n))
    day, month, year = chance.randint(1, 28), chance.choice(MONTHS), chance.randint(1935, 2026)
    person = lambda: chance.choice(["{f} {l}", "{f} {l}", "{i}. {l}", "{f} {i}. {l}", "{f} {l}-{m}", "{l}", "{i}.{i} {l}", "{f} {f2} {l}"]).format(
        f=pools.first(chance), f2=pools.first(chance), l=pools.last(chance), m=pools.last(chance), i=chance.choice("ABCDEFGHJKLMNPRSTVW"))
    place = lambda: pools.place(chance)
    if slot in WORDS:
        return chance.choice(WORDS[slot].split("|")), MARKED.get(slot)
    match slot:
        case "person": return person(), "person"
        case "Uperson": return person().upper(), "person"
        case "Tperson": return f"{chance.choice(['Mr', 'Mrs', 'Ms', 'Miss'])} {person()}", "person"
        case "first": return pools.first(chance), "person"
        case "last": return pools.last(chance), "person"
        case "initials": return chance.choice("ABCDEFGH") + chance.choice("JKLMNPRST"), "person"
        case "initial": return chance.choice("ABCDEFGHJKLMNPRSTVW"), "person"
        case "place": return place(), "place"
        case "hospital": return chance.choice(["{p} General Hospital", "St {f}'s Hospital", "{p} Medical Center", "{l} Clinic", "the {p} Health Centre", "{l} Memorial", "University Hospital {p}", "{p} Family Practice"]).format(p=place(), f=pools.first(chance), l=pools.last(chance)), "organisation"
        case "company": return chance.choice([f"{pools.last(chance)} {chance.choice(ENDINGS)}", f"{pools.last(chance)}, {pools.last(chance)} and {pools.last(chance)}", f"{place()} {chance.choice(ENDINGS)}", f"{pools.last(chance)} {chance.choice(TRADES)}", f"{place()} {chance.choice(TRADES)} {chance.choice(ENDINGS)}", f"{pools.last(chance)}{chance.choice(['tech', 'soft', 'gen', 'net', 'works'])}"]), "organisation"
        case "brand": return chance.choice(["{b} {n}", "{b} {c} {n}", "{b}-{n}", "{b}"]).format(b="".join(chance.sample(SYLLABLES, chance.randint(2, 3))).title(), c=chance.choice(["XT", "DR", "Pro", "One", "Plus", "MRI"]), n=digits(chance.randint(1, 4))), "other"
        case "serial": return chance.choice([digits(chance.randint(6, 11)), f"{chance.choice('ABCFKMPSTX')}{chance.choice('ABCFKMPSTX')}{chance.choice('ABCFKMPSTX')}{digits(6)}{chance.choice('ABCFKMPSTX')}", f"{digits(4)}-{digits(4)}", f"SN{digits(7)}"]), "identifier"
        case "school": return chance.choice(SCHOOLS).format(p=place(), l=pools.last(chance), f=pools.first(chance)), "organisation"
        case "ssn": return f"{digits(3)}-{digits(2)}-{digits(4)}", "identifier"
        case "card": return digits(chance.randint(13, 16)), "identifier"
        case "ip": return ".".join(str(chance.randint(1, 254)) for _ in range(4)), "identifier"
        case "url": return chance.choice(["https://www.{a}.example/", "http://{a}.example.org/{b}", "www.{a}.example"]).format(a=pools.last(chance).lower().replace(" ", ""), b=digits(3)), "identifier"
        case "Uplace": return place().upper(), "place"
        case "court": return chance.choice(["{p} District Court", "{p} Regional Court", "{p} Administrative Court", "County Court at {p}", "{p} Labour Court"]).format(p=place()), "organisation"
        case "Ucourt": return f"HIGH COURT OF {place().upper()}", "organisation"
        case "date": return chance.choice([f"{day} {month} {year}", f"{month} {day}, {year}", f"{day}{'th' if day > 3 else ''} {month[:3]} {year}", f"{day:02}/{MONTHS.index(month) + 1:02}/{year}"]), "date"
        case "ndate": return chance.choice([f"{day:02}/{MONTHS.index(month) + 1:02}/{year}", f"{day}.{MONTHS.index(month) + 1}.{year}", f"{year}-{MONTHS.index(month) + 1:02}-{day:02}"]), "date"
        case "myear": return f"{month} {year}", "date"
        case "month": return month, "date"
        case "year": return str(year), "year"
        case "age": return str(chance.randint(18, 89)), None
        case "mrn": return digits(chance.randint(5, 9)), "identifier"
        case "nhs": return f"{digits(3)} {digits(3)} {digits(4)}", "identifier"
        case "code": return f"{''.join(chance.choice('ABCDEFGHKMNPRSTWXYZ') for _ in range(chance.randint(1, 3)))}{chance.choice(['-', '', ' '])}{digits(chance.randint(4, 7))}", "identifier"
        case "app": return f"{digits(5)}/{digits(2)}", "identifier"
        case "docket": return chance.choice([f"{digits(1)}:{digits(2)}-cv-{digits(5)}", f"{digits(4)} of {year}", f"{digits(3)}/{year}"]), "identifier"
        case "iban": return f"GB{digits(2)} WEST {digits(4)} {digits(4)} {digits(4)} {digits(2)}", "identifier"
        case "phone": return chance.choice([f"0{digits(4)} {digits(3)} {digits(3)}", f"({digits(3)}) {digits(3)}-{digits(4)}", f"+44 20 {digits(4)} {digits(4)}", f"{digits(3)}-{digits(3)}-{digits(4)}"]), "identifier"
        case "email": return f"{pools.first(chance).lower()}.{pools.last(chance).lower()}@example.org".replace(" ", ""), "identifier"
        case "street": return f"{chance.randint(1, 240)} {pools.last(chance)} {chance.choice(['Street', 'Road', 'Avenue', 'Lane', 'Drive', 'Crescent'])}", "address"
        case "amount": return chance.choice([f"EUR {chance.randint(2, 90)},000", f"{chance.randint(2, 90)},500 pounds", f"USD {chance.randint(100, 990)}"]), "other"
    raise KeyError(slot)


def text(chance):
    sort = chance.choices([LEGAL, CLINICAL, QUESTIONS, EVERYDAY], [36, 32, 16, 16])[0]
    legal = sort is LEGAL
    # Questions come alone or by two; the rest is as long as a note.
    sentences = chance.sample(sort, chance.randint(1, 2 if sort is QUESTIONS else 9))
    out, spans = "", []
    for number, sentence in enumerate(sentences):
        out += chance.choice([" ", " ", "\n", "\n\n"]) if number else ""
        for part in re.split(r"(<\w+>)", sentence.replace("\\n", "\n")):
            if not re.fullmatch(r"<\w+>", part):
                out += part
                continue
            made, kind = value(part[1:-1], chance)
            # A year tells who is meant in a court's facts, not in a question about treatment.
            kind = (None if sort in (CLINICAL, QUESTIONS) else "date") if kind == "year" else kind
            if kind:
                spans.append([len(out), len(out) + len(made), kind])
            out += made
    return out, spans


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--count", type=int, default=3500)
    arguments.add_argument("--seed", type=int, default=20261124)
    options = arguments.parse_args()
    chance = random.Random(options.seed)
    for number in range(options.count):
        made, spans = text(chance)
        # Copy 1: counts half; held 9: never held out.
        print(json.dumps({"set": "composed", "id": number, "copy": 1, "held": 9, "text": made, "spans": spans, "unknown": []}, ensure_ascii=False))


main()
