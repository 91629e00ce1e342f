import { parseByChannel, valueFor } from './by-channel';

const digits = (text: string) => (/^\d+$/.test(text) ? Number(text) : undefined);

it('reads a value for each channel that is named, in order', () => {
  const read = parseByChannel(' sms = 5 ,email=10,', digits)!;

  expect(read).toEqual([
    { channel: 'sms', value: 5 },
    { channel: 'email', value: 10 },
  ]);
  expect(valueFor(read, 'email')).toBe(10);
  expect(valueFor(read, 'ios')).toBeUndefined();
});

it('says nothing of any channel where nothing is written', () => {
  expect(parseByChannel('', digits)).toEqual([]);
});

it.each(['email', 'email=', '=5', 'fax=5', 'email=five', 'email=5 sms=6', 'email=5,email=6', 'email==5', 'Email=5'])(
  'refuses %s',
  (text) => {
    expect(parseByChannel(text, digits)).toBeUndefined();
  },
);
