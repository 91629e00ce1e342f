import { deflateSync, gzipSync } from 'node:zlib';
import type { ModelWire } from './fake-model';
import { misbehavioursOf, RAW } from './model-misbehaviours';
import type { StubHandler } from './stub-server';

/** Written to the socket as it stands: whatever comes, no library of ours makes it HTTP. */
const bytes =
  (...parts: (string | Buffer)[]): StubHandler =>
  (_req, res) =>
    void res.socket?.end(Buffer.concat(parts.map((part) => Buffer.from(part))));

const head = (...lines: string[]): string => ['HTTP/1.1 200 OK', 'connection: close', ...lines, '', ''].join('\r\n');

/** What a server may do to whoever reads its bytes, beside the misbehaviours of one that means well. */
export function hostileWiresOf(wire: ModelWire): Record<string, StubHandler> {
  const whole = JSON.stringify(wire.whole(RAW));
  const bomb = gzipSync(Buffer.alloc(50_000_000, ' '));
  const length = (bytes: number | string) => `content-length: ${bytes}`;
  return {
    ...misbehavioursOf(wire),
    'says that it is HTML': bytes(head('content-type: text/html', length(20)), `<script>${RAW}`.slice(0, 20)),
    'says that it is a picture': bytes(head('content-type: image/png', length(4)), Buffer.from([0x89, 0x50, 0x4e, 0x47])),
    'says no type, and sends no JSON': bytes(head(), RAW),
    'sends more than the length it announced': bytes(head(length(5)), whole),
    'announces two lengths': bytes(head(length(5), length(whole.length)), whole),
    'announces a length and chunks': bytes(head(length(5), 'transfer-encoding: chunked'), '0\r\n\r\n'),
    'announces a length below zero': bytes(head(length('-1')), whole),
    'announces a length without end': bytes(head(length('9'.repeat(40))), whole),
    'sends chunks that are none': bytes(head('transfer-encoding: chunked'), `zz\r\n${whole}\r\n`),
    'sends half a chunk': bytes(head('transfer-encoding: chunked'), `ffff\r\n${whole}`),
    'sends a bomb in gzip': bytes(head('content-encoding: gzip', length(bomb.length)), bomb),
    'sends a bomb in deflate': bytes(head('content-encoding: deflate'), deflateSync(Buffer.alloc(5_000_000))),
    'names an encoding that does not exist': bytes(head('content-encoding: x', length(3)), '\u0001\u0002\u0003'),
    'sends UTF-16': bytes(head(), Buffer.from(whole, 'utf16le')),
    'sends NULs': bytes(head(), Buffer.alloc(1000)),
    'sends JSON twice': bytes(head(), whole, whole),
    'sends JSON and more': bytes(head(), whole, `<!-- ${RAW} -->`),
    'sends blanks for a megabyte': bytes(head(), ' '.repeat(1_000_000)),
    'sends line breaks for a megabyte': bytes(head(), '\n'.repeat(1_000_000)),
    'sends one line of 5 MB': bytes(head(), 'x'.repeat(5_000_000)),
    'sends 100,000 keys': bytes(head(), `{${Array.from({ length: 100_000 }, (_, i) => `"k${i}":1`).join()}}`),
    'sends 50,000 levels': bytes(head(), '['.repeat(50_000)),
    'breaks a header': bytes(`HTTP/1.1 200 OK\r\nx: a\u0000b\r\n${length(whole.length)}\r\n\r\n`, whole),
    'answers with a status that does not exist': bytes('HTTP/1.1 999 Owned\r\ncontent-length: 0\r\n\r\n'),
    'answers in a version that does not exist': bytes('HTTP/9.9 200 OK\r\ncontent-length: 0\r\n\r\n'),
    'says to wait, for ever': (_req, res) => void res.socket?.write('HTTP/1.1 100 Continue\r\n\r\n'.repeat(1000)),
    'switches protocols': bytes('HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n', RAW),
    'redirects to a script': bytes(`HTTP/1.1 302 Found\r\nlocation: javascript:${RAW}\r\ncontent-length: 0\r\n\r\n`),
    'sets a cookie and says no': bytes(
      `HTTP/1.1 403 No\r\nset-cookie: ${RAW}=1\r\ncontent-length: 3\r\n\r\n${RAW.slice(0, 3)}`,
    ),
    'streams pieces that are no text': (_req, res) =>
      void res.end([7, null, {}, [], true].map((one) => wire.piece(one)).join('') + wire.last),
    'streams an error after a piece': (_req, res) => void res.end(wire.piece('Hello ') + wire.error(RAW)),
    'streams half of a character': (_req, res) =>
      void res.end(Buffer.concat([Buffer.from(wire.piece('ñ')).subarray(0, 60)])),
  };
}
