import { abortError } from '../errors.js';

interface Job {
  run(): Promise<void>;
}

/**
 * Runs one job at a time. The jobs of one client run in order. Clients take turns, so one with many
 * jobs does not starve the others.
 */
export class FairQueue {
  readonly #clients = new Map<string, Job[]>();
  #busy = false;

  /**
   * Settles as `work` does. If `signal` aborts while the job waits, it rejects at once and never
   * runs `work`.
   */
  run<T>(client: string, work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (signal.aborted) return reject(abortError(signal));
      const job: Job = {
        run: () => {
          signal.removeEventListener('abort', leave);
          return work().then(resolve, reject);
        },
      };
      const leave = () => {
        const jobs = this.#clients.get(client);
        const index = jobs?.indexOf(job) ?? -1;
        if (index >= 0) jobs!.splice(index, 1);
        reject(abortError(signal));
      };
      signal.addEventListener('abort', leave, { once: true });
      const jobs = this.#clients.get(client);
      if (jobs) jobs.push(job);
      else this.#clients.set(client, [job]);
      void this.#drain();
    });
  }

  async #drain(): Promise<void> {
    if (this.#busy) return;
    this.#busy = true;
    for (let job = this.#next(); job; job = this.#next()) await job.run();
    this.#busy = false;
  }

  #next(): Job | undefined {
    for (const [client, jobs] of this.#clients) {
      this.#clients.delete(client);
      const job = jobs.shift();
      if (!job) continue;
      if (jobs.length > 0) this.#clients.set(client, jobs); // behind the other clients
      return job;
    }
    return undefined;
  }
}
