/**
 * Asks the exported model the held-out prompts, greedily, through transformers.js, as the product does.
 *
 *     node evaluate.mjs [--model DIR] [--held-out FILE] [--dtype fp32,q8] [--json FILE] [--wrong N]
 *
 * Reports for each dtype and skill how many replies are right, to the letter and with an end; how many prompts are
 * tokenized as in training; and how many replies are PyTorch's, token by token. `--wrong` shows so many wrong replies
 * a skill.
 */
import { readFile, writeFile } from "node:fs/promises";
import { basename, dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { env, pipeline } from "@huggingface/transformers";

const here = dirname(fileURLToPath(import.meta.url));
const { values: options } = parseArgs({
  options: {
    model: { type: "string", default: resolve(here, "../public/models/unmocked-tiny") },
    "held-out": { type: "string", default: resolve(here, "held-out.json") },
    dtype: { type: "string", default: "fp32,q8" },
    json: { type: "string" },
    wrong: { type: "string", default: "0" },
  },
});

const LIMIT = 160; // as PyTorch's: model.py's `generate`

const sameNumbers = (a, b) => a.length === b.length && a.every((number, i) => number === b[i]);
const numbersOf = (tensor) => Array.from(tensor.data, Number);

/** Counts of one dtype: `{ skills: { name: { right, of } }, prompts, tokenizedAlike, repliedAlike, tokensPerSecond }`. */
async function evaluate(generator, items) {
  const { tokenizer, model } = generator;
  const end = tokenizer.eos_token_id ?? tokenizer.encode("<|endoftext|>")[0];
  const skills = {};
  let [tokenizedAlike, repliedAlike, tokens, milliseconds] = [0, 0, 0, 0];
  for (const { skill, prompt, expected, ids, reply_ids: pytorch } of items) {
    const input = tokenizer(prompt);
    const promptIds = numbersOf(input.input_ids);
    if (sameNumbers(promptIds, ids)) tokenizedAlike++;

    const began = performance.now();
    const output = await model.generate({ ...input, max_new_tokens: LIMIT, do_sample: false });
    milliseconds += performance.now() - began;
    const reply = numbersOf(output).slice(promptIds.length);
    tokens += reply.length;
    if (sameNumbers(reply, pytorch)) repliedAlike++;

    const text = tokenizer.decode(reply, { skip_special_tokens: true }).trim();
    const counted = (skills[skill] ??= { right: 0, of: 0 });
    counted.of++;
    if (reply.at(-1) === end && expected.includes(text)) counted.right++;
    else if (counted.of - counted.right <= Number(options.wrong)) {
      console.log(`  ${skill}: ${JSON.stringify(prompt.slice(prompt.lastIndexOf("User: ")))} -> ${JSON.stringify(text)}`);
    }
  }
  const tokensPerSecond = Math.round((1000 * tokens) / milliseconds);
  return { prompts: items.length, tokenizedAlike, repliedAlike, tokensPerSecond, skills };
}

env.allowRemoteModels = false;
env.localModelPath = dirname(resolve(options.model)) + "/";
const items = JSON.parse(await readFile(options["held-out"], "utf8"));
const results = {};
for (const dtype of options.dtype.split(",")) {
  const generator = await pipeline("text-generation", basename(options.model), { dtype, device: "cpu" });
  results[dtype] = await evaluate(generator, items);
  const { skills, ...totals } = results[dtype];
  console.log(dtype, totals);
  await generator.dispose();
}

const dtypes = Object.keys(results);
console.log(["skill".padEnd(16), ...dtypes.map((dtype) => dtype.padStart(9))].join(""));
for (const skill of Object.keys(results[dtypes[0]].skills)) {
  const cells = dtypes.map((dtype) => results[dtype].skills[skill]).map(({ right, of }) => `${right}/${of}`.padStart(9));
  console.log([skill.padEnd(16), ...cells].join(""));
}
if (options.json) {
  const versions = { node: process.versions.node, transformers: env.version };
  await writeFile(options.json, JSON.stringify({ versions, results }, null, 2) + "\n");
}
