//! Words by which a body, a street or a house is known, and words that are no part of a name.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

/// Establishments: what stands before one is its name, however it is written.
const BODIES: &str = "\
    hospital infirmary hospice sanatorium clinic polyclinic pharmacy chemist chemists opticians orthopedics \
    orthopaedics pediatrics paediatrics dermatology cardiology oncology radiology dentistry physiotherapy \
    veterinary school college academy university nursery kindergarten church chapel cathedral abbey priory \
    convent mosque synagogue temple insurance assurance foundation limited ltd plc llp llc inc gmbh pty corp \
    corporation incorporated holdings brewery cannery bakery distillery foundry shipyard dairy hotel restaurant \
    café theatre museum orchestra choir airport barracks prison solicitors chambers lifeboat";

/// The same, but words of everyday use too: only a name before them, or a place they stand at, makes them a body.
const AMBIGUOUS: &str = "\
    surgery practice centre center home ward wing unit trust bank society association institute union company co \
    group partners sons daughters brothers bros industries services service solutions systems technologies \
    laboratory laboratories motors garage foods farms works factory mills forge inn pub library gallery club \
    players station charity mutual fund developments properties estates stores supermarket press radio \
    physicians associates logistics healthcare pharmaceuticals rehabilitation shelter plan";

/// Bodies of the state: in a judgment most of them tell nothing.
const OFFICES: &str = "\
    department ministry council authority agency office police commission committee board sheriff court registry \
    tribunal";

/// Houses and grounds that stand in an address.
const HOUSES: &str = "\
    house cottage lodge farm manor barn villa hall rectory vicarage estate mansions towers buildings apartments \
    forge mill";

/// Ways, by which a street is known in any case ...
const STREETS: &str = "\
    street road lane avenue crescent terrace boulevard mews causeway";
/// ... and where capitals help.
const STREETS_CAPITAL: &str = "\
    drive close gardens grove parade square way walk row rise quay wharf rd ave blvd highway parkway";

/// What a body is called as well as what it is, and so names none.
const GENERIC: &str = "\
    general local district regional national international community public private primary secondary tertiary \
    high middle medical health healthcare dental care nursing residential acute mental teaching day night walk \
    outpatient inpatient outpatients emergency accident pain memory diabetes diabetic surgical intensive \
    critical coronary nearest nearby referring same new old previous current other another own main large small \
    state federal county city town village rural urban psychiatric rehabilitation maternity antenatal postnatal \
    fertility fracture eye ear skin heart chest cancer breast stroke asthma family specialist clinical \
    anticoagulation anticoagulant warfarin vaccination screening sleep limited first second third law medicine \
    science life travel car group company insurance child children children's women adult young foreign joint \
    stock commercial central constitutional supreme labour administrative military criminal civil appeal parent \
    subsidiary such each every any some no";

/// Words of grammar, ways to begin a sentence and labels of a form: no part of a name.
const LITTLE: &str = "\
    a an the this that these those he she it we you they i his her its our my your their of in on at by for to \
    from with and or but nor not as is was were are be been has had have will would after before during since \
    until till when where while if then there here also into under over near opposite who which what how why can \
    could should did does do per than between within without via towards toward across along through up down out \
    off about re dear yours sincerely faithfully thank thanks please tel telephone phone mobile fax email e mail \
    mrn nhs dob date ref reference address patient name number no age gp consultant signed seen referred visited \
    attends attended admitted transferred discharged works worked lives lived called named leave left cc copy \
    ward claimant claimants defendant defendants applicant respondent petitioner plaintiff appellant versus v vs \
    mr mrs ms miss dr prof professor sir judge justice nurse doctor sister article section rule act convention \
    claims underwent undergoing because however";

/// Words before a road that say what road it is like, and not which.
const ROAD_LIKE: &str = "\
    long main busy wet same other side public private fast slow bus toll icy middle left right one two open \
    whole entire narrow wide new old nearby next every city village memory";

/// Forms of firms, written small as often as not.
const FORMS: &str = "\
    plc ltd llp llc inc gmbh pty limited corp co incorporated lp bv nv ag kg";

/// Places that are called by what they are: "the isle of Skerrow".
const PLACES: &str = "\
    isle island village town hamlet parish borough port suburb township";

const LINKS: &str = "\
    of and de du des la le von van der den y upon del da";

type List = LazyLock<HashSet<&'static str>>;
static SORTS: LazyLock<HashMap<&'static str, Sort>> = LazyLock::new(|| {
    let sorts = [
        (PLACES, Sort::Place),
        (STREETS_CAPITAL, Sort::StreetByCapital),
        (STREETS, Sort::Street),
        (HOUSES, Sort::House),
        (OFFICES, Sort::Office),
        (AMBIGUOUS, Sort::Ambiguous),
        (BODIES, Sort::Body),
    ];
    // The last counts of a word that stands in several.
    let words = sorts
        .into_iter()
        .flat_map(|(list, sort)| list.split(' ').map(move |word| (word, sort)));
    words.collect()
});
static GENERICS: List = LazyLock::new(|| GENERIC.split(' ').collect());
static LITTLES: List = LazyLock::new(|| LITTLE.split(' ').collect());

/// Which sort a word in small letters is.
pub fn sort(word: &str) -> Option<Sort> {
    SORTS.get(word).copied()
}

pub fn is_generic(word: &str) -> bool {
    GENERICS.contains(word)
}

pub fn is_little(word: &str) -> bool {
    LITTLES.contains(word)
}

pub fn is_office(word: &str) -> bool {
    sort(word) == Some(Sort::Office)
}

pub fn is_road_like(word: &str) -> bool {
    ROAD_LIKE.split(' ').any(|known| known == word)
}

pub fn is_form(word: &str) -> bool {
    FORMS.split(' ').any(|known| known == word)
}

pub fn is_link(word: &str) -> bool {
    LINKS.split(' ').any(|known| known == word)
}

/// What a body is known by, and how surely.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Sort {
    Body,
    Ambiguous,
    Office,
    House,
    Street,
    StreetByCapital,
    Place,
}
