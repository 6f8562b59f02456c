/** @typedef {import('../../../src/harness/report.js').ScenarioResult} ScenarioResult */

const UPDATE_MS = 1000;
const ERASE = '\r\u001B[2K';

/** One line about a result. @param {ScenarioResult} result */
export function resultLine({ id, status, durationMs, reason, device }) {
  const facts = [device?.actual, seconds(durationMs)].filter(Boolean).join(', ');
  return `${status.padEnd(9)} ${id} (${facts})${reason ? `: ${reason}` : ''}`;
}

/** @param {number} ms */
const seconds = (ms) => `${(ms / 1000).toFixed(1)} s`;

/**
 * Prints results as they come. On a terminal, a last line says what runs now and for how long;
 * elsewhere there are plain lines only.
 *
 * @param {Pick<NodeJS.WriteStream, 'write' | 'isTTY' | 'columns'>} output
 */
export function createProgress(output) {
  /** @type {readonly string[]} */
  let ids = [];
  /** @type {Set<string>} */
  const done = new Set();
  let since = Date.now();
  /** @type {NodeJS.Timeout | undefined} */
  let timer;
  const live = Boolean(output.isTTY);

  const status = () => {
    const current = ids.find((id) => !done.has(id));
    if (!live || current === undefined) return '';
    const time = Math.round((Date.now() - since) / 1000);
    return `[${done.size + 1}/${ids.length}] ${current} … ${time} s`.slice(
      0,
      (output.columns || 80) - 1,
    );
  };
  const draw = () => output.write(ERASE + status());
  /** @param {string} text */
  const line = (text) => output.write(live ? `${ERASE}${text}\n${status()}` : `${text}\n`);

  return {
    line,
    /** @param {readonly string[]} chosen */
    start(chosen) {
      ids = chosen;
      since = Date.now();
      if (!live) return;
      timer = setInterval(draw, UPDATE_MS);
      draw();
    },
    /** @param {ScenarioResult} result */
    result(result) {
      done.add(result.id);
      since = Date.now();
      line(resultLine(result));
    },
    end() {
      clearInterval(timer);
      if (live) output.write(ERASE);
    },
  };
}
