import type { ApiProblem } from '../../api/problem';

/** What is wrong with a file: in which line (the header is line 1), and in which column, where that is known. */
export interface Fault {
  line: number | undefined;
  column: string | undefined;
  detail: string;
}

/** The places that a refused import names, in order of their lines. */
export const faultsOf = (errors: ApiProblem['errors']): Fault[] =>
  errors
    .map(({ pointer, detail }) => {
      const [, line, column] = /^\/lines\/(\d+)(?:\/(.+))?$/.exec(pointer) ?? [];
      return { line: line ? Number(line) : undefined, column, detail };
    })
    .sort((a, b) => (a.line ?? 0) - (b.line ?? 0));
