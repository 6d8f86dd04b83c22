/** The invented cabinet's memory. */
import { freshEscalation, type FakeEscalation } from './escalation';
import type {
  AuditEntry,
  BackupRow,
  DocumentRow,
  Folder,
  Followed,
  JobRow,
  ModelRow,
  Note,
  NoteVersion,
  Settings,
  Stage,
} from '../types';
import { folderNames, papers, type Paper } from './corpus';
import { extractedText } from './pdf';

export interface FakeDocument {
  row: DocumentRow;
  paper: Paper;
  /** What `page_text` gives. */
  texts: string[];
}

export interface FakeNote {
  note: Note;
  trashed: boolean;
  history: { version: NoteVersion; note: Note }[];
}

export interface FakeState {
  stage: Stage;
  passphrase: string;
  /** Whether the keychain may open the cabinet, and what it answers when it is asked. */
  keychain: { on: boolean; refuses: string | null };
  folders: Folder[];
  documents: FakeDocument[];
  notes: FakeNote[];
  followed: Followed[];
  jobs: JobRow[];
  paused: boolean;
  settings: Settings;
  audit: AuditEntry[];
  backups: BackupRow[];
  models: ModelRow[];
  next: number;
  escalation: FakeEscalation;
}

const day = 86_400_000;

export function makeDocument(paper: Paper, id: string, folderId: string): FakeDocument {
  const texts = paper.pages.map((page) => (paper.kind === 'pdf' ? extractedText(page) : page));
  const chars = texts.reduce((sum, text) => sum + text.length, 0);
  return {
    paper,
    texts,
    row: {
      id,
      folderId,
      title: paper.title,
      sourceName: paper.file,
      parentId: null,
      replacedBy: null,
      versionsBefore: 0,
      deletions: 0,
      sameTextAs: null,
      author: null,
      dated: null,
      genre: null,
      kind: paper.kind,
      pages: paper.pages.length,
      pagesWithoutText: texts.filter((text) => text === '').length,
      ocrPages: 0,
      faintPages: 0,
      damagedPages: 0,
      chars,
      bytes: 18_000 + chars * 37,
      addedAt: Date.now() - paper.daysAgo * day - 3_600_000,
      state: 'ready',
    },
  };
}

function firstNote(folderId: string): FakeNote {
  const body = {
    type: 'doc',
    content: [
      {
        type: 'paragraph',
        content: [
          { type: 'text', text: 'Seen on 18 March because of the rash. ' },
          {
            type: 'text',
            text: 'The metformin dose was halved because of kidney function.',
            marks: [
              {
                type: 'claim',
                attrs: {
                  verdict: 'supported',
                  reason: null,
                  citations: [
                    {
                      documentId: 'd1',
                      title: 'Discharge letter, Ruth Adeyemi',
                      page: 2,
                      start: 173,
                      end: 251,
                      quote:
                        'Metformin 500 mg twice daily. The dose was halved because of kidney function.',
                    },
                  ],
                },
              },
            ],
          },
        ],
      },
      {
        type: 'citedQuote',
        attrs: {
          documentId: 'd1',
          title: 'Discharge letter, Ruth Adeyemi',
          page: 1,
          start: 790,
          end: 870,
          verdict: 'supported',
        },
        content: [
          {
            type: 'text',
            text: 'An allergy to penicillin is not known; an earlier note of 2004 could not be confirmed.',
          },
        ],
      },
      { type: 'heading', attrs: { level: 2 }, content: [{ type: 'text', text: 'To do' }] },
      {
        type: 'bulletList',
        content: ['Find the note of 2004', 'Kidney values by 23 March'].map((text) => ({
          type: 'listItem',
          content: [{ type: 'paragraph', content: [{ type: 'text', text }] }],
        })),
      },
    ],
  };
  const note: Note = {
    id: 'n1',
    folderId,
    title: 'Visit of 18 March',
    body: JSON.stringify(body),
    version: 3,
    updatedAt: Date.now() - 7_200_000,
  };
  const before: Note = {
    ...note,
    title: 'Visit',
    version: 2,
    updatedAt: Date.now() - day,
    body: JSON.stringify({
      type: 'doc',
      content: [
        {
          type: 'paragraph',
          content: [{ type: 'text', text: 'Seen on 18 March because of the rash.' }],
        },
      ],
    }),
  };
  return {
    note,
    trashed: false,
    history: [
      { note, version: { version: 3, savedAt: note.updatedAt, title: note.title, chars: 214 } },
      {
        note: before,
        version: { version: 2, savedAt: before.updatedAt, title: 'Visit', chars: 37 },
      },
    ],
  };
}

export function freshState(stage: Stage): FakeState {
  const empty = stage === 'welcome';
  const names = empty ? ['General'] : folderNames;
  const folders = names.map((name, i) => ({ id: `f${i}`, name, documents: 0, notes: 0 }));
  const folderOf = (name: string) => folders.find((f) => f.name === name)?.id ?? 'f0';
  const documents = empty
    ? []
    : papers.map((paper, i) => makeDocument(paper, `d${i + 1}`, folderOf(paper.folder)));
  const rota = documents.find((d) => d.paper.kind === 'text' && d.paper.folder === 'Practice');
  if (rota) rota.row.state = 'embedding';
  const actions = ['opened', 'searched', 'viewed', 'viewed', 'generated', 'imported', 'exported'];
  return {
    stage,
    passphrase: 'correct horse battery staple',
    keychain: { on: false, refuses: null },
    folders,
    documents,
    notes: empty ? [] : [firstNote(folderOf('Adeyemi, Ruth'))],
    followed: [],
    jobs: empty ? [] : finishedJobs(folderOf('Hollis v. Marlow Estates')),
    paused: false,
    escalation: freshEscalation(),
    settings: {
      theme: 'system',
      lockAfterMinutes: 10,
      showUnsupported: true,
      suggest: true,
      recentSearches: [],
      savedSearches: [],
    },
    audit: Array.from({ length: 62 }, (_, i) => ({
      number: 62 - i,
      at: Date.now() - i * 1_900_000,
      action: actions[i % actions.length] as string,
      subject: i % 7 < 1 ? null : `01a2${(i * 7919).toString(16).padStart(8, '0')}`,
      count: null,
    })),
    backups: [],
    models: [
      {
        id: 'minilm',
        name: 'all-MiniLM-L6-v2',
        purpose: 'embedding',
        license: 'Apache-2.0',
        bytes: 90_900_000,
        state: 'ready',
        advice: '',
        chosen: true,
        completes: false,
        removable: false,
        memory: 0,
      },
      {
        id: 'smollm2',
        name: 'SmolLM2-135M-Instruct',
        purpose: 'writing',
        license: 'Apache-2.0',
        bytes: 98_400_000,
        state: 'ready',
        advice: '',
        chosen: true,
        completes: true,
        removable: false,
        memory: 150_000_000,
      },
    ],
    next: 100,
  };
}

function finishedJobs(folderId: string): JobRow[] {
  const none = { inside: null, documentId: null, made: null, error: null };
  const done = { folderId, stage: '', done: 0, total: 0, ...none };
  return [
    {
      ...done,
      id: 'j1',
      fileName: 'bank-statements.pdf',
      state: 'failed',
      error: {
        code: 'encrypted',
        message: 'bank-statements.pdf is protected by a password.',
        advice: 'Give its password and try again.',
      },
    },
    { ...done, id: 'j2', fileName: 'chronicle.pdf', state: 'added', documentId: 'd12' },
    { ...done, id: 'j3', fileName: 'lease copy.pdf', state: 'duplicate', documentId: 'd5' },
    {
      ...done,
      id: 'j4',
      fileName: 'plan.dwg',
      state: 'failed',
      error: {
        code: 'unsupported',
        message: 'plan.dwg is of a kind that Cabinet does not read.',
        advice: 'Save it as PDF and add that file.',
      },
    },
    { ...done, id: 'j5', fileName: 'Brandt statement.docx', state: 'added', documentId: 'd7' },
  ];
}
