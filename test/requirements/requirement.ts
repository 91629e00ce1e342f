/** A test that proves it: the file, and the title of one of its `it` or `describe` to the letter; or a command of CI. */
export type Proof = readonly [file: string, ...titles: string[]] | `npm run ${string}` | `node ${string}`;

/** One thing that is asked of a service that others run. */
export interface Requirement {
  /** Numbers are never given again. */
  readonly id: `R${number}`;
  /** In one sentence. */
  readonly asks: string;
  /** `partly`: what is missing stands in `but`. */
  readonly holds: 'yes' | 'partly' | 'no';
  readonly but?: string;
  readonly proofs: readonly Proof[];
}
