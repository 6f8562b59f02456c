import type { AgentLoader } from '../agents/agent-loader.js';
import type { Claim } from '../agents/claims.js';
import { chooseFormat } from '../agents/prompt/choose-format.js';
import { decode, readModelFacts, renderChatTemplate } from '../engine/runtime/model-facts.js';
import { yieldBetweenForwardPasses } from '../engine/runtime/next-task.js';
import { Output } from '../engine/runtime/output.js';
import { UnmockedError } from '../errors.js';
import { fromFunction } from './from-function.js';
import type { FunctionReply, FunctionRequest } from './function-backend.js';

/** A text-generation pipeline of transformers.js. */
export interface TextGeneration {
  (prompt: string, options?: object): Promise<unknown>;
  readonly model: object;
  readonly tokenizer: object;
}

export interface PipelineOptions {
  /** Names the agent. Default: what the model's configuration says, or else `pipeline`. */
  name?: string;
  /** Default: `pipelineClaims`. */
  claims?: readonly Claim[];
  /** Tokens. Default: what the model's configuration says. */
  contextWindow?: number;
  /** `transcript` for models that know no chat template. Default: the tokenizer's, if it has one. */
  promptFormat?: 'transcript' | 'template';
}

/**
 * What a pipeline does with any chat model. Add `tools` or `reasoning` if its model can. It does not
 * claim `seed`, which transformers.js keeps elsewhere.
 */
export const pipelineClaims: readonly Claim[] = [
  'chat',
  'streaming',
  'abort',
  'limits',
  'stop',
  'temperature',
  'usage',
  'tokens',
  'prompt',
  'context-overflow',
];

/** The pipeline's own types; importing them would need the library. */
type Model = Parameters<typeof readModelFacts>[0];
type Tokenizer = Parameters<typeof readModelFacts>[1];

/**
 * A text-generation pipeline of transformers.js as an agent. It runs where you made it, so on the
 * page's own thread it takes turns with the page: from now on, the model waits for the next task
 * before each forward pass. The pipeline stays yours to dispose of.
 *
 * @example
 * const agent = fromPipeline(await pipeline('text-generation', 'HuggingFaceTB/SmolLM2-135M-Instruct'));
 * await runScenarios({ agent });
 */
export function fromPipeline(
  pipeline: TextGeneration,
  { name, claims = pipelineClaims, contextWindow, promptFormat }: PipelineOptions = {},
): AgentLoader {
  const model = pipeline.model as Model;
  const tokenizer = pipeline.tokenizer as Tokenizer;
  const facts = readModelFacts(model, tokenizer);
  const window = contextWindow ?? facts.contextWindow;
  const { _name_or_path: path } = model.config as { _name_or_path?: string };
  const format = chooseFormat({ ...facts, wanted: promptFormat }, (messages, options) =>
    renderChatTemplate(tokenizer, messages, options),
  );
  yieldOnce(model);
  return fromFunction(
    { name: name ?? (path || 'pipeline'), claims, contextWindow: window },
    async (request) => {
      const prompt = await format.render(request);
      const promptTokenIds = tokenizer.encode(prompt, { add_special_tokens: false });
      assertFits(promptTokenIds.length, window);
      const output = new Output({
        decode: (ids) => decode(tokenizer, ids, true),
        eosTokenIds: facts.eosTokenIds,
        stop: [...request.settings.stop, ...format.stop],
        maxTokens: request.settings.maxTokens,
        room: window - promptTokenIds.length,
        onToken: ({ text, tokenId }) => request.onText(text, tokenId),
      });
      await pipeline(prompt, generationOptions(request, output));
      const { finishReason, limitedBy } = output.ending;
      return {
        text: output.text,
        rawText: decode(tokenizer, output.tokenIds, false),
        prompt,
        promptTokenIds,
        outputTokenIds: output.tokenIds,
        finishReason,
        limitedBy,
        usage: {
          promptTokens: promptTokenIds.length,
          completionTokens: output.tokenIds.length,
        },
      } satisfies FunctionReply;
    },
  );
}

/** Options of the pipeline for one call. The streamer fills `output`. */
function generationOptions({ settings, signal }: FunctionRequest, output: Output): object {
  const { temperature, topK, repetitionPenalty } = settings;
  let isPrompt = true; // the streamer first receives the prompt
  return {
    add_special_tokens: false, // the prompt has those that it needs
    return_full_text: false,
    tokenizer_encode_kwargs: { truncation: false },
    max_new_tokens: output.limit,
    do_sample: temperature > 0,
    ...(temperature > 0 ? { temperature, top_k: topK } : {}),
    repetition_penalty: repetitionPenalty,
    streamer: {
      put: (value: bigint[][]) => {
        if (!isPrompt) output.push(Number(value[0]![0]));
        isPrompt = false;
      },
      end: () => undefined,
    },
    // The published type wants a StoppingCriteria. The library calls any function.
    stopping_criteria: [
      (inputIds: unknown[]) => inputIds.map(() => output.stopped || signal.aborted),
    ],
  };
}

function assertFits(promptTokens: number, contextWindow: number): void {
  if (promptTokens < contextWindow) return;
  throw new UnmockedError(
    'context-overflow',
    `The prompt has ${promptTokens} tokens. The model's context window is ${contextWindow} tokens, ` +
      'and the reply needs at least one. Shorten the message or the memory.',
    { details: { promptTokens, contextWindow } },
  );
}

const yielding = new WeakSet<Model>();

/** One model can have several adapters. */
function yieldOnce(model: Model): void {
  if (yielding.has(model)) return;
  yielding.add(model);
  yieldBetweenForwardPasses(model);
}
