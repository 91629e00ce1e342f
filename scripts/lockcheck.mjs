// Looks whether a package-lock.json is complete and one to be trusted: node scripts/lockcheck.mjs [package-lock.json]
import fs from 'node:fs';
import path from 'node:path';

/** Older ones have faults that reach us: denial of service by query strings, URLs that are taken for valid, SQL by way of names. */
const FLOORS = { qs: '6.14.2', validator: '13.15.16', 'class-validator': '0.14.0', typeorm: '1.1.0' };

const file = process.argv[2] ?? 'package-lock.json';
const { packages } = JSON.parse(fs.readFileSync(file));
const manifest = JSON.parse(fs.readFileSync(path.join(path.dirname(file), 'package.json')));
const faults = [];

const nameOf = (where) => where.replace(/^.*node_modules\//, '');
const isOlder = (version, floor) => {
  const [a, b] = [version, floor].map((text) => text.split('-')[0].split('.').map(Number));
  const differs = a.findIndex((number, i) => number !== b[i]);
  return differs >= 0 && a[differs] < b[differs];
};
const isFound = (from, name) => {
  for (let at = from; ; at = at.includes('/node_modules/') ? at.slice(0, at.lastIndexOf('/node_modules/')) : '') {
    if (packages[`${at ? `${at}/` : ''}node_modules/${name}`]) return true;
    if (at === '') return false;
  }
};

for (const [where, entry] of Object.entries(packages)) {
  // npm ci would fail with "Missing: x@ from lock file"
  for (const [name, range] of Object.entries(entry.optionalDependencies ?? {}))
    if (!isFound(where, name)) faults.push(`missing ${name}@${range} wanted by ${where || '(root)'}`);

  if (!where.includes('node_modules/')) {
    for (const kind of ['dependencies', 'devDependencies', 'optionalDependencies'])
      for (const [name, range] of Object.entries(entry[kind] ?? {}))
        if (!/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(range)) faults.push(`${name}@${range} is not pinned exactly`);
    continue;
  }
  if (entry.link) continue;
  // without it npm takes whatever the registry gives today
  if (!/^sha512-/.test(entry.integrity ?? '') && !entry.inBundle) faults.push(`${where} has no sha512 integrity`);
  if (entry.resolved && !/^https:\/\/registry\.npmjs\.org\//.test(entry.resolved))
    faults.push(`${where} comes from elsewhere than the registry: ${entry.resolved}`);
  const floor = FLOORS[nameOf(where)];
  if (floor && isOlder(entry.version, floor)) faults.push(`${where} ${entry.version} is older than ${floor}`);
  // what runs at install has been looked at by somebody
  if (entry.hasInstallScript && manifest.allowScripts && !(nameOf(where) in manifest.allowScripts))
    faults.push(`${where} runs a script at install, and allowScripts of package.json does not say whether it may`);
}

for (const fault of faults) console.log(fault);
console.log(faults.length ? `${faults.length} faults` : 'lock complete');
process.exit(faults.length ? 1 : 0);
