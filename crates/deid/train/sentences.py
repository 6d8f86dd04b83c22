"""The sentences that compose.py draws from, all invented for it. `<person>` and the like are places for made-up values."""

CLINICAL = r"""
<Tperson> was admitted to <hospital> on <date> with <complaint>.
Patient: <person>. DOB: <ndate>. MRN: <mrn>. Address: <street>, <place>.
Name: <person>\nDate of birth: <ndate>\nHospital number: <mrn>\nConsultant: Dr <person>
Seen today in clinic with <relation> <first>, who reports <complaint> since <month>.
This <age>-year-old <sex> with <disease> was started on <drug> <dose>.
I reviewed <Tperson> in <hospital> on <date>; <disease> is stable on <drug> <dose>.
<He> was born in <place> and works as a <job> at <company>.
Referred by Dr <person>, <hospital>, <place>. Telephone <phone>, fax <phone>.
Discharge summary\n\nAdmitted: <ndate>   Discharged: <ndate>\nWard: 7B\nNHS number: <nhs>
Blood pressure 132/84, pulse 72, temperature 37.1, saturation 96 % on air.
Creatinine 1.4 mg/dL, potassium 4.3 mmol/L, HbA1c 7.2 %, eGFR 58.
No history of <disease>. <eponym> was negative. <drug> <dose> twice a day for ten days.
Plan: continue <drug> <dose>, repeat bloods in two weeks, follow-up with Dr <person> on <date>.
Emergency contact: <relation> <person>, <phone>, <email>.
Insurance: <company>, member ID <code>, policy number <mrn>.
Lives with <relation> <first> in <place>. Never smoked.
Letter dictated by <person>, typed by <initials>, copied to <hospital>.
The wound was cleaned and dressed. Stitches out in ten days. <drug> <dose> as needed for pain.
Reviewed with <person> (physiotherapist) and <person> (nurse).
Device: pacemaker, serial number <code>, implanted <date> at <hospital>.
A <brand> pacemaker (serial <serial>) was implanted on <date>; the next check is in six months.
Insulin pump: <brand>, S/N <serial>. Sensor changed every ten days.
The hip prosthesis is a <brand>, lot <serial>, fitted at <hospital> in <myear>.
Home oxygen concentrator <brand> no. <serial> was delivered to <street>, <place>.
The hearing aid (<brand>, serial <serial>) was returned for repair.
<first> is in Year 4 at <school> and is doing well with reading.
Attends <school>; the class teacher, <Tperson>, worries about attention.
<He> left <school> at sixteen and trained as a <job>.
<He> was visited at home, <street>, by the district nurse, <person>, on <date>.
<relation> <person> holds power of attorney. <He> can be reached on <phone> after six.
GP: Dr <last>, <hospital>. Next of kin: <person> (<relation>).
Known to the <place> community team. Last seen by <person> on <ndate>.
Presented with <complaint> on return from <place>. Malaria films were negative.
Echo: ejection fraction 55 %, no valve lesion. ECG: sinus rhythm, QTc 430 ms.
Allergies: penicillin (rash). Vaccinations up to date. Does not drink.
Impression: <disease>, likely after <complaint>. <eponym> reassuring.
<first> <last>, <age>, <sex>, <complaint> for three days, no fever, <drug> <dose> started.
Histology <code>: invasive carcinoma, grade 2, margins clear, 0 of 14 nodes.
Booked by <first> on <ndate> for <ndate>. Interpreter (<nation>) needed.
The patient, a retired <job> from <place>, plays the organ in the village church.
Copied to: <Tperson>, <street>, <place>; Dr <person>, <hospital>
<relation> of <first> <last> called at 14:20. Advised to come in. <initials>
""".strip().splitlines()

QUESTIONS = r"""
What dose of <drug> is safe in a <age>-year-old <sex> with <disease> diagnosed in <year>?
What are the guidelines for <disease> in a <age>-year-old <sex> with a positive <eponym>?
Can <drug> be combined with <drug> in <disease> after a fall last month?
How should <disease> be managed in <person>, a <age>-year-old <sex> seen at <hospital> on <date> (MRN <mrn>)?
Should <first> <initial>., MRN <mrn>, continue <drug> after the visit to the <place> clinic?
Does <drug> cause <complaint> in elderly patients with renal impairment?
First-line treatment of <disease> in pregnancy according to the <year> <society> guideline?
Outcomes of <drug> versus <drug> in the <trial> trial?
Is <complaint> in a <age>yo <sex> with <disease> a reason to stop <drug>, last changed this spring?
Differential diagnosis of <complaint> in a <age>-year-old <sex> after a trip abroad last summer?
Typical protocols for <disease> in a tertiary centre, latest updates?
Interpretation of a <eponym> in a <age>-year-old <sex> with <disease>, seen yesterday?
Effect of the <diet> diet on <disease> in adults over 60?
How often should HbA1c be checked in a <age>-year-old <sex> on <drug> <dose>?
<person>, <age>, was seen on <date> with <complaint>. Is <drug> <dose> still right?
Options for <first> <initial>. with <disease>, referred by Dr. <last> from <hospital>?
Interactions of <drug> in a <age>-year-old <sex>, <first> <last>, who lives in <place> (phone <phone>)?
pt <person>, <age> yo <sex>, hx of <disease>, seen <date> at <hospital>, insurance ID <code>. next step?
Post-op care for <Tperson> (record <code>), discharged from <hospital> on <date>?
Advice on <complaint> for <first>, policy #<mrn>, evaluated in <myear> in <place>?
Summarise the care plan for <person>, email <email>, SSN <ssn>, admitted <date>.
""".strip().splitlines()

LEGAL = r"""
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
IN THE <Ucourt>\n\n<Uperson>\n        ... Petitioner\n  Versus\n<Uperson> and others\n        ... Respondents
For the petitioner: Mr. <person>, Advocate. For the respondents: Ms. <person>, Advocate.
The Honourable Mr. Justice <person>
The police of <place> seized a vehicle, registration <code>, and <amount> in cash.
In <myear> the applicant, a <nation> national, moved to <place>.
The Court reiterates that the length of proceedings must be assessed in the light of the circumstances.
The <court> ordered <company> to pay <amount> to <Tperson>.
Dear Ms <last>,\n\nOur file: <code>\nYour letter of <date>\n\nWe act for <person> of <street>, <place>.
Please reply to <email> or call <phone>. Account <iban>.
The tenant, <person>, shall pay the rent to <person> by the third day of each month.
The will of the late <person> of <place>, dated <date>, names <person> as executor.
The defendant denies the allegation and puts the plaintiff to proof.
""".strip().splitlines()

EVERYDAY = r"""
Hello, my name is <person> and I cannot log in to my account <mrn>.
Please send the parcel to <person>\n<street>\n<place>\n<phone>
Could you change the name on the account to <person>? The old one was <last>.
I moved to <street>, <place> last week; my post code is <code>.
Can you confirm that my card <card> has been blocked?
My IBAN is <iban>, my email is <email>.
Agent: who am I speaking to?\nCaller: <person>, from <company>
<first>: where were you?\n<first>: at my <relation>'s, in <place>.
<company> was founded in <place> by <person> and <person>, two friends from <school>.
<person> (born <date> in <place>) is a <nation> <job>.
The <nation> <job> <person> moved from <place> to <place> in <year>.
<place> is a town on the river, known for its cheese and a summer fair.
The new record by <person> is the best thing I have heard this year.
How can I see my statement online? The page says it is being mended.
I would like to raise my limit for a few days. Is that possible?
Thank you for calling; is there anything else I can do for you?
Your order of <ndate> has left our store and arrives on <date>.
The login came from <ip> at 14:02:55 on <ndate>.
Visit <url> or write to <person> at <email>.
<Uperson>\n<street>\n<Uplace>
Dear <Tperson>,\n\nyour appointment with <first> is on <date> at half past nine in <place>.\n\nKind regards\n<person>
We met <first> and <first> at the <last> house; <first> had come all the way from <place>.
My social security number is <ssn> and I was born on <ndate>.
Date of birth? <ndate>. Telephone? <phone>.
<job>s at <company> in <place> earn more than those at <company>.
A <age>-year-old <job> from <place> won the prize, said <person>.
<person> lives in <place>, works at <company> and takes the train from <place>.
I cannot come today, the dog is ill. Let us try again on Thursday.
""".strip().splitlines()

WORDS = {
    "complaint": "chest pain|shortness of breath|a productive cough|abdominal pain|palpitations|low back pain|a rash|dizziness|weight loss|fever and chills|a fractured wrist|blurred vision|joint stiffness|insomnia|a swollen ankle|hoarseness|night sweats|numb fingers",
    "disease": "type 2 diabetes|hypertension|atrial fibrillation|Crohn's disease|Parkinson's disease|Hodgkin lymphoma|Graves' disease|asthma|COPD|heart failure|Alzheimer's disease|Addison's disease|multiple sclerosis|gout|Raynaud's phenomenon|migraine|Wilson's disease|Sjögren's syndrome|Lyme disease|Marfan syndrome|West Nile fever|Kawasaki disease|Bell's palsy|Guillain-Barré syndrome|Barrett's oesophagus|CKD stage 3|HFpEF|Stage IV lung cancer|Stevens-Johnson syndrome|Ehlers-Danlos syndrome|Cushing's syndrome",
    "drug": "metformin|lisinopril|apixaban|Eliquis|bisoprolol|Lantus|omeprazole|amoxicillin|Augmentin|sertraline|Humira|levothyroxine|furosemide|Ventolin|prednisolone|Xarelto|Entresto|Keytruda|Ozempic|warfarin|rituximab|clopidogrel|Symbicort|lithium|St John's wort",
    "dose": "5 mg|10 mg|20 mg|40 mg daily|500 mg|1 g|100 micrograms|2 puffs|0.4 mL/kg|1,000 units",
    "eponym": "Chaddock reflex|Babinski sign|Romberg test|Murphy's sign|Wells score|Apgar score|Glasgow Coma Scale of 15|Framingham risk score|Phalen's test|Child-Pugh score|Holter monitor|Rinne test|Tinel sign|Lachman test|Braden scale of 14|Beck inventory|CHA2DS2-VASc score of 3|Mallampati class II|Trendelenburg gait|Kernig's sign",
    "society": "ESC|NICE|ADA|GOLD|ACC/AHA|KDIGO|WHO|British Thoracic Society|SIGN",
    "trial": "SPRINT|PARADIGM-HF|EMPA-REG|ISCHEMIA|RECOVERY",
    "diet": "DASH|Mediterranean|ketogenic|low-FODMAP",
    "sex": "man|woman|male|female|Asian female|African American man|Hispanic woman|boy|girl",
    "relation": "wife|husband|son|daughter|mother|brother|partner|sister|father|aunt",
    "job": "teacher|bus driver|welder|solicitor|nurse|software engineer|farmer|translator|locksmith|notary|beekeeper|stonemason|journalist|tram conductor|pharmacist|police officer|plumber|accountant|university lecturer|lorry driver|midwife|carpenter|school caretaker|harbour pilot|textile worker|civil servant",
    "He": "He|She|They|The patient",
    "nation": "Norwegian|Turkish|French|Polish|Kenyan|Peruvian|Indian|Irish|Hungarian|Portuguese|Ukrainian|Vietnamese|Moroccan|Kurdish|Roma|Chechen|Finnish|Slovak|Brazilian|Korean|Greek|Lebanese",
}
# What of them tells who is meant, and as what.
MARKED = {"job": "other", "nation": "other", "amount": "other"}
