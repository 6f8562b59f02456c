import type { ScenarioResult } from '../../src/harness/report.js';

/** A result of `chat-completion` on the bundled model, shortened. */
export function aResult(changes: Partial<ScenarioResult> = {}): ScenarioResult {
  return {
    id: 'chat-completion',
    title: 'Completes a chat',
    status: 'passed',
    checks: [
      {
        name: 'the reply is not empty',
        status: 'passed',
        actual: 'Hello! How are you?',
        expected: 'some text',
      },
      { name: 'a limit of one token gives one token', status: 'passed', actual: 1, expected: 1 },
    ],
    device: {
      requested: 'auto',
      actual: 'wasm',
      attempts: [
        {
          device: 'webgpu',
          dtype: 'fp32',
          file: 'onnx/model.onnx',
          outcome: 'failed',
          error: { name: 'UnmockedError', code: 'no-adapter', message: 'no adapter here' },
          durationMs: 12,
        },
        {
          device: 'wasm',
          dtype: 'q8',
          file: 'onnx/model_quantized.onnx',
          outcome: 'loaded',
          durationMs: 900,
        },
      ],
    },
    metrics: { firstTokenMs: 3.1, tokensPerSecond: 104.1 },
    evidence: {
      modelId: 'unmocked-tiny',
      modelDigest: '96415ad03dd1223b',
      dtype: 'q8',
      device: 'wasm',
      threads: 1,
      seed: 0,
      tokensComputed: 10,
      exchanges: [
        {
          message: 'Hello, this is a test.',
          prompt: 'User: Hello, this is a test.\nAssistant:',
          text: ' Hello! How are you?',
          promptTokenIds: [1009, 25, 268],
          outputTokenIds: [269, 418, 1023],
          prefilledTokens: 3,
          finishReason: 'stop',
          seed: 0,
          timings: { queued: 0, firstToken: 3.1, total: 20, tokensPerSecond: 104.1 },
        },
      ],
    },
    durationMs: 1488,
    ...changes,
  };
}
