import { cpSync, existsSync, createReadStream } from 'node:fs';
import { dirname, extname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import type { Plugin } from 'vite';
import { defineConfig } from 'vitest/config';

const here = dirname(fileURLToPath(import.meta.url));
const pdfjs = resolve(here, '../node_modules/pdfjs-dist');

/** Folders pdf.js reads at run time: character maps, the standard fonts and its image decoders. */
const pdfjsFolders = ['cmaps', 'standard_fonts', 'wasm'];

/** Serves those folders under `/pdfjs` while developing and copies them into a build. */
function pdfjsData(): Plugin {
  const types: Record<string, string> = { '.js': 'text/javascript', '.wasm': 'application/wasm' };
  return {
    name: 'pdfjs-data',
    configureServer(server) {
      server.middlewares.use('/pdfjs', (request, response, next) => {
        const file = join(pdfjs, decodeURIComponent((request.url ?? '').split('?')[0] ?? ''));
        const known = pdfjsFolders.some((folder) => file.startsWith(join(pdfjs, folder)));
        if (!known || !existsSync(file)) return next();
        response.setHeader('Content-Type', types[extname(file)] ?? 'application/octet-stream');
        createReadStream(file).pipe(response);
      });
    },
    writeBundle(options) {
      const out = options.dir ?? resolve(here, 'dist');
      for (const folder of pdfjsFolders) {
        cpSync(join(pdfjs, folder), join(out, 'pdfjs', folder), { recursive: true });
      }
    },
  };
}

export default defineConfig(({ mode }) => {
  // Only the test runner and `npm run ui:dev` may see invented data; a build never does.
  const invented = mode === 'fake' || mode === 'test';
  return {
    root: here,
    plugins: [svelte({ configFile: resolve(here, 'svelte.config.js') }), pdfjsData()],
    resolve: {
      alias: {
        $lib: resolve(here, 'src/lib'),
        $components: resolve(here, 'src/components'),
        $features: resolve(here, 'src/features'),
        $backend: resolve(
          here,
          invented ? 'src/lib/ipc/fake/backend.ts' : 'src/lib/ipc/backend.ts',
        ),
      },
      ...(mode === 'test' ? { conditions: ['browser'] } : {}),
    },
    server: { port: 5173, strictPort: true, host: '127.0.0.1' },
    clearScreen: false,
    build: {
      outDir: resolve(here, 'dist'),
      emptyOutDir: true,
      target: 'safari16',
      chunkSizeWarningLimit: 1500,
      // The policy has no `data:` for fonts; every asset stays a file.
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
    },
    worker: { format: 'es' },
    test: {
      environment: 'jsdom',
      include: ['src/**/*.test.ts'],
      setupFiles: [resolve(here, 'src/lib/testing.ts')],
      restoreMocks: true,
      // Whole screens are checked with axe; on a busy machine that takes its time.
      testTimeout: 60_000,
      // The tokens are read by a test; other styles are not needed there.
      css: { include: [/tokens\.css/] },
    },
  };
});
