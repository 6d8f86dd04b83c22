//! What part a word plays when a claim is compared with its source.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

/// The part a word plays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// Says something of its own: must be found in the source.
    Content,
    /// Grammar: "the", "was".
    Grammar,
    /// Reporting and frame words a summary may add: "patient", "states", "received".
    Frame,
    /// "No", "not", "without".
    Negator(Reach),
    /// "Shall", "may", "must", grouped by force.
    Modal(Force),
    /// Narrows what is said; leaving it out changes the meaning: "suspected", "if", "only", "stopped".
    Qualifier,
    /// A relative: what is said of a mother is not said of the patient.
    Kin,
    /// "Left", "right", "bilateral".
    Side(Side),
    /// "Dr", "Mrs".
    Title,
    /// "He", "her" ...
    Pronoun(Gender),
    /// "And", "or", "but".
    Joint(Joint),
    /// "By", "to", "from" ...: who does what to whom.
    Relation,
    /// "All", "every", "some": how many of them.
    Extent,
    /// "That", "which", "because": what follows is another clause.
    Clause,
}

/// How far a negation reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reach {
    /// What comes after it in its clause.
    Forward,
    /// Its whole clause.
    Clause,
}

/// What a modal verb does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Force {
    /// Shall, must.
    Duty,
    /// May.
    Leave,
    /// Can, could.
    Ability,
    /// Should, ought.
    Advice,
    /// Will.
    Future,
    /// Would, might.
    Guess,
}

/// A side of the body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    /// Left.
    Left,
    /// Right.
    Right,
    /// Both sides.
    Both,
}

/// Whom a pronoun stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Gender {
    /// She, her.
    Female,
    /// He, his.
    Male,
    /// It, they, we, I.
    Other,
}

/// How two things are joined.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Joint {
    /// And.
    And,
    /// Or, nor.
    Or,
    /// But, however, although.
    But,
}

fn listed(words: &'static str) -> HashSet<&'static str> {
    words.split_whitespace().collect()
}

static FRAME: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    listed(
        "\
    patient pt document documents text page pages source summary states stated notes noted mentions \
    mentioned describes described includes included including contains lists listed says said records \
    recorded reports reported given gave take takes taking took taken receives received receiving \
    prescribed also additionally furthermore moreover overall following respectively namely thus therefore \
    presents presented presenting specifies specified provides got please",
    )
});

/// Stems and words that narrow what a sentence says.
static QUALIFIERS: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    listed(
        "\
    adverse allege alleged alleges allegedly allegation allergic allergies allergy almost anticipated \
    apparent apparently appears argue argued argues asserted asserts assumed attempted avoid avoided avoids \
    believed believes cancelled ceased ceases claimed claims concern conditional consider considered \
    contends contended contraindicated contraindication declined declines denied differential discontinue \
    discontinued dismissed doubtful estimated except excepting excluded excluding exclusion expected \
    expired fail failed failing fails failure few former formerly hardly held history hold hypothetical if \
    inconclusive intended intends intolerance intolerant invalid likely mainly maybe mostly nearly negative \
    occasional occasionally once only otherwise overruled partial partially partly pending perhaps planned \
    plans possible possibly potential potentially presumed previous previously probable probably proposed \
    proposes provided purported query questionable rarely reaction recommend recommended recommends refused \
    refuses refuse rejected requested resolved reversed revoked risk ruled scheduled seems seemed sometimes \
    stop stopped stops subject suggest suggested suggestive suggests suspect suspected suspicion suspicious \
    suspended temporarily temporary terminated therefor trial tried unable uncertain unclear unconfirmed \
    unless unlikely unsuccessful unsuccessfully vacated void waived warned whether withdrawn withheld \
    withhold withdrew advised advise advises offered offers exclude absent absence free tolerated hopes \
    hoped wants wanted wishes refusal denial notwithstanding deferred postponed cannot needs need \
    threatened promised",
    )
});

static KIN: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    listed(
        "\
    aunt brother brothers child children cousin dad daughter daughters family father grandfather \
    grandmother husband maternal mother mum nephew niece parent parents partner paternal sibling siblings \
    sister sisters son sons spouse uncle wife neighbour friend mutter vater bruder schwester sohn tochter \
    ehefrau ehemann",
    )
});

/// The part that a folded word plays.
pub(crate) fn role(word: &str) -> Role {
    match word {
        "no" | "without" | "nor" | "neither" | "denies" | "denying" | "deny" | "lacks" | "lacking"
        | "non" | "kein" | "keine" | "keinen" | "ohne" => Role::Negator(Reach::Forward),
        "not" | "never" | "none" | "nothing" | "nobody" | "cannot" | "nicht" | "nie" => {
            Role::Negator(Reach::Clause)
        }
        _ if word.ends_with("n't") => Role::Negator(Reach::Clause),
        "shall" | "must" => Role::Modal(Force::Duty),
        "may" => Role::Modal(Force::Leave),
        "can" | "could" => Role::Modal(Force::Ability),
        "should" | "ought" => Role::Modal(Force::Advice),
        "will" => Role::Modal(Force::Future),
        "would" | "might" => Role::Modal(Force::Guess),
        "left" | "links" | "linke" | "linken" => Role::Side(Side::Left),
        "right" | "rechts" | "rechte" | "rechten" => Role::Side(Side::Right),
        "bilateral" | "bilaterally" => Role::Side(Side::Both),
        "dr" | "mr" | "mrs" | "ms" | "miss" | "mx" | "prof" | "professor" | "sir" | "dame" | "lord"
        | "lady" | "hon" | "rev" | "herr" | "frau" => Role::Title,
        "he" | "him" | "his" | "himself" => Role::Pronoun(Gender::Male),
        "she" | "her" | "hers" | "herself" => Role::Pronoun(Gender::Female),
        "it" | "its" | "itself" | "they" | "them" | "their" | "theirs" | "we" | "our" | "us" | "i" | "my"
        | "me" | "you" | "your" => Role::Pronoun(Gender::Other),
        "and" | "&" | "und" => Role::Joint(Joint::And),
        "or" | "oder" => Role::Joint(Joint::Or),
        "but" | "however" | "although" | "though" | "whereas" | "while" | "whilst" | "aber" => {
            Role::Joint(Joint::But)
        }
        "that" | "which" | "who" | "whom" | "whose" | "where" | "when" | "because" | "so" | "since"
        | "as" | "than" => Role::Clause,
        "by" | "to" | "from" | "against" | "for" | "before" | "after" | "until" | "into" | "off"
        | "between" | "despite" | "towards" | "via" | "under" | "above" | "below" | "instead" | "versus"
        | "vs" => Role::Relation,
        "all" | "any" | "each" | "every" | "some" | "most" | "both" | "many" | "few" | "several"
        | "always" | "often" | "usually" | "more" | "less" | "other" | "another" | "same" => Role::Extent,
        _ if KIN.contains(word) => Role::Kin,
        _ if QUALIFIERS.contains(word) => Role::Qualifier,
        _ if FRAME.contains(word) => Role::Frame,
        _ if cabinet_text::is_stop_word(word) => Role::Grammar,
        _ => Role::Content,
    }
}

/// "Is", "has", "was" ...: what makes a stretch of words a clause.
pub(crate) fn is_auxiliary(word: &str) -> bool {
    matches!(
        word,
        "is" | "are"
            | "was"
            | "were"
            | "be"
            | "been"
            | "has"
            | "have"
            | "had"
            | "does"
            | "did"
            | "do"
            | "shall"
            | "will"
            | "may"
            | "must"
            | "can"
            | "could"
            | "should"
            | "would"
            | "might"
    )
}

/// "Ltd", "Inc": what stands behind a company's name and may be left out.
pub(crate) fn is_company_form(word: &str) -> bool {
    matches!(
        word,
        "ltd"
            | "limited"
            | "inc"
            | "incorporated"
            | "llc"
            | "llp"
            | "corp"
            | "corporation"
            | "plc"
            | "gmbh"
            | "ag"
            | "co"
            | "company"
            | "lp"
            | "jr"
            | "sr"
            | "md"
            | "phd"
            | "esq"
            | "sa"
            | "bv"
            | "kg"
    )
}

/// Headings and labels that add nothing to the lines beneath them: what stands there is simply so.
pub(crate) fn is_plain_label(word: &str) -> bool {
    matches!(
        word,
        "medication"
            | "medications"
            | "medicines"
            | "drugs"
            | "treatment"
            | "diagnosis"
            | "diagnoses"
            | "findings"
            | "finding"
            | "assessment"
            | "impression"
            | "complaint"
            | "complaints"
            | "chief"
            | "presenting"
            | "present"
            | "illness"
            | "problem"
            | "problems"
            | "examination"
            | "results"
            | "vitals"
            | "investigations"
            | "name"
            | "date"
            | "birth"
            | "address"
            | "current"
            | "summary"
            | "parties"
            | "rent"
            | "term"
            | "background"
            | "facts"
            | "details"
            | "report"
            | "notes"
            | "general"
            | "patient"
            | "client"
            | "regular"
            | "discharge"
            | "admission"
            | "subjective"
            | "objective"
            | "symptoms"
            | "vital"
            | "signs"
            | "labs"
            | "laboratory"
            | "observations"
            | "progress"
            | "course"
    )
}

/// Pairs whose parts must never be taken for one another; used to say what the source has instead.
const OPPOSITES: &str = "\
    increase/decrease increase/reduce start/stop begin/end allow/refuse allow/forbid permit/prohibit \
    positive/negative gain/lose gain/loss improve/worsen better/worse higher/lower high/low more/less \
    before/after accept/reject grant/deny grant/refuse present/absent normal/abnormal benign/malignant \
    acute/chronic buyer/seller vendor/purchaser landlord/tenant plaintiff/defendant claimant/respondent \
    claimant/defendant appellant/respondent employer/employee licensor/licensee win/lose valid/invalid \
    male/female upper/lower proximal/distal maximum/minimum approve/reject include/exclude \
    systolic/diastolic open/closed early/late lender/borrower debtor/creditor assignor/assignee \
    mortgagor/mortgagee husband/wife mother/father son/daughter brother/sister continue/stop \
    admit/discharge hypertension/hypotension to/from by/to with/without oral/intravenous all/some \
    inpatient/outpatient guilty/innocent rise/fall arrive/leave buy/sell public/private stable/unstable \
    mild/severe likely/unlikely lawful/unlawful above/below";

static BY_STEM: LazyLock<HashMap<String, HashSet<String>>> = LazyLock::new(|| {
    let mut found: HashMap<String, HashSet<String>> = HashMap::new();
    for (one, other) in OPPOSITES
        .split_whitespace()
        .filter_map(|pair| pair.split_once('/'))
    {
        let (one, other) = (super::key(one), super::key(other));
        found.entry(one.clone()).or_default().insert(other.clone());
        found.entry(other).or_default().insert(one);
    }
    found
});

/// True where two stems stand for opposite things.
pub(crate) fn are_opposite(one: &str, other: &str) -> bool {
    BY_STEM.get(one).is_some_and(|others| others.contains(other))
}
