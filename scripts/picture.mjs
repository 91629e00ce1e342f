// Draws who imports whom in src/, from the tool that holds the code to its arrows: node scripts/picture.mjs [--write]
// Compares the picture in docs/ARCHITECTURE.md with the code, and fails where they differ; --write draws it there anew.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const page = path.join(root, 'docs', 'ARCHITECTURE.md');
/** What everybody stands on: an arrow from each room to each of these would hide the others. */
const GROUND_FLOOR = ['common', 'config', 'database', 'auth', 'limits', 'audit', 'idempotency'];

const cruised = execFileSync(
  process.execPath,
  [
    path.join(root, 'node_modules', 'dependency-cruiser', 'bin', 'dependency-cruise.mjs'),
    ...['src', '--config', '.dependency-cruiser.cjs', '--include-only', '^src/[^/]+/', '--exclude', '\\.spec\\.ts$'],
    ...['--collapse', '^src/[^/]+', '--output-type', 'json'],
  ],
  { cwd: root, encoding: 'utf8', maxBuffer: 2 ** 26 },
);
const roomOf = (source) => source.split('/')[1];
const arrows = JSON.parse(cruised).modules.flatMap(({ source, dependencies }) =>
  dependencies.map(({ resolved }) => [roomOf(source), roomOf(resolved)]),
);
const drawn = (belongs) =>
  arrows
    .filter(([from, to]) => from !== to && belongs(from, to))
    .map(([from, to]) => `  ${from} --> ${to}`)
    .sort();
const isGround = (room) => GROUND_FLOOR.includes(room);
const picture = (lines) => ['```mermaid', 'flowchart LR', ...new Set(lines), '```'].join('\n');

const sections = {
  domains: picture(drawn((from, to) => !isGround(from) && !isGround(to) && from !== 'start')),
  'ground floor': picture(drawn((from, to) => isGround(from) && !['common', 'config'].includes(to))),
};

const before = fs.readFileSync(page, 'utf8');
const after = Object.entries(sections).reduce((text, [name, lines]) => {
  const [begin, end] = [`<!-- picture: ${name} -->`, `<!-- end: ${name} -->`];
  const [from, to] = [text.indexOf(begin) + begin.length, text.indexOf(end)];
  if (from < begin.length || to < 0) throw new Error(`${page} has no place for the picture of ${name}`);
  return `${text.slice(0, from)}\n${lines}\n${text.slice(to)}`;
}, before);

if (process.argv.includes('--write')) fs.writeFileSync(page, after);
else if (after !== before) {
  console.error('docs/ARCHITECTURE.md draws other arrows than there are: npm run arrows -- --write');
  process.exit(1);
}
