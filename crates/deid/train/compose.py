"""Makes up clinical and legal texts with marks, in the form of texts.py, to standard output.

    python compose.py [--count N] [--seed S] > composed.jsonl

Each text is drawn from the sentences below. `<person>` and the like are replaced by invented values, and marked; a small
letter in front of the class picks its form. Much must stay unmarked: eponyms, doses, scores, years and ages in questions.
"""
import argparse, json, random, re

import pools

CLINICAL = """
<Tperson> was admitted to <hospital> on <date> with <complaint>.
Patient: <person>. DOB: <ndate>. MRN: <mrn>. Address: <street>, <place>.
Name: <person>\\nDate of birth: <ndate>\\nHospital number: <mrn>\\nConsultant: Dr <person>
Seen today in clinic with <relation> <first>, who reports <complaint> since <month>.
This <age>-year-old <sex> with <disease> was started on <drug> <dose>.
I reviewed <Tperson> in <hospital> on <date>; <disease> is stable on <drug> <dose>.
<He> was born in <place> and works as a <job> at <company>.
Referred by Dr <person>, <hospital>, <place>. Telephone <phone>, fax <phone>.
Discharge summary\\n\\nAdmitted: <ndate>   Discharged: <ndate>\\nWard: 7B\\nNHS number: <nhs>
Blood pressure 132/84, pulse 72, temperature 37.1, saturation 96 % on air.
Creatinine 1.4 mg/dL, potassium 4.3 mmol/L, HbA1c 7.2 %, eGFR 58.
No history of <disease>. <eponym> was negative. <drug> <dose> twice a day for ten days.
Plan: continue <drug> <dose>, repeat bloods in two weeks, follow-up with Dr <person> on <date>.
Emergency contact: <relation> <person>, <phone>, <email>.
Insurance: <company>, member ID <code>, policy number <mrn>.
Lives with <relation> <first> in <place>. Never smoked.
Letter dictated by <person>, typed by <initials>, copied to <hospital>.
What dose of <drug> is safe in a <age>-year-old <sex> with <disease> diagnosed in <year>?
What are the guidelines for <disease> in a <age>-year-old <sex> with a positive <eponym>?
Can <drug> be combined with <drug> in <disease> after a fall last month?
How should <disease> be managed in <person>, a <age>-year-old <sex> seen at <hospital> on <date> (MRN <mrn>)?
Should <first> <initial>., MRN <mrn>, continue <drug> after the visit to the <place> clinic?
Device: pacemaker, serial number <code>, implanted <date> at <hospital>.
The wound was cleaned and dressed. Stitches out in ten days. <drug> <dose> as needed for pain.
Reviewed with <person> (physiotherapist) and <person> (nurse).
""".strip().splitlines()

LEGAL = """
The applicant, <Tperson>, was born in <year> and lives in <place>.
On <date> the <court> dismissed the applicant's appeal.
The case originated in an application (no. <app>) lodged on <date> by <Tperson>.
The applicant was represented by <Tperson>, a lawyer practising in <place>.
<person> v. <company>, Case No. <docket>, decided <date>.
Under section 12 of the Act and Article 6 § 1 of the Convention, the claim was out of time.
THIS AGREEMENT is made on <date> between <company>, of <street>, <place> ("the Supplier"), and <company> ("the Customer").
The Supplier shall deliver the goods within thirty days and bear all risk until then.
Signed by <person>, director of <company>, in the presence of <person>, <job>.
The claimant worked for <company> from <myear> until <myear> as a <job>.
<Tperson> deposed that on <date> the accused, <person>, came to the house of <person> at <place>.
PW-2 <person>, son of <person>, resident of <place>, identified the weapon.
IN THE <Ucourt>\\n\\n<Uperson>\\n        ... Petitioner\\n  Versus\\n<Uperson> and others\\n        ... Respondents
For the petitioner: Mr. <person>, Advocate. For the respondents: Ms. <person>, Advocate.
The Honourable Mr. Justice <person>
The police of <place> seized a vehicle, registration <code>, and <amount> in cash.
In <myear> the applicant, a <nation> national, moved to <place>.
The Court reiterates that the length of proceedings must be assessed in the light of the circumstances.
The <court> ordered <company> to pay <amount> to <Tperson>.
Dear Ms <last>,\\n\\nOur file: <code>\\nYour letter of <date>\\n\\nWe act for <person> of <street>, <place>.
Please reply to <email> or call <phone>. Account <iban>.
The tenant, <person>, shall pay the rent to <person> by the third day of each month.
The will of the late <person> of <place>, dated <date>, names <person> as executor.
The defendant denies the allegation and puts the plaintiff to proof.
""".strip().splitlines()

WORDS = {
    "complaint": "chest pain|shortness of breath|a productive cough|abdominal pain|palpitations|low back pain|a rash|dizziness|weight loss|fever and chills",
    "disease": "type 2 diabetes|hypertension|atrial fibrillation|Crohn's disease|Parkinson's disease|Hodgkin lymphoma|Graves' disease|asthma|COPD|heart failure|Alzheimer's disease|Addison's disease|multiple sclerosis|gout|Raynaud's phenomenon|migraine|Wilson's disease|Sjögren's syndrome",
    "drug": "metformin|lisinopril|apixaban|Eliquis|bisoprolol|Lantus|omeprazole|amoxicillin|Augmentin|sertraline|Humira|levothyroxine|furosemide|Ventolin|prednisolone",
    "dose": "5 mg|10 mg|20 mg|40 mg daily|500 mg|1 g|100 micrograms|2 puffs",
    "eponym": "Chaddock reflex|Babinski sign|Romberg test|Murphy's sign|Wells score|Apgar score|Glasgow Coma Scale of 15|Framingham risk score|Phalen's test|Child-Pugh score|Holter monitor",
    "sex": "man|woman|male|female|Asian female|African American man|Hispanic woman",
    "relation": "wife|husband|son|daughter|mother|brother|partner",
    "job": "teacher|bus driver|welder|solicitor|nurse|software engineer|farmer|translator",
    "He": "He|She|They|The patient",
    "nation": "Norwegian|Turkish|French|Polish|Kenyan|Peruvian|Indian|Irish",
}
MARKED = {"job": "other", "nation": "other", "amount": "other"}
MONTHS = "January February March April May June July August September October November December".split()
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
        case "company": return chance.choice([f"{pools.last(chance)} {chance.choice(ENDINGS)}", f"{pools.last(chance)}, {pools.last(chance)} and {pools.last(chance)}", f"{place()} {chance.choice(ENDINGS)}"]), "organisation"
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
    legal = chance.random() < 0.5
    sentences = chance.sample(LEGAL if legal else CLINICAL, chance.randint(1, 9))
    out, spans = "", []
    for number, sentence in enumerate(sentences):
        out += chance.choice([" ", " ", "\n", "\n\n"]) if number else ""
        for part in re.split(r"(<\w+>)", sentence.replace("\\n", "\n")):
            if not re.fullmatch(r"<\w+>", part):
                out += part
                continue
            made, kind = value(part[1:-1], chance)
            # A year tells who is meant in a court's facts, not in a question about treatment.
            kind = ("date" if legal else None) if kind == "year" else kind
            if kind:
                spans.append([len(out), len(out) + len(made), kind])
            out += made
    return out, spans


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--count", type=int, default=2500)
    arguments.add_argument("--seed", type=int, default=20261124)
    options = arguments.parse_args()
    chance = random.Random(options.seed)
    for number in range(options.count):
        made, spans = text(chance)
        # Copy 1: counts half; held 9: never held out.
        print(json.dumps({"set": "composed", "id": number, "copy": 1, "held": 9, "text": made, "spans": spans, "unknown": []}, ensure_ascii=False))


main()
