import { sidePages } from './pages.mjs';
import { startNative } from './native.mjs';
import { makePlan } from './plan.mjs';

/** @typedef {import('./goals.mjs').MeasureId} MeasureId */
/** @typedef {import('./goals.mjs').Baseline} Baseline */
/** @typedef {import('./open-page.mjs').OpenPage<import('./side.js').OurSide>} OurPage */
/** @typedef {import('./open-page.mjs').OpenPage<import('./side.js').Side>} RawPage */

/**
 * The samples of one row. Both of a pair come from the same moment.
 *
 * @typedef {{ measure: MeasureId, against: Baseline, ours: number[], base: number[] }} Samples
 */

/**
 * @typedef {object} TableOptions
 * @property {number} rounds Each has a new profile for each side.
 * @property {number} repeats Samples of the rows that need no new page, in each round.
 */

/**
 * Measures ours against raw and native. In each round the sides take turns, and they change places
 * from round to round and from repeat to repeat.
 *
 * @param {Parameters<typeof sidePages>[0] & TableOptions} options
 */
export async function measureTable(options) {
  const { model, device, rounds, repeats } = options;
  const pages = sidePages(options);
  const plan = await makePlan(pages, model.replyTokens);
  const native = device === 'wasm' ? await startNative(model.folder, plan.weights) : undefined;
  /** @type {Map<string, Samples>} */
  const rows = new Map();
  const keep = (
    /** @type {MeasureId} */ measure,
    /** @type {Baseline} */ against,
    /** @type {number} */ ours,
    /** @type {number} */ base,
  ) => {
    const key = `${measure}/${against}`;
    const row = rows.get(key) ?? { measure, against, ours: [], base: [] };
    rows.set(key, row);
    row.ours.push(ours);
    row.base.push(base);
  };
  try {
    if (native) await settle(() => native.ask(plan.question, plan.replyTokens));
    for (let round = 0; round < rounds; round++) {
      const ours = await pages.ours();
      const raw = await pages.raw(plan.weights);
      try {
        await measureStart({ ours, raw }, round, keep);
        await settle(() => ours.call('ask', plan.question, plan.replyTokens));
        await settle(() => raw.call('ask', plan.question, plan.replyTokens));
        for (let repeat = -1; repeat < repeats; repeat++)
          await measureAnswers(
            { ours, raw, native },
            plan,
            round + repeat,
            repeat < 0 ? () => undefined : keep, // the first one is a warm-up
          );
      } finally {
        await ours.close();
        await raw.close();
      }
      console.log(`${model.name}: round ${round + 1} of ${rounds}`);
    }
  } finally {
    native?.close();
  }
  return { rows: [...rows.values()], facts: plan.facts, browser: plan.browser };
}

/** At most so many answers before a rate is measured: a busy machine never settles. */
const SETTLE_TRIES = 10;
/** One slow answer may be the machine's. */
const NO_FASTER = 2;

/**
 * Asks until answers come no faster than those before: browsers optimize WebAssembly while it runs.
 *
 * @param {() => Promise<import('./side.js').Asked>} ask
 */
async function settle(ask) {
  let best = 0;
  let noFaster = 0;
  for (let tried = 0; tried < SETTLE_TRIES && noFaster < NO_FASTER; tried++) {
    const { rate } = await ask();
    if (rate > best * 1.05) [best, noFaster] = [rate, 0];
    else noFaster++;
  }
}

/** @typedef {(measure: MeasureId, against: Baseline, ours: number, base: number) => void} Keep */

/**
 * Runs two measurements one after the other. Which one is first alternates with `turn`.
 *
 * @param {number} turn
 * @param {() => Promise<number>} ours
 * @param {() => Promise<number>} base
 * @returns {Promise<[number, number]>}
 */
async function inTurn(turn, ours, base) {
  if (turn % 2 === 0) {
    const first = await ours();
    return [first, await base()];
  }
  const first = await base();
  return [await ours(), first];
}

/**
 * The first visit with an empty profile, and a reload after another reload: browsers keep compiled
 * code from the second visit on.
 *
 * @param {{ ours: OurPage, raw: RawPage }} pages
 * @param {number} turn
 * @param {Keep} keep
 */
async function measureStart({ ours, raw }, turn, keep) {
  const startOurs = () => ours.call('start');
  const startRaw = () => raw.call('start');
  const cold = await inTurn(turn, visit(ours, startOurs), visit(raw, startRaw));
  keep('cold', 'raw', ...cold);
  const warm = await inTurn(turn, reload(ours, startOurs), reload(raw, startRaw));
  keep('warm', 'raw', ...warm);
}

/** @param {Pick<OurPage, 'visit'>} page @param {() => Promise<number>} start */
const visit = (page, start) => async () => {
  await page.visit();
  return start();
};

/** @param {Pick<OurPage, 'reload'>} page @param {() => Promise<number>} start */
const reload = (page, start) => async () => {
  await page.reload();
  await start();
  await page.reload();
  return start();
};

/**
 * @param {{
 *   ours: OurPage,
 *   raw: RawPage,
 *   native: Awaited<ReturnType<typeof startNative>> | undefined,
 * }} sides
 * @param {import('./plan.mjs').Plan} plan
 * @param {number} turn
 * @param {Keep} keep
 */
async function measureAnswers({ ours, raw, native }, plan, turn, keep) {
  const { conversation, lastTurn, question, replyTokens, several, times, turnTokens } = plan;
  const kept = async () =>
    (await ours.call('converse', conversation, turnTokens)).at(-1)?.firstToken ?? NaN;
  const reread = async () => (await raw.call('ask', lastTurn, 1)).firstToken;
  keep('turn', 'raw', ...(await inTurn(turn, kept, reread)));

  /** @param {() => Promise<import('./side.js').Asked>} ask */
  const rate = (ask) => async () => {
    let tokens = 0;
    let seconds = 0;
    for (let time = 0; time < times; time++) {
      const answer = await ask();
      tokens += answer.tokens.length - 1;
      seconds += (answer.tokens.length - 1) / answer.rate;
    }
    return tokens / seconds;
  };
  const ourRate = rate(() => ours.call('ask', question, replyTokens));
  const rawRate = rate(() => raw.call('ask', question, replyTokens));
  const [mine, others] = await inTurn(turn, ourRate, rawRate);
  keep('decode', 'raw', mine, others);
  if (native) keep('decode', 'native', mine, await rate(() => native.ask(question, replyTokens))());

  const { one, all } = await ours.call('several', several, turnTokens);
  keep('several', 'one', all, one);
}
