/**
 * Compares dialect.py and tokenizer.py with what transformers.js makes of the exported template and tokenizer.
 *
 *     node check_dialect.mjs SAMPLES.json [--model DIR]
 *
 * For each conversation of dialect_samples.py: the same text byte for byte, with and without the generation prompt; the same
 * tokens; tokens that decode to the same text; and each prompt with its reply is a prefix of the next turn's, in text and in
 * tokens, so that a KV cache can be kept. Exits with 1 if anything differs.
 */
import { readFile } from "node:fs/promises";
import { basename, dirname, resolve } from "node:path";
import { parseArgs } from "node:util";
import { AutoTokenizer, env } from "@huggingface/transformers";
import { defaultModel, render } from "./ask.mjs";

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: { model: { type: "string", default: defaultModel } },
});
env.localModelPath = dirname(resolve(options.model)) + "/";
const tokenizer = await AutoTokenizer.from_pretrained(basename(options.model));
const samples = JSON.parse(await readFile(positionals[0], "utf8"));
const idsOf = (text) => tokenizer.encode(text, { add_special_tokens: false });

let [checks, differences] = [0, 0];
function same(what, actual, expected) {
  checks++;
  if (JSON.stringify(actual) === JSON.stringify(expected)) return;
  if (++differences <= 5) console.log(`${what} differs:\n  ${JSON.stringify(actual)}\n  ${JSON.stringify(expected)}`);
}

for (const { messages, tools, text, prompt, ids } of samples) {
  const template = { tokenize: false, ...(tools.length ? { tools } : {}) };
  same("the text", tokenizer.apply_chat_template(messages, template), text);
  same("the prompt", render(tokenizer, messages, tools), prompt);
  same("a token", idsOf(text), ids);
  same("the decoded text", tokenizer.decode(ids), text);
  messages.forEach(({ role }, i) => {
    if (role !== "assistant") return;
    const before = render(tokenizer, messages.slice(0, i), tools);
    const after = tokenizer.apply_chat_template(messages.slice(0, i + 1), template);
    same("the prompt within the next", after.slice(0, before.length), before);
    same("the prompt's tokens within the next", ids.slice(0, idsOf(before).length), idsOf(before));
  });
}
console.log(`${samples.length} conversations, ${checks} checks, ${differences} differences`);
process.exitCode = differences ? 1 : 0;
