import { steadyRate } from './steady-rate.mjs';

/**
 * transformers.js as one writes it: a pipeline, its own chat template, a streamer. For the page and
 * for Node.
 *
 * @param {import('@huggingface/transformers').TextGenerationPipeline} generator
 * @param {typeof import('@huggingface/transformers').TextStreamer} TextStreamer
 */
export function pipelineAsk(generator, TextStreamer) {
  /**
   * Answers the last message.
   *
   * @param {import('./side.js').Spoken[]} messages
   * @param {number} maxTokens
   * @returns {Promise<import('./side.js').Asked & { firstAt: number }>}
   */
  return async function ask(messages, maxTokens) {
    const startedAt = performance.now();
    /** @type {number[]} */
    const tokens = [];
    let firstAt = 0;
    let lastAt = 0;
    const streamer = new TextStreamer(generator.tokenizer, {
      skip_prompt: true,
      callback_function: () => undefined,
      token_callback_function: (/** @type {bigint[]} */ ids) => {
        lastAt = performance.now();
        firstAt ||= lastAt;
        tokens.push(...ids.map(Number));
      },
    });
    const [output] = /** @type {{ generated_text: import('./side.js').Spoken[] }[]} */ (
      await generator(messages, { max_new_tokens: maxTokens, do_sample: false, streamer })
    );
    const prompt = generator.tokenizer.apply_chat_template(messages, {
      tokenize: false,
      add_generation_prompt: true,
    });
    return {
      prompt: /** @type {string} */ (prompt),
      tokens,
      messages: output?.generated_text ?? [],
      firstAt,
      firstToken: firstAt - startedAt,
      rate: steadyRate(tokens.length, firstAt, lastAt),
    };
  };
}
