import { measureEngine } from './engine.mjs';
import { measurePage } from './page.mjs';
import { measureServer } from './server.mjs';

/**
 * What the rows measure: a reference to a model as a page's address has it.
 *
 * @typedef {{ model: string, hubUrl?: string, device: 'wasm' | 'webgpu' }} Target
 */

/**
 * Prints and keeps a row. Where `better` is known, runs can be compared.
 *
 * @typedef {(
 *   name: string,
 *   samples: number[],
 *   unit: string,
 *   more?: { target?: string, better?: 'lower' | 'higher' },
 * ) => void} AddRow
 */

/**
 * Measures the page, the engine in it, and the server.
 *
 * @param {import('../table/open-page.mjs').Launch} launch
 * @param {Target} target
 * @param {AddRow} row
 */
export async function measureRows({ chromium, ...launch }, target, row) {
  const browser = await chromium.launch(launch);
  try {
    await measurePage(browser, target, row);
    await measureEngine(browser, target, row);
  } finally {
    await browser.close();
  }
  const { direct, streamed, ten, streamedToDirect, tenToOne } = await measureServer();
  row('tokens per second in Node, the generator called directly', direct, 'tok/s');
  row('tokens per second, streamed by the OpenAI-compatible server', streamed, 'tok/s');
  row('tokens per second, streamed by the server / called directly', streamedToDirect, '×', {
    target: 'at least 0.9',
    better: 'higher',
  });
  row('tokens per second of the server, ten clients at once', ten, 'tok/s');
  row('tokens per second of the server, ten clients at once / one', tenToOne, '×', {
    target: 'at least 1',
    better: 'higher',
  });
}
