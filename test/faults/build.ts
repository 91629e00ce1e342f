import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { transformFileSync } from '@swc/core';
import { type Change, type MutantName, mutants } from './mutants';

const COMMONJS = { jsc: { parser: { syntax: 'typescript' }, target: 'es2022' }, module: { type: 'commonjs' } } as const;
const root = resolve(__dirname, '..', '..');

/** What is tested, and copies of it that lack something. */
export interface Builds {
  /**
   * The service to start, as it was built or as that mutant.
   * @throws Error where a text to be replaced is not there exactly once
   */
  make(mutant?: MutantName): string;
  /** The script of a worker, as JavaScript: hundreds are started. */
  worker(): string;
  remove(): void;
}

/** Copies dist, so that a build by somebody else does not change the service under test. Below `.data`, where node_modules is found. */
export function takeBuild(): Builds {
  const directory = join(root, '.data', 'faults', String(process.pid));
  const service = join(directory, 'service');
  const remove = () => rmSync(directory, { recursive: true, force: true });
  process.once('exit', remove);
  mkdirSync(service, { recursive: true });
  cpSync(join(root, 'package.json'), join(service, 'package.json'));
  cpSync(join(root, 'dist'), join(service, 'dist'), { recursive: true, filter: (file) => !file.endsWith('.map') });
  return {
    make: (mutant) => {
      const copy = mutant ? join(directory, mutant) : service;
      if (mutant) {
        cpSync(service, copy, { recursive: true });
        for (const change of mutants[mutant].changes) apply(change, join(copy, 'dist'), mutant);
      }
      return join(copy, 'dist', 'main.js');
    },
    worker: () => {
      const [script] = [require.resolve('./worker-process'), require.resolve('./worker-calls')].map((source) => {
        const compiled = join(directory, basename(source).replace(/ts$/, 'js'));
        writeFileSync(compiled, transformFileSync(source, COMMONJS).code);
        return compiled;
      });
      return script;
    },
    remove: () => {
      process.off('exit', remove);
      remove();
    },
  };
}

function apply({ file, from, to }: Change, dist: string, mutant: string): void {
  const text = readFileSync(join(dist, file), 'utf8');
  const found = text.match(new RegExp(from, 'g'))?.length ?? 0;
  if (found !== 1)
    throw new Error(`${mutant}: ${from} is in dist/${file} ${found} times, not once. Look what it has become.`);
  writeFileSync(join(dist, file), text.replace(from, to));
}
