import fc from 'fast-check';
import { CsvError, readHeader, RecordNumbering } from './csv-records';

async function* pieces(...texts: (string | Buffer)[]) {
  for (const text of texts) yield await Promise.resolve(Buffer.from(text));
}

function numbered(text: string, cuts: number[] = []): string {
  const bytes = Buffer.from(text);
  const at = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  const numbering = new RecordNumbering(2);
  const out = at.slice(1).map((end, n) => numbering.push(bytes.subarray(at[n], end)));
  numbering.finish();
  return Buffer.concat(out).toString();
}

describe('the header line', () => {
  it('names the columns, in quotes or not, after a byte order mark or not', async () => {
    const { columns, rest } = await readHeader(pieces('\ufeffid,"email" , preferences\r\n1,2', ',3'));

    expect(columns).toEqual(['id', 'email', 'preferences']);
    expect(rest.toString()).toBe('1,2');
  });

  it('may arrive in pieces and be the whole file', async () => {
    const { columns, rest } = await readHeader(pieces('i', 'd,na', 'me'));

    expect(columns).toEqual(['id', 'name']);
    expect(rest).toHaveLength(0);
  });

  it.each([
    ['nothing', '', 'the file is empty'],
    ['gzip', Buffer.from([0x1f, 0x8b, 8, 0]), 'ends in .gz'],
    ['UTF-16', Buffer.from('\ufeffid\n', 'utf16le'), 'not UTF-8'],
    ['Latin-1', Buffer.from('id,categoría\n', 'latin1'), 'not UTF-8'],
    ['semicolons', 'id;email\n', 'separated by commas'],
    ['bare CR', 'id,email\r1,2\r', 'LF or CR LF'],
    ['no line at all', 'x'.repeat(70_000), 'no header line'],
  ])('is refused when it is %s', async (_, bytes, reason) => {
    await expect(readHeader(pieces(bytes))).rejects.toThrow(reason);
    await expect(readHeader(pieces(bytes))).rejects.toBeInstanceOf(CsvError);
  });
});

describe('numbering records', () => {
  it('writes in front of each the line on which it begins', () => {
    expect(numbered('a,b\nc,d\n')).toBe('2,a,b\n3,c,d\n');
    expect(numbered('a,b\r\nc,d')).toBe('2,a,b\n3,c,d');
  });

  it('counts the lines inside quotes and keeps them as they are', () => {
    expect(numbered('a,"x\r\ny ""q""\n"\r\nb,z\r\n')).toBe('2,a,"x\r\ny ""q""\n"\n5,b,z\n');
  });

  it('keeps an end-of-data mark of COPY from being one', () => {
    expect(numbered('\\.\na\n')).toBe('2,\\.\n3,a\n');
  });

  it('drops empty lines at the end and refuses them between records', () => {
    expect(numbered('a\n\r\n\n')).toBe('2,a\n');
    expect(() => numbered('a\n\nb\n')).toThrow(expect.objectContaining({ line: 3, message: 'the line is empty' }));
  });

  it('says where a quote that never ends begins', () => {
    expect(() => numbered('a\nb,"c\nd\n')).toThrow(expect.objectContaining({ line: 3 }));
  });

  it('knows the beginning of a record from its last line', () => {
    const numbering = new RecordNumbering(2);
    numbering.push(Buffer.from('a\n"b\nc\nd"\ne\n'));

    expect([2, 5, 6].map((line) => numbering.beginning(line))).toEqual([2, 3, 6]);
  });

  it('does not depend on where the bytes are cut', () => {
    const value = fc.constantFrom('a', ',', 'é', '"x"', '"l\nm"', '"r\r\n"', '"""q"""');
    const record = fc.tuple(fc.array(value, { minLength: 1, maxLength: 5 }), fc.constantFrom('\n', '\r\n'));
    fc.assert(
      fc.property(fc.array(record, { maxLength: 8 }), fc.array(fc.nat(), { maxLength: 6 }), (records, cuts) => {
        const text = records.map(([values, end]) => values.join('') + end).join('');
        expect(numbered(text, cuts)).toBe(numbered(text));
      }),
    );
  });
});
