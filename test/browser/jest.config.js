// The dashboard in a real browser, on the built service: npm run test:browser
const { projects } = require('../../jest.config.js');

module.exports = {
  ...projects.find(({ displayName }) => displayName === 'e2e'),
  displayName: 'browser',
  testTimeout: 120_000,
  maxWorkers: 1, // a browser, a service and a database are busy enough
  testRegex: 'test/browser/.*\\.browser-spec\\.ts$',
};
