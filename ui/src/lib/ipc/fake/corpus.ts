/** Invented people, invented papers. Used by tests and by the interface in a plain browser. */

export interface Paper {
  title: string;
  file: string;
  kind: 'pdf' | 'docx' | 'text' | 'markdown' | 'html';
  folder: string;
  daysAgo: number;
  /** One entry a page; an empty entry is a page without readable text. */
  pages: string[];
}

export const folderNames = ['General', 'Adeyemi, Ruth', 'Hollis v. Marlow Estates', 'Practice'];

const discharge: Paper = {
  title: 'Discharge letter, Ruth Adeyemi',
  file: 'adeyemi-discharge-2026-03.pdf',
  kind: 'pdf',
  folder: 'Adeyemi, Ruth',
  daysAgo: 2,
  pages: [
    `Northgate General Hospital
Department of Internal Medicine

Discharge letter

Patient: Ruth Adeyemi, born 14 May 1957. Record number NG-448201.
Admitted on 3 March 2026, discharged on 9 March 2026.

Diagnoses
Community-acquired pneumonia of the left lower lobe.
Type 2 diabetes mellitus, known since 2011.
Chronic kidney disease, stage 3a.

Course
Mrs Adeyemi was admitted with fever of 39.2 °C, productive cough and shortness of breath. The chest radiograph showed an infiltrate in the left lower lobe. Amoxicillin with clavulanic acid was given intravenously for three days and changed to tablets on 6 March. The fever settled within 48 hours. C-reactive protein fell from 184 mg/l to 22 mg/l.

There was no sign of heart failure. An allergy to penicillin is not known; an earlier note of 2004 could not be confirmed. Blood glucose was between 6.1 and 11.4 mmol/l under the usual therapy.`,
    `Findings on discharge
Blood pressure 132/78 mmHg, pulse 76 per minute, oxygen saturation 96 % on room air. Creatinine 118 µmol/l, estimated filtration rate 47 ml/min.

Medication on discharge
Metformin 500 mg twice daily. The dose was halved because of kidney function.
Amlodipine 5 mg once daily, in the morning.
Atorvastatin 20 mg once daily, in the evening.
Amoxicillin with clavulanic acid 875/125 mg twice daily until 12 March 2026, then stop.

What we ask of you
Please repeat the kidney values within two weeks. Ibuprofen and other non-steroidal drugs should not be given. A follow-up radiograph is advised in six weeks, since Mrs Adeyemi smoked until 2019. Vaccination against pneumococci is recommended once she has recovered.

Dr Helena Voss, consultant physician`,
  ],
};

const echo: Paper = {
  title: 'Echocardiography report',
  file: 'echo-adeyemi.pdf',
  kind: 'pdf',
  folder: 'Adeyemi, Ruth',
  daysAgo: 9,
  pages: [
    `Harbour Street Cardiology

Echocardiography of 24 February 2026
Patient: Ruth Adeyemi, born 14 May 1957.

Left ventricle of normal size with good systolic function, ejection fraction 58 %. No regional wall motion abnormality. Mild concentric hypertrophy, septum 12 mm.
Left atrium slightly enlarged. Right heart normal. Mild mitral regurgitation without need for treatment. No pericardial effusion.

Assessment
Hypertensive heart disease at an early stage. No indication of coronary heart disease at rest. Blood pressure should stay below 140/85 mmHg. We suggest a further examination in two years.`,
  ],
};

const plan: Paper = {
  title: 'Medication plan',
  file: 'Medication plan Adeyemi.docx',
  kind: 'docx',
  folder: 'Adeyemi, Ruth',
  daysAgo: 1,
  pages: [
    `Medication plan
Ruth Adeyemi, 9 March 2026

Metformin 500 mg, one tablet in the morning and one in the evening, with meals.
Amlodipine 5 mg, one tablet in the morning.
Atorvastatin 20 mg, one tablet in the evening.

Stopped: metformin 1000 mg, because of kidney function.
Not to be taken: ibuprofen, diclofenac, naproxen.

Next blood test: 23 March 2026, kidney values and potassium.`,
  ],
};

const calls: Paper = {
  title: 'Telephone notes, spring',
  file: 'phone-notes.txt',
  kind: 'text',
  folder: 'Adeyemi, Ruth',
  daysAgo: 0,
  pages: [
    `11 March, 9.40. Mrs Adeyemi rings. She sleeps well, coughs a little in the morning. No fever since discharge.

11 March, 16.05. Her daughter asks whether the old metformin tablets of 1000 mg may be halved. Told her: yes, if they are scored, until the new packet is there.

17 March, 8.55. Mrs Adeyemi reports a rash on the left forearm since the weekend. The antibiotic ended on 12 March. To be seen on 18 March at 10.30.`,
  ],
};

const lease: Paper = {
  title: 'Lease, 14 Quay Street',
  file: 'lease-14-quay-street-signed.pdf',
  kind: 'pdf',
  folder: 'Hollis v. Marlow Estates',
  daysAgo: 30,
  pages: [
    `Lease agreement

between Marlow Estates Limited, hereinafter the landlord, and Judith Hollis, hereinafter the tenant, made on 1 June 2023.

1. The premises
The landlord lets to the tenant the ground floor and basement of 14 Quay Street, to be used as a bookbinding workshop and for no other purpose.

2. Term
The lease begins on 1 July 2023 and runs for five years. Either party may end it with notice of six months, for the first time to 30 June 2026.

3. Rent
The monthly rent is 1,850 pounds, payable in advance on the third working day. It rises on each 1 July by the change of the consumer price index, but by no more than 3 per cent.`,
    `4. Repair
The landlord keeps the roof, the outer walls, the windows and the drains in repair. The tenant bears repairs inside the premises up to 200 pounds in the single case and 900 pounds in the year.

5. Defects
The tenant reports defects without delay and in writing. If the landlord does not begin the repair within 14 days, the tenant may have it done and deduct the reasonable cost from the rent. In the case of water entering the premises the period is 48 hours.

6. Deposit
The tenant has paid a deposit of 5,550 pounds, held in a separate account. It is returned within two months of the end of the lease.`,
    `7. Insurance
The landlord insures the building. The tenant insures her stock and machines.

8. Assignment
The tenant may assign the lease only with the landlord's consent in writing, which may not be refused without good reason.

9. Notices
Notices are valid only if delivered by hand or by recorded post. Electronic mail does not suffice.

Signed on 1 June 2023
Judith Hollis, tenant
P. Marlow, director, for Marlow Estates Limited`,
  ],
};

const opinion: Paper = {
  title: 'Expert opinion on damp in the basement',
  file: 'opinion_damp_14_quay_street.pdf',
  kind: 'pdf',
  folder: 'Hollis v. Marlow Estates',
  daysAgo: 6,
  pages: [
    `Bureau for Building Physics, A. Lindqvist

Opinion on the cause of damp in the basement of 14 Quay Street

1. Question
The court asks whether the damp found in the basement comes from the way the tenant uses the rooms or from the structure of the building.

2. Inspection
I inspected the premises on 12 January 2026 in the presence of both parties. The moisture content of the western wall was 14.2 per cent by mass at floor height and 9.8 per cent at a height of one metre. The eastern wall was dry throughout.`,
    `3. Findings
The drain along the western wall is broken over a length of about four metres. The horizontal damp course ends 30 centimetres before the corner. Salt has bloomed over the whole western wall, which takes several winters.

4. Assessment
The damp rises from outside. It does not come from condensation: the surface temperature was 2.5 °C above the dew point on all eleven days of measurement. The use of the rooms as a workshop has not caused it and has made it worse only slightly, if at all.

5. Cost
Repairing the drain and completing the damp course will cost about 16,400 pounds before tax. The work takes three weeks. The basement cannot be used during that time.`,
  ],
};

const witness: Paper = {
  title: 'Witness statement of Tomas Brandt',
  file: 'Brandt statement.docx',
  kind: 'docx',
  folder: 'Hollis v. Marlow Estates',
  daysAgo: 12,
  pages: [
    `Witness statement

I, Tomas Brandt, journeyman bookbinder, have worked in the workshop at 14 Quay Street since August 2023.

In November 2024 I saw water standing in the basement for the first time, about two centimetres deep along the western wall. Ms Hollis rang the landlord's office on the same morning. A man came on 2 December 2024, looked at the wall and left without doing anything.

In February 2025 the water came again. We lost 340 sheets of paper and the leather for eleven bindings. I put the value at about 2,900 pounds. Ms Hollis wrote to the landlord by recorded post on 14 February 2025. I took the letter to the post office myself.

I have read this statement and it is true.`,
  ],
};

const letter: Paper = {
  title: 'Letter to Marlow Estates, defects',
  file: 'letter-defects.md',
  kind: 'markdown',
  folder: 'Hollis v. Marlow Estates',
  daysAgo: 20,
  pages: [
    `Letter by recorded post, 14 February 2025

To Marlow Estates Limited

Water has entered the basement of 14 Quay Street for the second time. I reported the first case by telephone on 18 November 2024. Under clause 5 of the lease you have 48 hours to begin the repair. If nothing has been done by then I will have the drain repaired and deduct the cost from the rent.

The damage to my stock comes to 2,900 pounds; a list is enclosed.

Judith Hollis`,
  ],
};

const scan: Paper = {
  title: 'Photographs of the western wall',
  file: 'scan0043.pdf',
  kind: 'pdf',
  folder: 'Hollis v. Marlow Estates',
  daysAgo: 5,
  pages: ['Photographs of the western wall, taken on 12 January 2026. Three sheets.', '', ''],
};

const hygiene: Paper = {
  title: 'Hygiene plan of the practice',
  file: 'hygiene-plan.html',
  kind: 'html',
  folder: 'Practice',
  daysAgo: 90,
  pages: [
    `Hygiene plan

Hands are disinfected before and after every contact with a patient. Surfaces in the treatment rooms are wiped with alcohol after each patient and at the end of the day.

Instruments are cleaned, packed and sterilised at 134 °C for five minutes. The log of the steriliser is kept for five years.`,
  ],
};

const rota: Paper = {
  title: 'Rota, second quarter',
  file: 'rota-q2.txt',
  kind: 'text',
  folder: 'Practice',
  daysAgo: 14,
  pages: [
    'Week 14: Voss, Okafor. Week 15: Okafor, Lund. Week 16: Lund, Voss. Holiday: Easter Monday.',
  ],
};

/** A long paper, to try scrolling: a chronicle of a house that never stood. */
const chronicle: Paper = {
  title: 'Chronicle of the house at 14 Quay Street',
  file: 'chronicle.pdf',
  kind: 'pdf',
  folder: 'Hollis v. Marlow Estates',
  daysAgo: 40,
  pages: Array.from({ length: 48 }, (_, i) => {
    const year = 1880 + i * 3;
    return `Chapter ${i + 1}: the years from ${year} to ${year + 2}

In ${year} the house at 14 Quay Street had ${2 + (i % 4)} tenants and an owner who lived elsewhere. The roof was mended in the spring of ${year + 1} for ${30 + i * 7} pounds.

The basement stayed ${i % 3 === 0 ? 'wet through the winter, as the neighbours remembered' : 'dry, and coal was kept in it'}. In ${year + 2} the drain along the western wall was opened and found ${i % 5 === 0 ? 'broken' : 'sound'}.`;
  }),
};

export const papers: Paper[] = [
  discharge,
  echo,
  plan,
  calls,
  lease,
  opinion,
  witness,
  letter,
  scan,
  hygiene,
  rota,
  chronicle,
];

/** What "open the sample documents" brings. */
export const samples: Paper[] = [discharge, lease, witness, hygiene].map((paper) => ({
  ...paper,
  folder: 'General',
  daysAgo: 0,
}));
