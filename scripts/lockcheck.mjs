// lists optional dependencies that a package-lock.json does not contain (npm ci would fail with "Missing: x@ from lock file")
import fs from 'node:fs';
const lock = JSON.parse(fs.readFileSync(process.argv[2] ?? 'package-lock.json'));
let bad = 0;
for (const [where, p] of Object.entries(lock.packages))
  for (const [d, r] of Object.entries(p.optionalDependencies ?? {})) {
    let base = where,
      found = false;
    for (;;) {
      if (lock.packages[(base ? base + '/' : '') + 'node_modules/' + d]) {
        found = true;
        break;
      }
      if (!base) break;
      base = base.includes('/node_modules/') ? base.slice(0, base.lastIndexOf('/node_modules/')) : '';
    }
    if (!found) {
      bad++;
      console.log('missing', d + '@' + r, 'wanted by', where || '(root)');
    }
  }
console.log(bad ? bad + ' missing' : 'lock complete');
process.exit(bad ? 1 : 0);
