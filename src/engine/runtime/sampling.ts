import { LogitsProcessor, LogitsProcessorList, type Tensor } from '@huggingface/transformers';
import type { GenerateRequest } from '../protocol.js';
import { keepNucleus } from './nucleus.js';

/**
 * Below this temperature the logits overflow. Decoding is greedy there, which gives the same
 * tokens.
 */
const COLDEST = 1e-6;

/** How a request picks its next token, as options of transformers.js's `generate`. */
export function samplingOptions(
  request: GenerateRequest,
  constrained: LogitsProcessor | undefined,
): object {
  const samples = request.temperature > COLDEST;
  return {
    do_sample: samples,
    ...(samples ? { temperature: request.temperature, top_k: request.topK } : {}),
    repetition_penalty: request.repetitionPenalty,
    logits_processor: logitsProcessors(request, samples, constrained),
  };
}

/**
 * The processors of one request, in the order in which they run on the logits of each token. They
 * run after the repetition penalty. Anything that constrains, biases or checks logits belongs here.
 */
function logitsProcessors(
  { topP }: GenerateRequest,
  samples: boolean,
  constrained: LogitsProcessor | undefined,
): LogitsProcessorList {
  const list = new LogitsProcessorList();
  // The constraint runs first, so that the nucleus is made of what it allows.
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
