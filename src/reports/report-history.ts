import { type DBSchema, type IDBPDatabase, openDB } from 'idb';
import { UnmockedError } from '../errors.js';
import type { Report } from '../harness/report.js';

/** What a list shows of a kept report. */
export interface KeptReport {
  /** Grows with each report. */
  key: number;
  startedAt: string;
  durationMs: number;
  status: Report['status'];
  totals: Report['totals'];
  /** The model's id. */
  model: string;
  dtype?: string;
  /** The device of the first scenario that loaded a model. */
  device?: string;
}

interface Schema extends DBSchema {
  /** Apart from the reports, so that a list reads little. */
  list: { key: number; value: KeptReport };
  reports: { key: number; value: Report };
}

/** Older reports go. */
export const KEPT_REPORTS = 50;
/** Runs whose times are compared with the shown one's. */
const COMPARED_REPORTS = 10;

/** The reports that this browser keeps, in its IndexedDB. Open it by `ReportHistory.open`. */
export class ReportHistory {
  readonly #database: IDBPDatabase<Schema>;

  private constructor(database: IDBPDatabase<Schema>) {
    this.#database = database;
  }

  /** @throws UnmockedError `unsupported` if this browser keeps nothing, as some do in private windows. */
  static async open(name = 'unmocked'): Promise<ReportHistory> {
    try {
      const database: IDBPDatabase<Schema> = await openDB<Schema>(name, 1, {
        upgrade(upgraded) {
          upgraded.createObjectStore('list', { keyPath: 'key', autoIncrement: true });
          upgraded.createObjectStore('reports');
        },
        // Another tab has a newer page. It must not wait for this one.
        blocking: () => database.close(),
      });
      return new ReportHistory(database);
    } catch (cause) {
      throw new UnmockedError(
        'unsupported',
        'This browser keeps no reports: it does not let this page use IndexedDB ' +
          `(${(cause as Error).message}). Save the JSON file instead.`,
        { cause },
      );
    }
  }

  /**
   * Keeps a report, and forgets the oldest beyond `KEPT_REPORTS`.
   *
   * @returns its key.
   * @throws DOMException `QuotaExceededError`. Then nothing has changed.
   */
  async add(report: Report): Promise<number> {
    const transaction = this.#database.transaction(['list', 'reports'], 'readwrite');
    const [list, reports] = [transaction.objectStore('list'), transaction.objectStore('reports')];
    // The database gives the key, which the type of a stored summary has.
    const key = await list.add(summaryOf(report) as KeptReport);
    await reports.put(report, key);
    const keys = await list.getAllKeys();
    for (const old of keys.slice(0, -KEPT_REPORTS))
      await Promise.all([list.delete(old), reports.delete(old)]);
    await transaction.done;
    return key;
  }

  /** The newest first. */
  async list(): Promise<KeptReport[]> {
    return (await this.#database.getAll('list')).toReversed();
  }

  /** Undefined if it is not kept any more. */
  get(key: number): Promise<Report | undefined> {
    return this.#database.get('reports', key);
  }

  /**
   * Earlier reports of the same model, the newest first: some of the same device, and the newest of each
   * other one.
   */
  async earlierThan({ startedAt, model, results }: Report): Promise<Report[]> {
    const own = deviceOf(results);
    const kept = (await this.list()).filter(
      (one) => one.model === model.id && one.startedAt < startedAt && one.device,
    );
    const same = kept.filter(({ device }) => device === own).slice(0, COMPARED_REPORTS);
    const others = kept.filter(
      ({ device }, index) =>
        device !== own && kept.findIndex((one) => one.device === device) === index,
    );
    const reports = await Promise.all([...same, ...others].map(({ key }) => this.get(key)));
    return reports
      .filter((report) => report !== undefined)
      .toSorted((a, b) => b.startedAt.localeCompare(a.startedAt));
  }

  /** Deletes one report, or all. */
  async delete(key?: number): Promise<void> {
    const range = key ?? IDBKeyRange.lowerBound(0);
    const transaction = this.#database.transaction(['list', 'reports'], 'readwrite');
    await Promise.all([
      transaction.objectStore('list').delete(range),
      transaction.objectStore('reports').delete(range),
      transaction.done,
    ]);
  }

  close(): void {
    this.#database.close();
  }
}

function summaryOf({ startedAt, durationMs, status, totals, model, results }: Report) {
  const device = deviceOf(results);
  return {
    startedAt,
    durationMs,
    status,
    totals,
    model: model.id,
    ...(model.dtype ? { dtype: model.dtype } : {}),
    ...(device ? { device } : {}),
  } satisfies Omit<KeptReport, 'key'>;
}

/** The device of the first scenario that loaded a model. */
const deviceOf = (results: Report['results']): string | undefined =>
  results.find((result) => result.device)?.device?.actual;
