import { faultsOf } from './import-faults';

describe('the faults of a file', () => {
  it('are in order of their lines, with column where one is named', () => {
    expect(
      faultsOf([
        { pointer: '/lines/17/reason', detail: 'must be one of …' },
        { pointer: '/lines/2', detail: 'has 3 values, and the header names 2' },
        { pointer: '', detail: 'is not UTF-8' },
      ]),
    ).toEqual([
      { line: undefined, column: undefined, detail: 'is not UTF-8' },
      { line: 2, column: undefined, detail: 'has 3 values, and the header names 2' },
      { line: 17, column: 'reason', detail: 'must be one of …' },
    ]);
  });
});
