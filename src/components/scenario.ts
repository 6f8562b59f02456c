/** Registers `<unmocked-scenario>` alone. */
import * as scenarioBox from './scenario-box.js';
import { boxCode } from './box-code.js';
import { define } from './define.js';
import { UnmockedScenario } from './unmocked-scenario.js';

// In one piece with the element, which shows nothing else.
boxCode.now = scenarioBox;
define({ 'unmocked-scenario': UnmockedScenario });

export { UnmockedScenario };
export { assets } from '../engine/assets.js';
export * from './events.js';
