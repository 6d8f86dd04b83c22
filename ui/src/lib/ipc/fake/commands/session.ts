/** The cabinet as a whole: opened, locked, set up. */
import type { Backend } from '../../contract';
import { answer, done, emit, fake, refuse } from '../core';

export const session = {
  appState: () =>
    answer(() => ({
      stage: fake.stage,
      version: '0.1.0',
      sealed: true,
      sealSummary: 'The kernel refuses this process every network socket.',
      home: '/home/user/.local/share/cabinet',
      courier: fake.escalation.view.on,
      keychain: fake.keychain.on,
    })),
  passphraseStrength: (passphrase) =>
    answer(() => {
      const score = Math.min(4, Math.floor(passphrase.length / 5));
      return {
        score,
        label: ['very weak', 'weak', 'fair', 'strong', 'very strong'][score] as string,
        guessTime: ['less than a second', '3 hours', '4 years', 'centuries', 'centuries'][
          score
        ] as string,
        advice: score < 3 ? ['Add another word or two. Uncommon words are better.'] : [],
        accepted: score >= 3,
      };
    }),
  createCabinet: (passphrase) =>
    answer(() => {
      fake.passphrase = passphrase;
      fake.stage = 'open';
      return { groups: ['K7QM', 'X2RD', '9TFB', 'H4WA', 'ZN6C', 'P3VE', '8JYG', 'M5SK', 'R0T1'] };
    }),
  saveRecoveryCode: () => answer(() => 'Cabinet recovery code.txt'),
  unlock: (passphrase) =>
    done(() => {
      if (passphrase !== fake.passphrase) {
        refuse('wrong_passphrase', 'That is not the passphrase of this cabinet.', 'Try again.');
      }
      fake.stage = 'open';
    }),
  keychainView: () =>
    answer(() => ({
      on: fake.keychain.on,
      consequences: [
        'Whoever sits at your session while it is logged in can open the cabinet without its passphrase.',
        'Any program that you run in the session can ask the keychain for the key as well.',
      ],
    })),
  keychainOn: (passphrase) =>
    done(() => {
      if (passphrase !== fake.passphrase) refuse('wrong_passphrase', 'The passphrase is wrong.');
      if (fake.keychain.refuses) refuse('keychain', fake.keychain.refuses, 'Use the passphrase.');
      fake.keychain.on = true;
    }),
  keychainOff: () =>
    answer(() => {
      fake.keychain.on = false;
      return fake.keychain.refuses
        ? { code: 'keychain', message: fake.keychain.refuses, advice: '' }
        : null;
    }),
  unlockByKeychain: () =>
    done(() => {
      if (fake.keychain.refuses) refuse('keychain', fake.keychain.refuses, 'Use the passphrase.');
      fake.stage = 'open';
    }),
  recover: (code, next) =>
    done(() => {
      if (code.replace(/[^A-Z0-9]/gi, '').length !== 36) {
        refuse(
          'wrong_recovery_code',
          'That is not the recovery code of this cabinet.',
          'It has nine groups of four characters.',
        );
      }
      fake.passphrase = next;
      fake.stage = 'open';
    }),
  lock: () =>
    done(() => {
      fake.stage = 'locked';
      emit('locked', 'asked');
    }),
  changePassphrase: (current, next) =>
    done(() => {
      if (current !== fake.passphrase) {
        refuse('wrong_passphrase', 'The current passphrase is not right.', 'Try again.');
      }
      fake.passphrase = next;
    }),
  newRecoveryCode: (passphrase) =>
    answer(() => {
      if (passphrase !== fake.passphrase) refuse('wrong_passphrase', 'The passphrase is wrong.');
      return { groups: ['A1QM', 'B2RD', 'C3FB', 'D4WA', 'E56C', 'F6VE', 'G7YG', 'H8SK', 'J9T1'] };
    }),
  activity: () => done(() => undefined),
  settings: () => answer(() => fake.settings),
  saveSettings: (settings) =>
    done(() => {
      fake.settings = settings;
    }),
} satisfies Partial<Backend['commands']>;
