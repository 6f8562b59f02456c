import type { AdapterInfo } from './protocol.js';

/** The facts about a WebGPU adapter that reports and the ladder use. */
export function describeAdapter({ info, features }: GPUAdapter): AdapterInfo {
  const { vendor, architecture, device, description } = info;
  return {
    vendor,
    architecture,
    device,
    description,
    isFallbackAdapter: info.isFallbackAdapter ?? false,
    shaderF16: features.has('shader-f16'),
  };
}
