/** The exported model through transformers.js, as the product loads it: chat template, KV cache, greedy decoding. */
import { basename, dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { env, pipeline } from "@huggingface/transformers";

export const here = dirname(fileURLToPath(import.meta.url));
export const defaultModel = resolve(here, "build/model");
export const transformersVersion = env.version;
const LIMIT = 200; // as PyTorch's: model.py's `generate`

env.allowRemoteModels = false;

export async function load(model, dtype) {
  env.localModelPath = dirname(resolve(model)) + "/";
  return pipeline("text-generation", basename(model), { dtype, device: "cpu", session_options: { intraOpNumThreads: 1 } });
}

/** The prompt as text; `tools` may be empty. */
export function render(tokenizer, messages, tools) {
  const options = { tokenize: false, add_generation_prompt: true };
  return tokenizer.apply_chat_template(messages, tools?.length ? { ...options, tools } : options);
}

/** `{ promptIds, replyIds, text, ended }`: the text without the end token, markup such as `<tool_call>` kept. */
export async function ask({ tokenizer, model }, messages, tools) {
  const input = tokenizer(render(tokenizer, messages, tools), { add_special_tokens: false });
  const promptIds = Array.from(input.input_ids.data, Number);
  const output = await model.generate({ ...input, max_new_tokens: LIMIT, do_sample: false });
  const replyIds = Array.from(output.data, Number).slice(promptIds.length);
  const text = tokenizer.decode(replyIds, { skip_special_tokens: true });
  return { promptIds, replyIds, text, ended: replyIds.at(-1) === tokenizer.eos_token_id };
}
