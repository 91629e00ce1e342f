// Installs and builds what is missing, before npm start, npm test and the like: node scripts/prepare.mjs build [bench]
// Runs before anything is installed, and on a Node that may be too old for the service: built-ins and plain syntax only.
import { spawnSync } from 'child_process';
import { createHash } from 'crypto';
import fs from 'fs';
import path from 'path';
import { fileURLToPath } from 'url';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const at = (...names) => path.join(root, ...names);
const stamp = at('dist', '.built-from');
const lock = at('.data', 'prepare.lock');
const LOCK_POLL_MS = 200;
const LOCK_WITHOUT_OWNER_MS = 10000;

const steps = {
  build: [
    { needed: () => isOutdated(root), what: 'Installing dependencies (npm ci)', run: () => install(root) },
    { needed: () => readIfThere(stamp) !== fingerprint(), what: 'Building', run: build },
  ],
  bench: [
    {
      needed: () => isOutdated(at('bench')),
      what: 'Installing what the benchmarks compare with',
      run: () => install(at('bench')),
    },
  ],
};

checkNode();
for (const name of process.argv.slice(2))
  for (const step of steps[name]) if (step.needed()) underLock(() => step.needed() && perform(step));

function perform(step) {
  console.error(step.what + ' ...');
  const code = step.run();
  if (code !== 0) {
    console.error(step.what + ' failed: see above.');
    releaseLock();
    process.exit(code);
  }
}

function checkNode() {
  const wanted = JSON.parse(fs.readFileSync(at('package.json'), 'utf8')).engines.node;
  const numbers = (version) => version.split('.').map(Number);
  const [major, minor, patch] = numbers(process.versions.node);
  const fits = wanted.split('||').some((range) => {
    const [, operator, version] = /^\s*(\^|>=)\s*([\d.]+)\s*$/.exec(range);
    const [a, b = 0, c = 0] = numbers(version);
    if (major !== a) return operator === '>=' && major > a;
    return minor > b || (minor === b && patch >= c);
  });
  if (fits) return;
  console.error(
    'This needs Node ' + wanted + '; you are running ' + process.version + '. https://nodejs.org has a current one.',
  );
  process.exit(1);
}

/** npm writes node_modules/.package-lock.json when it is done. */
function isOutdated(directory) {
  const wanted =
    fs.existsSync(path.join(directory, 'package-lock.json')) && modified(path.join(directory, 'package-lock.json'));
  return wanted !== false && !(modified(path.join(directory, 'node_modules', '.package-lock.json')) >= wanted);
}

function install(directory) {
  const npm = process.env.npm_execpath;
  const args = ['ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error'];
  const [command, all] = npm && /\.c?js$/.test(npm) ? [process.execPath, [npm, ...args]] : ['npm', args];
  return run(command, all, { cwd: directory, shell: command === 'npm' && process.platform === 'win32' });
}

function build() {
  const from = fingerprint(); // before the build: what changes during it is built next time
  const code = run(process.execPath, [at('node_modules', '@nestjs', 'cli', 'bin', 'nest.js'), 'build'], { cwd: root });
  if (code === 0) fs.writeFileSync(stamp, from);
  return code;
}

function run(command, args, options) {
  const done = spawnSync(command, args, Object.assign({ stdio: 'inherit' }, options));
  if (done.error) console.error(command + ' cannot be run: ' + done.error.message);
  return done.status === null ? 1 : done.status;
}

/** Changes with every edit, rename and removal of what the build reads. */
function fingerprint() {
  const hash = createHash('sha256');
  const add = (file) => {
    const { size, mtimeMs } = fs.statSync(file);
    hash.update(path.relative(root, file) + ' ' + size + ' ' + mtimeMs + '\n');
  };
  const walk = (directory) => {
    for (const entry of fs.readdirSync(directory, { withFileTypes: true })) {
      const file = path.join(directory, entry.name);
      if (entry.isDirectory()) walk(file);
      else if (!/\.spec\.ts$/.test(entry.name)) add(file);
    }
  };
  walk(at('src'));
  for (const name of fs.readdirSync(root)) if (/^(tsconfig.*|nest-cli|package-lock)\.json$/.test(name)) add(at(name));
  return hash.digest('hex');
}

/** Two npm commands may start at once: the second waits, and then finds nothing left to do. */
function underLock(work) {
  fs.mkdirSync(path.dirname(lock), { recursive: true });
  while (!takeLock()) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, LOCK_POLL_MS);
  try {
    work();
  } finally {
    releaseLock();
  }
}

function takeLock() {
  try {
    fs.mkdirSync(lock);
    fs.writeFileSync(path.join(lock, 'pid'), String(process.pid));
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
  }
  const owner = Number(readIfThere(path.join(lock, 'pid')));
  const abandoned = owner ? !isAlive(owner) : Date.now() - modified(lock) > LOCK_WITHOUT_OWNER_MS;
  if (abandoned) {
    const aside = lock + '.' + process.pid;
    try {
      fs.renameSync(lock, aside); // of two that find it abandoned, one succeeds
      fs.rmSync(aside, { recursive: true, force: true });
    } catch (error) {
      if (error.code !== 'ENOENT') throw error;
    }
  }
  return false;
}

function releaseLock() {
  fs.rmSync(lock, { recursive: true, force: true });
}

function isAlive(pid) {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/** Milliseconds; NaN where there is no such file, which is neither older nor newer than anything. */
function modified(file) {
  try {
    return fs.statSync(file).mtimeMs;
  } catch {
    return NaN;
  }
}

function readIfThere(file) {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
