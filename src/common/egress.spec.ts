import axios from 'axios';
import { answerJson, type StubServer, startStubServer } from '../../test/support/stub-server';
import { egressAgents, egressFault } from './egress';

let server: StubServer;
beforeEach(async () => (server = await startStubServer((_req, res) => answerJson(res, 200, { here: true }))));
afterEach(() => server.close());

const port = () => new URL(server.url).port;

/** `200`, or why there was no answer. */
const call = (url: string, ...EGRESS_ALLOW: string[]): Promise<number | string> =>
  axios
    .get(url, { ...egressAgents({ EGRESS_ALLOW }), proxy: false, maxRedirects: 0 })
    .then(({ status }) => status)
    .catch((error: Error) => error.message);

describe('what leads into this network', () => {
  it.each([
    ['an address', (p: string) => `http://127.0.0.1:${p}/`],
    ['a decimal address', (p: string) => `http://2130706433:${p}/`],
    ['a hexadecimal address', (p: string) => `http://0x7f.1:${p}/`],
    ['a mapped address', (p: string) => `http://[::ffff:127.0.0.1]:${p}/`],
    ['an IPv6 address', (p: string) => `http://[::1]:${p}/`],
    ['a name that resolves to one', (p: string) => `http://localhost:${p}/`],
    ['no address', (p: string) => `http://0.0.0.0:${p}/`],
    ['what tells of the machine in a cloud', () => 'http://169.254.169.254/latest/meta-data/'],
    ['a network of its own', () => 'http://10.0.0.1/'],
    ['TLS', (p: string) => `https://localhost:${p}/`],
  ])('is refused: %s', async (_, url) => {
    await expect(call(url(port()))).resolves.toMatch(/is not allowed\. Because, It is (private|meta) IP address/);
    expect(server.requests).toHaveLength(0);
    await expect(egressFault({ EGRESS_ALLOW: [] }, url(port()))).resolves.toMatch(/private address/);
  });

  it.each([
    ['its address', '127.0.0.1', (p: string) => `http://127.0.0.1:${p}/`],
    ['its address and port', '127.0.0.1:PORT', (p: string) => `http://127.0.0.1:${p}/`],
    ['its network', '127.0.0.0/8', (p: string) => `http://127.0.0.1:${p}/`],
    [
      'the network of what its name resolves to, beside one of the other family',
      'fd00::/8,127.0.0.0/8,::1',
      (p: string) => `http://localhost:${p}/`,
    ],
    ['its name', 'LocalHost', (p: string) => `http://localhost:${p}/`],
    ['its name and port', 'localhost:PORT', (p: string) => `http://localhost:${p}/`],
  ])('is called where EGRESS_ALLOW names %s', async (_, allow, url) => {
    const allowed = allow.replace('PORT', port()).split(',');
    await expect(call(url(port()), ...allowed)).resolves.toBe(200);
    expect(server.requests).toHaveLength(1);
    await expect(egressFault({ EGRESS_ALLOW: allowed }, url(port()))).resolves.toBeUndefined();
  });

  it.each([
    ['another port', '127.0.0.1:1'],
    ['another network', '10.0.0.0/8'],
    ['another name', 'example.com'],
    ['a name for what is called by its address', 'localhost'],
  ])('is refused where EGRESS_ALLOW names %s', async (_, allow) => {
    await expect(call(server.url, allow)).resolves.toMatch(/private IP address/);
    await expect(egressFault({ EGRESS_ALLOW: [allow] }, server.url)).resolves.toMatch(/private address/);
  });
});

it.each([
  ['ftp://example.com/', /http:\/\/ or https:/],
  ['file:///etc/passwd', /http:\/\/ or https:/],
  ['nonsense', /http:\/\/ or https:/],
  ['https://user@192.0.2.1/', /no user/],
  ['https://:secret@192.0.2.1/', /no user/],
])('%s is no address to call', async (url, why) => {
  await expect(egressFault({ EGRESS_ALLOW: [] }, url)).resolves.toMatch(why);
});

it.each([
  'http://93.184.215.14/',
  'https://[2606:2800:21f:cb07:6820:80da:af6b:8b2c]:8443/hook',
  'https://no-such-host.invalid/',
])('%s may be saved', async (url) => {
  await expect(egressFault({ EGRESS_ALLOW: [] }, url)).resolves.toBeUndefined();
});

it('connects to what it looked at, over and over on one connection', async () => {
  const { httpAgent } = egressAgents({ EGRESS_ALLOW: ['127.0.0.1'] }, { keepAlive: true, maxSockets: 1 });
  for (const n of [1, 2]) {
    await axios.get(server.url, { httpAgent, proxy: false });
    expect(server.requests).toHaveLength(n);
  }
  httpAgent.destroy();
});
