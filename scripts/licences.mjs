// Lists what is shipped with its licence: node scripts/licences.mjs. Fails where one is not among those that ask for no more than a notice.
// Shipped are the service's dependencies and what the dashboard's bundle is made of.
import fs from 'node:fs';

const ALLOWED = new Set([
  ...['MIT', 'MIT-0', 'ISC', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', '0BSD', 'BlueOak-1.0.0', 'Unlicense', 'CC0-1.0'],
  ...['Python-2.0', 'PostgreSQL'],
]);
const json = (file) => JSON.parse(fs.readFileSync(file, 'utf8'));
const { packages } = json('package-lock.json');

/** Where `name` is found from a package, as node looks for it. */
function locate(from, name) {
  for (let at = from; ; at = at.includes('/node_modules/') ? at.slice(0, at.lastIndexOf('/node_modules/')) : '') {
    const path = `${at ? `${at}/` : ''}node_modules/${name}`;
    if (packages[path]) return path;
    if (at === '') return undefined;
  }
}

/** The packages that the dashboard's sources import: its others only build it. */
function bundled() {
  const names = new Set();
  for (const file of fs.readdirSync('dashboard/src', { recursive: true }).filter((name) => /\.(tsx?|css)$/.test(name)))
    for (const [, name] of fs
      .readFileSync(`dashboard/src/${file}`, 'utf8')
      .matchAll(/(?:from|import|@import) +'((?:@[^/']+\/)?[^./'][^/']*)/g))
      if (!/\.spec\.tsx?$/.test(file)) names.add(name);
  return [...names];
}

const shipped = new Set();
function take(path) {
  if (!path || shipped.has(path)) return;
  shipped.add(path);
  const { dependencies = {}, optionalDependencies = {}, peerDependencies = {}, peerDependenciesMeta = {} } = packages[path];
  const peers = Object.keys(peerDependencies).filter((name) => !peerDependenciesMeta[name]?.optional);
  for (const name of [...Object.keys({ ...dependencies, ...optionalDependencies }), ...peers]) take(locate(path, name));
}
const root = packages[''];
for (const name of Object.keys({ ...root.dependencies, ...root.optionalDependencies })) take(locate('', name));
for (const name of bundled()) take(locate('dashboard', name));

/** Of `(MIT OR X)` one must be allowed, of `MIT AND X` each. */
const isAllowed = (licence) =>
  licence
    .replace(/[()]/g, '')
    .split(/ OR /)
    .some((choice) => choice.split(/ AND /).every((one) => ALLOWED.has(one.trim())));

let refused = 0;
for (const path of [...shipped].sort()) {
  const manifest = `${path}/package.json`; // what is for another platform is not installed: the lock file has its licence
  const { license, licenses } = fs.existsSync(manifest) ? json(manifest) : packages[path];
  const said = license ?? licenses?.map(({ type }) => type).join(' OR '); // of long ago: objects, and lists of them
  const licence = (typeof said === 'string' ? said : said?.type) || 'none';
  const fault = isAllowed(licence) ? '' : '  NOT ALLOWED';
  if (fault) refused++;
  console.log(`${path.replace(/^.*node_modules\//, '')} ${packages[path].version}  ${licence}${fault}`);
}
console.log(`${shipped.size} packages, ${refused} with a licence that is not allowed`);
process.exit(refused > 0 ? 1 : 0);
