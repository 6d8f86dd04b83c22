import svelte from 'eslint-plugin-svelte';
import ts from 'typescript-eslint';
import svelteConfig from './svelte.config.js';

const onlyIpc = {
  patterns: [
    {
      group: ['@tauri-apps/*'],
      message: 'Only src/lib/ipc speaks to the shell; call its typed functions.',
    },
  ],
};

export default ts.config(
  { ignores: ['dist/**', '**/dist/**', '**/bindings.ts', '**/vite.config.ts.timestamp*'] },
  ...ts.configs.recommended,
  ...svelte.configs.recommended,
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: { parserOptions: { parser: ts.parser, svelteConfig } },
  },
  {
    rules: {
      'no-eval': 'error',
      'no-implied-eval': 'error',
      'no-restricted-imports': ['error', onlyIpc],
      'no-restricted-globals': [
        'error',
        ...['localStorage', 'sessionStorage', 'indexedDB'].map((name) => ({
          name,
          message: 'The web view keeps this on disk in plain text.',
        })),
      ],
      'svelte/no-at-html-tags': 'error',
      'svelte/prefer-svelte-reactivity': 'off',
      'svelte/no-navigation-without-resolve': 'off',
      'no-undef': 'off',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
    },
  },
  { files: ['**/lib/ipc/**'], rules: { 'no-restricted-imports': 'off' } },
);
