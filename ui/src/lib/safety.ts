/** Whether the user's data is safe, said with every error. Codes are the stable names from Rust. */

const stored = 'Everything in the cabinet is as it was.';

const sentences: Record<string, string> = {
  wrong_passphrase: '',
  wrong_recovery_code: '',
  weak_passphrase: '',
  damaged_header:
    'Your documents are still on this disk, untouched, but cannot be opened without the header.',
  in_use: 'Your documents are safe.',
  note_conflict: 'Neither version is lost.',
  disk_full: 'Nothing already stored is lost.',
  window: 'Your documents are safe.',
  locked: 'Your documents are safe.',
};

export const safety = (code: string): string => sentences[code] ?? stored;
