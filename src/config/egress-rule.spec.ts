import { isNetwork, parseEgressRule } from './egress-rule';

it.each([
  ['10.0.0.0/8', 'any.name', 80, '10.200.1.1', true],
  ['10.0.0.0/8', 'any.name', 80, '11.0.0.1', false],
  ['fd00::/8', 'any.name', 80, 'fd12::1', true],
  ['fd00::/8', 'any.name', 80, '10.0.0.1', false],
  ['127.0.0.0/8', 'any.name', 80, '::ffff:127.0.0.1', true],
  ['10.1.2.3', 'any.name', 8080, '10.1.2.3', true],
  ['10.1.2.3', 'any.name', 8080, '10.1.2.4', false],
  ['10.1.2.3:8080', 'any.name', 8080, '10.1.2.3', true],
  ['10.1.2.3:8080', 'any.name', 80, '10.1.2.3', false],
  ['::1', 'localhost', 80, '::1', true],
  ['[::1]:8080', 'localhost', 8080, '::1', true],
  ['[::1]:8080', 'localhost', 80, '::1', false],
  ['hooks.intranet', 'Hooks.Intranet', 443, '192.168.0.9', true],
  ['hooks.intranet', 'other.hooks.intranet', 443, '192.168.0.9', false],
  ['hooks.intranet:8080', 'hooks.intranet', 8080, '192.168.0.9', true],
  ['hooks.intranet:8080', 'hooks.intranet', 443, '192.168.0.9', false],
])('%s and %s:%i at %s: %p', (text, hostname, port, address, allowed) => {
  expect(parseEgressRule(text)?.(hostname, port, address)).toBe(allowed);
});

it.each([
  '',
  '*',
  '*.intranet',
  'http://hooks.intranet',
  'hooks.intranet/path',
  'hooks intranet',
  'user@hooks.intranet',
  '10.0.0.0/33',
  '10.0.0/8',
  'fd00::/129',
  'hooks.intranet:0',
  'hooks.intranet:65536',
  'hooks.intranet:',
  '[hooks.intranet',
  '[hooks.intranet]',
  '-',
])('%p is none', (text) => {
  expect(parseEgressRule(text)).toBeUndefined();
});

it.each([
  ['10.0.0.1', true],
  ['10.0.0.0/8', true],
  ['fd00::/8', true],
  ['::ffff:10.0.0.0/104', true],
  ['0:0:0:0:0:ffff:a00:0/104', true],
  ['::1', true],
  ['10.0.0.0/7', false],
  ['0.0.0.0/1', false],
  ['::/0', false],
  ['::ffff:0.0.0.0/96', false],
  ['0:0:0:0:0:FFFF:0:0/97', false],
  ['10.0.0.0/33', false],
  ['proxy.intranet', false],
])('%s as a network of proxies: %p', (text, taken) => {
  expect(isNetwork(text)).toBe(taken);
});
