import { vitePreprocess } from '@sveltejs/vite-plugin-svelte';

/** @type {import('@sveltejs/vite-plugin-svelte').SvelteConfig} */
export default {
  preprocess: vitePreprocess(),
  // Styles go to files: the content security policy allows no inline style element.
  compilerOptions: { css: 'external', runes: true },
};
