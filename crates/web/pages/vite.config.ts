// How the pages are built: one entry for each, into `../dist`, which is committed.
//
// The same source must give the same bytes anywhere: nothing here depends on the clock, the machine or
// the folder. File names carry a hash of the contents, so a browser may keep them for good.

import preact from '@preact/preset-vite';
import { fileURLToPath } from 'node:url';
import { defineConfig, type Plugin } from 'vite';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** What is fetched later has no style of its own and nothing before it: Vite's helper for that stays out. */
const plainImports: Plugin = {
  name: 'plain-imports',
  enforce: 'pre',
  load: (id) => (id.endsWith('vite/preload-helper.js') ? 'export const __vitePreload = (load) => load();' : undefined),
};

export default defineConfig({
  plugins: [preact({ devToolsEnabled: false, reactAliasesEnabled: false }), plainImports],
  // Nobody takes a text out of a language by its name.
  json: { namedExports: false },
  build: {
    outDir: here('../dist'),
    emptyOutDir: true,
    target: 'es2022',
    // The pages' policy allows no `data:` address and no script in a page.
    assetsInlineLimit: 0,
    // What a page needs at once stands in its head; a language is fetched alone, with nothing before it.
    modulePreload: { polyfill: false, resolveDependencies: (_, parts, { hostType }) => (hostType === 'html' ? parts : []) },
    rolldownOptions: {
      input: ['index', 'kiosk', 'counter', 'display', 'dashboard', 'sign-in', 'people', 'phone', 'settings', 'planning'].map((page) => here(`${page}.html`)),
      output: {
        // What most pages share, in one file: many small ones are packed worse.
        codeSplitting: {
          groups: [{ name: 'shared', test: /preact|src\/(?:\w+\.ts|ui\/(?:frame|later|trouble)|access\/(?:away|me|ask)|text\/common\/index)/ }],
        },
      },
    },
  },
  // While working on the pages, `npm run dev` takes everything else from a daemon that runs already.
  server: {
    proxy: {
      '/api': { target: process.env['GILIRAN_URL'] ?? 'http://127.0.0.1:8080', ws: true },
    },
  },
});
