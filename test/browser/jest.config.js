// The dashboard in a real browser, on the built service: npm run test:browser
const { projects } = require('../../jest.config.js');

module.exports = {
  ...projects.find(({ displayName }) => displayName === 'e2e'),
  displayName: 'browser',
  testRegex: 'test/browser/.*\\.browser-spec\\.ts$',
};
