import os from 'node:os';

/**
 * The machine, for the result and the documentation.
 *
 * @param {string} chromium Its version.
 */
export const describeMachine = (chromium) => ({
  processor: os.cpus()[0]?.model.trim() || os.arch(),
  cores: os.availableParallelism(),
  memoryGB: Math.round(os.totalmem() / 2 ** 30),
  platform: `${os.platform()} ${os.arch()}`,
  chromium,
  node: process.versions.node,
});
