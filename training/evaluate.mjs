/**
 * Asks the exported model the held-out prompts of held_out.py.
 *
 *     node evaluate.mjs --held-out FILE [--model DIR] [--dtype fp32,q8] [--json FILE] [--wrong N]
 *
 * Reports for each dtype and skill how many replies are right, to the letter and with an end; how many prompts are
 * tokenized as in training; and how many replies are PyTorch's, token by token, if the file has those. `--wrong` shows
 * that many wrong replies a skill.
 */
import { readFile, writeFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { ask, defaultModel, load, transformersVersion } from "./ask.mjs";

const { values: options } = parseArgs({
  options: {
    model: { type: "string", default: defaultModel },
    "held-out": { type: "string" },
    dtype: { type: "string", default: "fp32,q8" },
    json: { type: "string" },
    wrong: { type: "string", default: "0" },
  },
});

const sameNumbers = (a, b) => a.length === b.length && a.every((number, i) => number === b[i]);

/** Counts of one dtype: `{ prompts, tokenizedAlike, repliedAlike, tokensPerSecond, skills: { name: { right, of } } }`. */
async function evaluate(generator, items) {
  const skills = {};
  let [tokenizedAlike, repliedAlike, tokens, milliseconds] = [0, 0, 0, 0];
  for (const { skill, messages, tools, expected, ids, reply_ids: pytorch } of items) {
    const began = performance.now();
    const { promptIds, replyIds, text, ended } = await ask(generator, messages, tools);
    milliseconds += performance.now() - began;
    tokens += replyIds.length;
    if (sameNumbers(promptIds, ids)) tokenizedAlike++;
    if (pytorch && sameNumbers(replyIds, pytorch)) repliedAlike++;

    const counted = (skills[skill] ??= { right: 0, of: 0 });
    counted.of++;
    if (ended && expected.includes(text)) counted.right++;
    else if (counted.of - counted.right <= Number(options.wrong)) {
      console.log(`  ${skill}: ${JSON.stringify(messages.at(-1).content)} -> ${JSON.stringify(text)}, not ${JSON.stringify(expected[0])}`);
    }
  }
  const tokensPerSecond = Math.round((1000 * tokens) / milliseconds);
  return { prompts: items.length, tokenizedAlike, repliedAlike, tokensPerSecond, skills };
}

const items = JSON.parse(await readFile(options["held-out"], "utf8"));
const results = {};
for (const dtype of options.dtype.split(",")) {
  const generator = await load(options.model, dtype);
  results[dtype] = await evaluate(generator, items);
  const { skills, ...totals } = results[dtype];
  console.log(dtype, totals);
  await generator.dispose();
}

const dtypes = Object.keys(results);
console.log(["skill".padEnd(20), ...dtypes.map((dtype) => dtype.padStart(9))].join(""));
for (const skill of Object.keys(results[dtypes[0]].skills)) {
  const cells = dtypes.map((dtype) => results[dtype].skills[skill]).map(({ right, of }) => `${right}/${of}`.padStart(9));
  console.log([skill.padEnd(20), ...cells].join(""));
}
if (options.json) {
  const versions = { node: process.versions.node, transformers: transformersVersion };
  await writeFile(options.json, JSON.stringify({ versions, results }, null, 2) + "\n");
}
