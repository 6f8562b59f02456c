import { expect } from '@esm-bundle/chai';
import { KEPT_REPORTS, ReportHistory } from '../../src/reports/report-history.js';
import { rejection } from '../helpers.js';
import { aResult } from '../components/a-result.js';
import { aReport } from './a-report.js';

const NAME = 'reports-spec';

describe('ReportHistory', () => {
  let history: ReportHistory;
  beforeEach(async () => {
    history = await ReportHistory.open(NAME);
  });
  afterEach(async () => {
    history.close();
    await new Promise((resolve) => {
      indexedDB.deleteDatabase(NAME).onsuccess = resolve;
    });
  });

  it('keeps reports, lists the newest first, and still has them when the page opens again', async () => {
    const first = await history.add(aReport());
    const second = await history.add(aReport([aResult({ status: 'failed' })]));
    history.close();
    history = await ReportHistory.open(NAME);
    const list = await history.list();
    expect(list.map(({ key, status }) => [key, status])).to.deep.equal([
      [second, 'failed'],
      [first, 'passed'],
    ]);
    expect(list[1]).to.deep.include({ model: 'unmocked-tiny', dtype: 'q8', device: 'wasm' });
    expect(list[1]!.totals.passed).to.equal(1);
    expect(await history.get(first)).to.deep.equal(aReport());
  });

  it('forgets the oldest', async () => {
    const keys: number[] = [];
    for (let n = 0; n < KEPT_REPORTS + 2; n++) keys.push(await history.add(aReport()));
    const list = await history.list();
    expect(list).to.have.length(KEPT_REPORTS);
    expect(list.at(-1)!.key).to.equal(keys[2]);
    expect(await history.get(keys[1]!)).to.equal(undefined);
    expect(await history.get(keys[2]!)).to.deep.equal(aReport());
  });

  it('deletes one, or all', async () => {
    const [first, second] = [await history.add(aReport()), await history.add(aReport())];
    await history.delete(first);
    expect((await history.list()).map(({ key }) => key)).to.deep.equal([second]);
    expect(await history.get(first)).to.equal(undefined);
    await history.delete();
    expect([await history.list(), await history.get(second)]).to.deep.equal([[], undefined]);
  });

  it('says why it is not there where a browser keeps nothing', async () => {
    // Browsers refuse it to a page without an origin. This page has one, so a stand-in refuses.
    const real = Object.getOwnPropertyDescriptor(globalThis, 'indexedDB')!;
    Object.defineProperty(globalThis, 'indexedDB', {
      configurable: true,
      value: {
        open() {
          throw new DOMException('The operation is insecure.', 'SecurityError');
        },
      },
    });
    try {
      const { code, message } = await rejection(ReportHistory.open(NAME));
      expect([code, message.includes('The operation is insecure.')]).to.deep.equal([
        'unsupported',
        true,
      ]);
    } finally {
      Object.defineProperty(globalThis, 'indexedDB', real);
    }
  });
});
