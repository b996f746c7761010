// Checks that what is generated and committed is what its source gives: the built pages, and the types
// of the daemon's messages.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

const root = fileURLToPath(new URL('..', import.meta.url));
const fresh = mkdtempSync(join(tmpdir(), 'giliran-built-'));
const faults = [];

/** Every file below a folder, by its path there. */
const files = (folder) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name).slice(folder.length + 1))
    .sort();

try {
  await build({ root, logLevel: 'warn', build: { outDir: join(fresh, 'dist'), emptyOutDir: true } });
  const [committed, built] = [join(root, '../dist'), join(fresh, 'dist')];
  const names = new Set([...files(committed), ...files(built)]);
  for (const name of names) {
    const [before, now] = [committed, built].map((folder) => {
      try {
        return readFileSync(join(folder, name));
      } catch {
        return undefined;
      }
    });
    if (!before) faults.push(`dist lacks ${name}`);
    else if (!now) faults.push(`dist has ${name}, which is not built any more`);
    else if (!before.equals(now)) faults.push(`dist/${name} is not what its source gives`);
  }

  const types = join(fresh, 'types.ts');
  const { scripts } = JSON.parse(readFileSync(join(root, 'types/package.json'), 'utf8'));
  const [, ...args] = scripts.generate.replace('../src/protocol.generated.ts', types).split(' ');
  execFileSync(join(root, 'types/node_modules/.bin/openapi-typescript'), args, { cwd: join(root, 'types'), stdio: 'pipe' });
  if (readFileSync(types, 'utf8') !== readFileSync(join(root, 'src/protocol.generated.ts'), 'utf8')) {
    faults.push('src/protocol.generated.ts is not what docs/openapi.json gives: npm run types');
  }
} finally {
  rmSync(fresh, { recursive: true });
}

if (faults.length > 0) {
  console.error(`${faults.join('\n')}\nnpm run build`);
  process.exit(1);
}
console.log('built: the committed files are what their sources give');
