import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { variables } from './variables';

const file = join(__dirname, '..', '..', '.env.example');

interface Spec {
  desc?: string;
  default?: string | number | boolean | string[];
  example?: string;
  choices?: readonly unknown[];
}

/** `.env.example` as the list of variables says it: every variable, what it means, and its default. */
function render(): string {
  const header = [
    '# Copy this to .env and set what you need: npm start reads it. Everything has a default; a variable of the environment wins.',
    '# This file is written from src/config/variables.ts: UPDATE=1 npx jest env-example',
  ];
  const blocks = Object.entries(variables as Record<string, Spec>).map(
    ([name, { desc, default: byDefault, example, choices }]) => [
      '',
      `# ${desc}`,
      ...(choices ? [`# One of ${choices.join(', ')}.`] : []),
      ...(example ? [`# Example: ${example}`] : []),
      `#${name}=${asText(byDefault)}`,
    ],
  );
  return [...header, ...blocks.flat(), ''].join('\n');
}

const asText = (value: Spec['default']): string => [value].flat().join(',');

it('is what src/config/variables.ts says (UPDATE=1 npx jest env-example writes it anew)', () => {
  if (process.env.UPDATE) writeFileSync(file, render());
  expect(readFileSync(file, 'utf8')).toBe(render());
});
