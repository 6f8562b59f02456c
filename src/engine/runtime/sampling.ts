import {
  LogitsProcessor,
  LogitsProcessorList,
  RepetitionPenaltyLogitsProcessor,
  TemperatureLogitsWarper,
  type Tensor,
} from '@huggingface/transformers';
import type { GenerateRequest } from '../protocol.js';
import { CheckedLogits } from './checked-logits.js';
import { LogitBias, OutputPenalties } from './logit-changes.js';
import type { Logprobs } from './logprobs.js';
import { keepNucleus } from './nucleus.js';

/**
 * Below this temperature the logits overflow. Decoding is greedy there, which gives the same
 * tokens.
 */
const COLDEST = 1e-6;

/** Processors that a request brings, because others need them as well. */
export interface OwnProcessors {
  /** Reads the logits before anything changes them. */
  logprobs?: Logprobs;
  /** Leaves only the tokens that the constraint allows. */
  constrained?: LogitsProcessor;
}

/** How a request picks its next token, as options of transformers.js's `generate`. */
export function samplingOptions(request: GenerateRequest, own: OwnProcessors): object {
  const samples = request.temperature > COLDEST;
  return {
    do_sample: samples,
    ...(samples ? { top_k: request.topK } : {}),
    // As options they would run before `logprobs`. 1 disables the values of the model's configuration.
    temperature: 1,
    repetition_penalty: 1,
    logits_processor: logitsProcessors(request, samples, own),
  };
}

/**
 * The processors of one request, in the order in which they run on the logits of each token.
 * Anything that constrains, biases or checks logits belongs here.
 */
function logitsProcessors(
  request: GenerateRequest,
  samples: boolean,
  { logprobs, constrained }: OwnProcessors,
): LogitsProcessorList {
  const { temperature, topP, repetitionPenalty } = request;
  const { frequencyPenalty = 0, presencePenalty = 0, logitBias } = request;
  const list = new LogitsProcessorList();
  list.push(new CheckedLogits());
  if (logprobs) list.push(logprobs);
  if (repetitionPenalty !== 1) list.push(new RepetitionPenaltyLogitsProcessor(repetitionPenalty));
  if (frequencyPenalty !== 0 || presencePenalty !== 0)
    list.push(new OutputPenalties(frequencyPenalty, presencePenalty));
  if (logitBias) list.push(new LogitBias(logitBias));
  if (samples && temperature !== 1) list.push(new TemperatureLogitsWarper(temperature));
  // The constraint runs before the nucleus, so that the nucleus is made of what it allows.
  if (constrained) list.push(constrained);
  if (samples && topP < 1) list.push(new Nucleus(topP));
  return list;
}

/** transformers.js 4.3 accepts `top_p` and ignores it (a TODO in its `_get_logits_processor`). */
class Nucleus extends LogitsProcessor {
  readonly #topP: number;

  constructor(topP: number) {
    super();
    this.#topP = topP;
  }

  override _call(_inputIds: bigint[][], logits: Tensor): Tensor {
    keepNucleus(logits.data as Float32Array, this.#topP); // a batch of one has one row
    return logits;
  }
}
