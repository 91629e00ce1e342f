import { lengthHints, smsSize } from './length';

describe('a text as text messages', () => {
  it.each([
    ['', 'gsm', 0, 1],
    ['a'.repeat(160), 'gsm', 160, 1],
    ['a'.repeat(161), 'gsm', 161, 2],
    ['a'.repeat(306), 'gsm', 306, 2],
    ['a'.repeat(307), 'gsm', 307, 3],
    ['€'.repeat(80), 'gsm', 160, 1],
    // 153 places hold 76 of them: none is cut in two
    ['€'.repeat(153), 'gsm', 306, 3],
    ['Ça va à São', 'unicode', 11, 1],
    ['ç'.repeat(70), 'unicode', 70, 1],
    ['ç'.repeat(71), 'unicode', 71, 2],
    ['🎃'.repeat(35), 'unicode', 70, 1],
    // 67 places hold 33 of them
    ['🎃'.repeat(67), 'unicode', 134, 3],
  ])('%s', (text, alphabet, places, messages) => {
    expect(smsSize(text)).toMatchObject({ alphabet, places, messages });
  });

  it('says what is left, and which characters cost most', () => {
    expect(smsSize('hello')).toMatchObject({ left: 155, odd: [] });
    expect(smsSize('ç ã õ ñ – ç')).toMatchObject({ odd: ['ç', 'ã', 'õ'] });
  });
});

describe('hints for a channel', () => {
  it('count characters as people do', () => {
    const hints = lengthHints('webpush', { title: '🎃🎃', message: 'abc' });
    expect(hints.title).toEqual({ characters: 2, seen: 50 });
    expect(hints.message.characters).toBe(3);
    expect(hints.sms).toBeUndefined();
  });

  it('warn of a push that is too large, in bytes', () => {
    expect(lengthHints('android', { title: null, message: 'ç'.repeat(1790) }).isTooLargeForPush).toBe(false);
    expect(lengthHints('android', { title: null, message: 'ç'.repeat(1800) }).isTooLargeForPush).toBe(true);
    expect(lengthHints('email', { title: null, message: 'ç'.repeat(9000) }).isTooLargeForPush).toBe(false);
  });
});
