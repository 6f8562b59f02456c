import { type ErrorCode, toErrorRecord, UnmockedError } from '../../errors.js';

/** What the runtime was at. */
export interface RuntimeWork {
  doing: 'load' | 'compute';
  /** Names the rung, such as `webgpu fp32 (onnx/model.onnx)`. */
  rung: string;
  model: string;
  /** How many bytes the WASM heap was to have when it could not grow. Default: it could. */
  refusedHeap?: number;
}

interface Meaning {
  /** Default: `model-load-failed` or `inference-failed`. */
  code?: ErrorCode;
  means: string;
  remedy: string;
}

const LESS_MEMORY =
  'Close other tabs, or use a smaller dtype (q8, q4) or a smaller model. WebAssembly has 4 GB at most.';

const outOfHeap = (bytes: number): Meaning => ({
  code: 'out-of-memory',
  means: `there is not enough memory: the browser refused a WebAssembly heap of ${Math.round(bytes / 1e6)} MB`,
  remedy: LESS_MEMORY,
});

/** What the runtime's own words mean, and what to do. The first one that fits counts. */
const MEANINGS: readonly (Meaning & { text: RegExp })[] = [
  {
    text: /device.{0,40}\blost\b|\blost\b.{0,20}device|device was destroyed|instance dropped/is,
    code: 'device-lost',
    means: 'the GPU device was lost',
    remedy: 'Try again; if it happens again, use the device "wasm", or reload the page.',
  },
  {
    text: /out of memory|bad_alloc|allocation failed|failed to allocate|could not allocate|cannot enlarge memory|memory access out of bounds|OOM\b|invalid array buffer length|unable to grow/i,
    code: 'out-of-memory',
    means: 'there is not enough memory',
    remedy: LESS_MEMORY,
  },
  {
    text: /max(?:imum)?\s*\w*\s*(?:buffer|binding|workgroup)\s*\w*\s*size|maxBufferSize|maxStorageBuffer\w*|exceeds? the (?:max|limit)/i,
    code: 'out-of-memory',
    means: 'a part of the model is larger than this GPU allows for one buffer',
    remedy: 'Use a smaller dtype (q8, q4f16), a smaller model, or the device "wasm".',
  },
  {
    text: /protobuf parsing failed|INVALID_PROTOBUF|not a valid onnx|no graph was found/i,
    means: 'the file is not an ONNX model, or it is damaged',
    remedy: 'Check the file at its source, or choose another dtype.',
  },
  {
    text: /missing required scale/i,
    means: 'this export is quantized in a way that this runtime does not read',
    remedy: 'Choose another dtype (fp32, fp16), or a newer export of the model.',
  },
  {
    text: /external data|_data\b.{0,40}(?:not found|failed)/i,
    means: 'a part of the weights that lies in a file of its own is missing',
    remedy: 'Check that the model has all of its files (.onnx_data).',
  },
  {
    text: /not[ _]implemented|could not find an implementation|is not a registered function|no kernel/i,
    means: 'it has no kernel for an operation of this model on this device',
    remedy: 'Choose another dtype or device, or another export of the model.',
  },
  {
    text: /shader|wgsl|compute pipeline|bind ?group/i,
    means: "the GPU's driver refused a shader",
    remedy: 'Use the device "wasm", another dtype, or a newer browser or driver.',
  },
  {
    text: /indices element out of data bounds|gather|out of bounds|invalid (?:dimension|shape)|shape mismatch/i,
    means: 'it was asked for a token or a position that the weights do not have',
    remedy: 'The model’s config.json and tokenizer.json may not fit its weights.',
  },
  {
    text: /no available backend|wasm.{0,30}(?:compile|instantiate)|webassembly/i,
    means: 'its WebAssembly could not be started',
    remedy: 'Reload the page. If that does not help, use a newer browser.',
  },
];

const UNKNOWN: Meaning = {
  means: 'it gives no reason that is known here',
  remedy: 'Choose another dtype, device or model. What it said is in the details.',
};

/**
 * What a failure of the runtime means: what failed, on which rung, and what to do. ONNX Runtime's own
 * text (C++ file names, and numbers, which are addresses of C++ exceptions that its builds cannot
 * read) is in `details.runtime` and in the cause.
 */
export function runtimeError(
  cause: unknown,
  { doing, rung, model, refusedHeap }: RuntimeWork,
): UnmockedError {
  const runtime = toErrorRecord(cause).message;
  const { code, means, remedy } =
    refusedHeap === undefined
      ? (MEANINGS.find(({ text }) => text.test(runtime)) ?? UNKNOWN)
      : outOfHeap(refusedHeap);
  return new UnmockedError(
    code ?? (doing === 'load' ? 'model-load-failed' : 'inference-failed'),
    `The runtime ${doing === 'load' ? 'could not load' : 'failed while it computed with'} ` +
      `"${model}" on ${rung}: ${means}. ${remedy}` +
      `${doing === 'compute' ? ' The next call starts a new engine.' : ''}`,
    { cause, details: { model, rung, runtime } },
  );
}
