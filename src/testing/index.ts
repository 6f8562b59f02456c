/** Scenarios as tests of Mocha, Vitest and web-test-runner. */
export { assets } from '../engine/assets.js';
export { registerScenarios, type RegisterOptions } from './register-scenarios.js';
