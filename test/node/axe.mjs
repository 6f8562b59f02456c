import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/**
 * A page, as it is now, is accessible when it is wide and narrow, light and dark: axe finds nothing with the
 * rules that it has on by default, and nothing scrolls sideways. Leaves the page wide and light.
 *
 * @param {import('playwright-core').Page} page
 */
export async function assertAccessible(page) {
  await page.evaluate(axe);
  for (const width of [360, 1280])
    for (const colorScheme of /** @type {const} */ (['dark', 'light'])) {
      const where = `at ${width} pixels, ${colorScheme}`;
      await page.setViewportSize({ width, height: 800 });
      await page.emulateMedia({ colorScheme });
      const { checked, found, wide } = await page.evaluate(async () => {
        const { axe } = /** @type {any} */ (window);
        // Of the rules that passed, only the number counts: their elements need not be listed.
        const { violations, passes } = await axe.run(document, { resultTypes: ['violations'] });
        return {
          checked: passes.length,
          found: violations.map(
            (/** @type {any} */ one) =>
              `${one.id}: ${one.nodes.map((/** @type {any} */ node) => node.target.flat().join(' ')).join('; ')}`,
          ),
          wide: document.documentElement.scrollWidth,
        };
      });
      assert.ok(checked > 20, `${checked} rules were checked ${where}`);
      assert.deepEqual(found, [], where);
      assert.ok(wide <= width, `nothing scrolls sideways ${where}: ${wide}`);
    }
}
