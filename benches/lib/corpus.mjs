// Invented papers with a realistic spread of words: letters, notes, contracts and judgments put together from
// clauses, names and figures by a seeded generator, so that every run measures the same text.

/** A small, fast, seeded generator (mulberry32, public domain algorithm by Tommy Ettinger). */
export function random(seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const words = (text) => text.trim().split(/\s*,\s*/);
const given = words("Ada, Bruno, Carmen, Dmitri, Elif, Farid, Greta, Hamza, Ingrid, Jonas, Keiko, Liam, Mirela, Niamh, Otto, Priya, Quentin, Rosa, Sami, Tove, Ulla, Viktor, Wanda, Xenia, Yusuf, Zora");
const family = words("Lindqvist, Castellan, Okafor, Marsh, Penhallow, Vance, Adeyemi, Callander, Brandt, Osei, Reyes, Thorne, Valdez, Whitlock, Yilmaz, Zeman, Hartigan, Ibarra, Jelinek, Kowalski, Moreau, Novak, Pereira, Rasmussen, Sandoval");
const drugs = words("warfarin, bisoprolol, ramipril, amoxicillin, metformin, atorvastatin, sertraline, levothyroxine, omeprazole, furosemide, salbutamol, gabapentin, prednisolone, apixaban, digoxin, lisinopril");
const findings = words("shortness of breath on exertion, intermittent chest tightness, swelling of both ankles, a dry cough at night, numbness in the left hand, blurred vision in the right eye, persistent low back pain, episodes of dizziness, loss of appetite, a rash over the trunk, pain in the right knee, palpitations at rest");
const organs = words("heart, left lung, right kidney, liver, thyroid, lumbar spine, gall bladder, left hip, retina, prostate, pancreas, stomach");
const duties = words("deliver the goods, pay the purchase price, keep the premises in repair, insure the building, return the deposit, disclose conflicts of interest, keep the information confidential, give written notice, maintain accurate records, indemnify the other party, obtain planning consent, transfer the shares");
const matters = words("the lease, the supply agreement, the settlement deed, the share purchase agreement, the licence, the employment contract, the trust deed, the guarantee, the insurance policy, the loan facility");
const courts = words("the District Court, the Court of Appeal, the tribunal, the arbitrator, the High Court, the probate registry");
const places = words("Northgate, Elm Road, Wharf Lane, Harrow Quay, Calder, Corwen, Saltmarsh, Redhill, Fenwick, Oakhampton");
const months = words("January, February, March, April, May, June, July, August, September, October, November, December");

/** A generator of sentences. */
export function writer(seed) {
  const next = random(seed);
  const pick = (list) => list[Math.floor(next() * list.length)];
  const number = (from, to) => from + Math.floor(next() * (to - from + 1));
  const name = () => `${pick(given)} ${pick(family)}`;
  const date = () => `${number(1, 28)} ${pick(months)} ${number(2015, 2026)}`;
  const mrn = () => `${number(1000, 9999)}-${number(100, 999)}-${number(10, 99)}`;
  const docket = () => `${pick(["HC", "CA", "DC", "EA"])}-${number(2016, 2026)}-${String(number(1, 99999)).padStart(5, "0")}`;
  const clinical = [
    () => `${name()} was seen on ${date()} with ${pick(findings)} that had lasted ${number(2, 14)} weeks.`,
    () => `${pick(drugs)} was started at ${number(1, 40) * 2.5} mg ${pick(["once daily", "twice daily", "at night"])} and ${pick(drugs)} was stopped.`,
    () => `Examination of the ${pick(organs)} showed no abnormality, and blood pressure was ${number(105, 180)}/${number(60, 100)} mmHg.`,
    () => `There was no evidence of disease in the ${pick(organs)} on the scan of ${date()}.`,
    () => `The patient, record number ${mrn()}, denied ${pick(findings)} and was discharged to ${pick(places)} surgery.`,
    () => `Creatinine was ${number(50, 160)} micromol per litre and potassium ${(3 + next() * 2).toFixed(1)} mmol per litre.`,
    () => `A follow-up appointment with Dr ${pick(family)} was made for ${date()} at the ${pick(places)} clinic.`,
  ];
  const legal = [
    () => `Under clause ${number(1, 24)}.${number(1, 9)} of ${pick(matters)} the ${pick(["landlord", "tenant", "buyer", "seller", "licensee"])} shall ${pick(duties)} within ${number(7, 90)} days.`,
    () => `${pick(courts)} held on ${date()} in case number ${docket()} that ${name()} had failed to ${pick(duties)}.`,
    () => `The sum of ${number(2, 900)},${number(100, 999)} euros is payable by ${name()} to the ${pick(places)} Trust in ${number(2, 24)} instalments.`,
    () => `Neither party shall ${pick(duties)} without the written consent of the other, which shall not be unreasonably withheld.`,
    () => `${name()} gave evidence that ${pick(matters)} had been signed at ${pick(places)} on ${date()}.`,
    () => `The obligation to ${pick(duties)} survives the termination of ${pick(matters)}.`,
    () => `Notice is to be given to ${name()} at ${number(1, 200)} ${pick(places)}, and takes effect on the ${number(2, 9)}th day after posting.`,
  ];
  const sentence = () => pick(next() < 0.5 ? clinical : legal)();
  return {
    next,
    pick,
    /** About `n` sentences in paragraphs. */
    paper: (n) => Array.from({ length: n }, (_, i) => sentence() + ((i + 1) % 5 === 0 ? "\n\n" : " ")).join(""),
    /** Queries of the kinds people type. */
    query: () => pick([() => `${pick(drugs)} dose`, () => `${pick(findings)} ${pick(drugs)}`, () => `who shall ${pick(duties)}`, () => name(), () => `${pick(matters)} signed ${pick(months)}`, () => `scan of the ${pick(organs)}`, () => `${pick(courts)} ${pick(duties)}`])(),
  };
}

/** Sentences that stand once in a library, each with how a person would ask for it: numbers of patients, cases and
 *  telephones, statutes, strengths, names with diacritics typed without. */
export function planted(seed, count) {
  const next = random(seed);
  const digits = (n) => Array.from({ length: n }, () => Math.floor(next() * 10)).join("");
  const syllables = words("bra, cho, dún, éva, fjo, gar, höl, ilk, jen, kös, lúm, mez, nor, øst, paz, quí, rún, sze, tóm, ürd, vik, wes, yor, zaf");
  const surname = () => {
    const name = Array.from({ length: 4 }, () => syllables[Math.floor(next() * syllables.length)]).join("");
    return name[0].toUpperCase() + name.slice(1);
  };
  const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "");
  return Array.from({ length: count }, (_, n) => {
    const [a, b, c] = [digits(5), digits(4), digits(3)];
    const name = `${given[n % given.length]} ${surname()}`;
    return [
      () => ({ sentence: `The record number is MRN ${a}-${b}.`, query: `mrn ${a}-${b}` }),
      () => ({ sentence: `The docket is 2:19-cv-${a}-${b}.`, query: `2:19-CV-${a}-${b}` }),
      () => ({ sentence: `It rests on 42 U.S.C. § ${a}${c}(b)(2).`, query: `42 U.S.C. § ${a}${c}(b)(2)` }),
      () => ({ sentence: `Please call (0${c}) ${a}-${b}.`, query: `0${c} ${a} ${b}` }),
      () => ({ sentence: `Examplium ${a}mg was given once.`, query: `examplium ${a} mg` }),
      () => ({ sentence: `It was witnessed by ${name}.`, query: n % 2 === 0 ? plain(name).toLowerCase() : name.toUpperCase() }),
      () => ({ sentence: `The file of ${name} was closed.`, query: `"${name}"` }),
    ][n % 7]();
  });
}
