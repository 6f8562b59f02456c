import { expect } from '@esm-bundle/chai';
import { runtimeError } from '../../src/engine/runtime/runtime-error.js';

const rung = 'webgpu fp32 (onnx/model.onnx)';
const explain = (cause: unknown, doing: 'load' | 'compute' = 'compute') =>
  runtimeError(cause, { doing, rung, model: 'a/b' });

/* Texts that ONNX Runtime and browsers really give. */
const texts: [text: string, code: string, means: RegExp][] = [
  [
    "Can't create a session. ERROR_CODE: 7, ERROR_MESSAGE: Failed to load model because protobuf parsing failed.",
    'model-load-failed',
    /not an ONNX model/,
  ],
  [
    "Can't create a session. ERROR_CODE: 1, ERROR_MESSAGE: /onnxruntime_src/onnxruntime/core/optimizer/transpose_optimization/ort_transpose_optimization.cc:198 Missing required scale: transformer.wte.weight_merged_0_scale for node",
    'model-load-failed',
    /quantized in a way/,
  ],
  ['std::bad_alloc', 'out-of-memory', /not enough memory/],
  ['Array buffer allocation failed', 'out-of-memory', /not enough memory/],
  ['memory access out of bounds', 'out-of-memory', /not enough memory/],
  ['Aborted(OOM)', 'out-of-memory', /not enough memory/],
  [
    'failed to call OrtRun(). ERROR_CODE: 1, ERROR_MESSAGE: /onnxruntime_src/onnxruntime/core/providers/webgpu/buffer_manager.cc:553 Download status == wgpu::MapAsyncStatus::Success was false. Failed to download data from buffer: [Device] is lost.',
    'device-lost',
    /GPU device was lost/,
  ],
  [
    'Buffer size (2147483652) exceeds the max buffer size limit (2147483648).',
    'out-of-memory',
    /larger than this GPU allows/,
  ],
  [
    "Can't create a session. ERROR_CODE: 9, ERROR_MESSAGE: Could not find an implementation for MatMulNBits(1) node with name '/lm_head'",
    'model-load-failed',
    /no kernel/,
  ],
  [
    'failed to call OrtRun(). ERROR_CODE: 2, ERROR_MESSAGE: Non-zero status code returned while running Gather node. gather.h:118 indices element out of data bounds, idx=512 must be within the inclusive range [-512,511]',
    'inference-failed',
    /a position that the weights do not have/,
  ],
];

describe('an error of the runtime', () => {
  for (const [text, code, means] of texts)
    it(`is explained: ${text.slice(0, 60)}`, () => {
      const doing = code === 'model-load-failed' ? 'load' : 'compute';
      const error = explain(new Error(text), doing);
      expect(error.code).to.equal(code);
      expect(error.message).to.match(means);
      expect(error.message).to.include(`"a/b" on ${rung}`);
      expect(error.message)
        .not.to.include('ERROR_CODE')
        .and.not.match(/\.(cc|h):/);
      expect(error.details['runtime']).to.equal(text);
      expect((error.cause as Error).message).to.equal(text);
    });

  it('that is a number, the address of a C++ exception, keeps it in the details', () => {
    const error = explain(9_949_816);
    expect(error.code).to.equal('inference-failed');
    expect(error.message).not.to.include('9949816');
    expect(error.details['runtime']).to.include('9949816');
  });
});
