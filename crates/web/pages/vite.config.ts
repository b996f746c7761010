// How the pages are built: one entry for each, into `../dist`, which is committed.
//
// The same source must give the same bytes anywhere: nothing here depends on the clock, the machine or
// the folder. File names carry a hash of the contents, so a browser may keep them for good.

import preact from '@preact/preset-vite';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  plugins: [preact({ devToolsEnabled: false, reactAliasesEnabled: false })],
  build: {
    outDir: here('../dist'),
    emptyOutDir: true,
    target: 'es2022',
    // The pages' policy allows no `data:` address and no script in a page.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: ['index', 'kiosk', 'counter', 'display', 'dashboard'].map((page) => here(`${page}.html`)),
    },
  },
  // While working on the pages, `npm run dev` takes everything else from a daemon that runs already.
  server: {
    proxy: {
      '/api': { target: process.env['GILIRAN_URL'] ?? 'http://127.0.0.1:8080', ws: true },
    },
  },
});
