/**
 * Registers `<unmocked-harness>` and the elements inside it. An entry of the package registers by itself what it
 * promises: bundlers drop a shared module of which nothing is used.
 */
import { allElements } from './all-elements.js';
import { define } from './define.js';

define(allElements);

export * from './all-elements.js';
