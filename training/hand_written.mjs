/**
 * Asks the exported model the prompts of hand-written.json, which nobody generated and training never sees.
 *
 *     node hand_written.mjs --json FILE [--model DIR] [--dtype q8]
 *
 * Prints each last message with the reply and what was wanted, and writes FILE: a list of `{ prompt, wanted, reply, good }`.
 * `good` is null until a person has looked at the reply and put true or false; card.py shows what they put. A file that
 * exists keeps its verdicts for replies that have not changed.
 */
import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { ask, defaultModel, here, load } from "./ask.mjs";

const { values: options } = parseArgs({
  options: { model: { type: "string", default: defaultModel }, dtype: { type: "string", default: "q8" }, json: { type: "string" } },
});

const prompts = JSON.parse(await readFile(resolve(here, "hand-written.json"), "utf8"));
const judged = existsSync(options.json) ? JSON.parse(await readFile(options.json, "utf8")) : [];
const generator = await load(options.model, options.dtype);
const results = [];
for (const { messages, tools, wanted } of prompts) {
  const { text, ended } = await ask(generator, messages, tools);
  const reply = ended ? text : `${text} […]`;
  const prompt = messages.at(-1).content;
  const before = judged.find((item) => item.prompt === prompt && item.wanted === wanted && item.reply === reply);
  results.push({ prompt, wanted, reply, good: before?.good ?? null });
  console.log(`${JSON.stringify(prompt)}\n    ${JSON.stringify(reply)}\n    wanted: ${wanted}`);
}
await writeFile(options.json, JSON.stringify(results, null, 1) + "\n");
