/** Registers `<unmocked-scenario>` alone. */
import { define } from './define.js';
import { UnmockedScenario } from './unmocked-scenario.js';

define({ 'unmocked-scenario': UnmockedScenario });

export { UnmockedScenario };
export { assets } from '../engine/assets.js';
export * from './events.js';
