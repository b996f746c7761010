// Runs the unit tests: bundles them as the pages are bundled, then hands them to Node's own runner.

import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

const root = fileURLToPath(new URL('..', import.meta.url));
const out = join(root, 'node_modules/.cache/giliran-unit');
const tests = readdirSync(join(root, 'test/unit')).filter((name) => name.endsWith('.test.ts'));

await build({
  root,
  configFile: false,
  logLevel: 'warn',
  build: {
    ssr: true,
    outDir: out,
    emptyOutDir: true,
    sourcemap: 'inline',
    rolldownOptions: { input: tests.map((name) => join(root, 'test/unit', name)) },
  },
});
const files = readdirSync(out).filter((name) => name.endsWith('.test.js') || name.endsWith('.test.mjs'));
if (files.length !== tests.length) throw new Error(`${tests.length} tests became ${files.length} files`);
const run = spawnSync(process.execPath, ['--enable-source-maps', '--test', ...files.map((name) => join(out, name))], {
  stdio: 'inherit',
});
process.exitCode = run.status ?? 1;
