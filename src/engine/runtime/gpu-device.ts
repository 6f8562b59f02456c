import { UnmockedError } from '../../errors.js';

/** Any number but zero. A lost device may answer with zeros. */
const PATTERN = 0x5eed_c0de;

/**
 * Watches the GPU device that computes. A browser can lose it at any time: the driver restarts, the
 * machine sleeps, memory runs out. What it answers from then on is no result.
 */
export class GpuDevice {
  /** Rejects with `device-lost`, and never resolves. */
  readonly lost: Promise<never>;
  #device: GPUDevice | undefined;
  #lost: UnmockedError | undefined;
  #report!: (error: UnmockedError) => void;

  constructor() {
    this.lost = new Promise((_resolve, reject) => (this.#report = reject));
    this.lost.catch(() => undefined);
  }

  /** Waits for the runtime's device. It sets `environment.device` as soon as it has one. */
  watch(environment: object): void {
    Object.defineProperty(environment, 'device', {
      configurable: true,
      enumerable: true,
      get: () => this.#device,
      set: (device: GPUDevice) => {
        this.#device = device;
        void device.lost.then(({ reason, message }) => this.#fail(message || reason));
      },
    });
  }

  /** @throws UnmockedError `device-lost` if the browser has said so. */
  assertAlive(): void {
    if (this.#lost) throw this.#lost;
  }

  /**
   * Asks the device for what it was given, before a result counts. The browser may not have said yet
   * that it is lost.
   *
   * @throws UnmockedError `device-lost`.
   */
  async check(): Promise<void> {
    this.assertAlive();
    const device = this.#device;
    if (!device) return;
    let answer: number | undefined;
    try {
      answer = await Promise.race([readBack(device), this.lost]);
    } catch (error) {
      this.#fail((error as Error).message);
    }
    if (answer !== PATTERN) this.#fail(`it read ${answer} where ${PATTERN} was written`);
    this.assertAlive();
  }

  #fail(why: string): void {
    this.#lost ??= new UnmockedError(
      'device-lost',
      'The GPU device was lost, so what it computed is thrown away. Browsers take it back when the ' +
        'driver restarts or memory runs out. The next call starts a new engine; if it happens again, ' +
        'use the device "wasm".',
      { details: { runtime: why } },
    );
    this.#report(this.#lost);
  }
}

async function readBack(device: GPUDevice): Promise<number> {
  const buffer = device.createBuffer({
    size: 4,
    usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
  });
  try {
    device.queue.writeBuffer(buffer, 0, Uint32Array.of(PATTERN));
    await buffer.mapAsync(GPUMapMode.READ);
    return new Uint32Array(buffer.getMappedRange())[0]!;
  } finally {
    buffer.destroy();
  }
}
