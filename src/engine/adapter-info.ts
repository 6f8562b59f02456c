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

const SOFTWARE_ADAPTERS = /swiftshader|llvmpipe|basic render/i;

/** Whether the CPU emulates a GPU. Its tokens are real, and its speed is no GPU's. */
export const isSoftware = ({
  architecture,
  description,
  isFallbackAdapter,
}: AdapterInfo): boolean =>
  isFallbackAdapter || SOFTWARE_ADAPTERS.test(`${architecture} ${description}`);
