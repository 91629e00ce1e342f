// Installs and builds what is missing, before npm start, npm test and the like: node scripts/prepare.mjs build [bench]
// Runs before anything is installed, and on a Node that may be too old for the service: built-ins and plain syntax only.
import { spawnSync } from 'child_process';
import { createHash } from 'crypto';
import fs from 'fs';
import path from 'path';
import { fileURLToPath } from 'url';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const at = (...names) => path.join(root, ...names);
const lock = at('.data', 'prepare.lock');
const LOCK_POLL_MS = 200;
const LOCK_WITHOUT_OWNER_MS = 10000;

const CONFIGURATION = fs.readdirSync(root).filter((name) => /^(tsconfig.*|nest-cli|package-lock)\.json$/.test(name));
/** What a build makes is not what it is made from. */
const MADE = /(^|[/\\])(dist|node_modules|schema\.(d\.)?ts|[^/\\]+\.spec\.ts)$/;

const steps = {
  build: [
    { needed: () => isOutdated(root), what: 'Installing dependencies (npm ci)', run: () => install(root) },
    built('Building', at('dist'), ['src', ...CONFIGURATION], () =>
      run(process.execPath, [at('node_modules', '@nestjs', 'cli', 'bin', 'nest.js'), 'build'], { cwd: root }),
    ),
    built('Building the dashboard', at('dashboard', 'dist'), ['dashboard', 'openapi.json', 'package-lock.json'], () =>
      npm(root, ['run', '-s', 'build', '-w', 'dashboard']),
    ),
    built('Building the client', at('packages', 'client', 'dist'), ['packages', 'openapi.json', ...CONFIGURATION], () =>
      npm(root, ['run', '-s', 'build', '-w', 'packages/client']),
    ),
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
  return npm(directory, ['ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error']);
}

/** The npm that runs us, where it is known. */
function npm(directory, args) {
  const script = process.env.npm_execpath;
  const [command, all] = script && /\.c?js$/.test(script) ? [process.execPath, [script, ...args]] : ['npm', args];
  return run(command, all, { cwd: directory, shell: command === 'npm' && process.platform === 'win32' });
}

/** A step that builds `output`, and leaves a stamp there of what it was built from. */
function built(what, output, sources, make) {
  const stamp = path.join(output, '.built-from');
  return {
    what,
    needed: () => readIfThere(stamp) !== fingerprint(sources),
    run: () => {
      const from = fingerprint(sources); // before the build: what changes during it is built next time
      const code = make();
      if (code === 0) fs.writeFileSync(stamp, from);
      return code;
    },
  };
}

function run(command, args, options) {
  const done = spawnSync(command, args, Object.assign({ stdio: 'inherit' }, options));
  if (done.error) console.error(command + ' cannot be run: ' + done.error.message);
  return done.status === null ? 1 : done.status;
}

/** Changes with every edit, rename and removal of what a build reads. */
function fingerprint(sources) {
  const hash = createHash('sha256');
  const add = (file) => {
    if (MADE.test(file)) return;
    const stat = fs.statSync(file);
    if (stat.isDirectory()) for (const name of fs.readdirSync(file)) add(path.join(file, name));
    else hash.update(path.relative(root, file) + ' ' + stat.size + ' ' + stat.mtimeMs + '\n');
  };
  for (const source of sources) add(at(source));
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
