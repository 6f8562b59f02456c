import { expect } from '@esm-bundle/chai';
import { toMarkdown } from '../../src/reports/markdown.js';
import { aResult } from '../components/a-result.js';
import { aReport } from './a-report.js';

describe('toMarkdown', () => {
  it('has the outcome, the facts and a row a scenario', () => {
    const text = toMarkdown(aReport());
    expect(text).to.match(/^# Unmocked: passed\n\n1 passed of 1 in 2\.0 s, 2026-01-02T/);
    expect(text).to.include('unmocked-tiny, q8, wasm, seed 0.');
    expect(text).to.include('10 tokens computed in the page; evidence: ');
    expect(text).to.include('| chat-completion | passed | 2 | 10 | 1.5 s |');
    expect(text).not.to.include('## ');
  });

  it('has the failed checks, and text that is no Markdown and no HTML', () => {
    const text = toMarkdown(
      aReport([
        aResult({
          status: 'failed',
          title: 'Title | with <b>*stars*</b>',
          reason: 'it_broke',
          checks: [
            { name: 'good', status: 'passed' },
            { name: 'bad', status: 'failed', actual: 'a `tick` and ``two``', expected: '<img>' },
          ],
          error: { name: 'Error', message: 'no', stack: 'Error: no\n```\nat x' },
        }),
      ]),
    );
    expect(text).to.include('## chat-completion: Title \\| with &lt;b>\\*stars\\*&lt;/b>');
    expect(text).to.include('it\\_broke');
    expect(text).to.include(
      '- bad\n  - actual: ``` a `tick` and ``two`` ```\n  - expected: ` <img> `',
    );
    expect(text).to.include('````text\nError: no\n```\nat x\n````');
    expect(text).not.to.include('- good');
  });

  it('says the reason of many skips once', () => {
    const skipped = (id: string) => aResult({ id, status: 'skipped', reason: 'no server' });
    expect(toMarkdown(aReport([aResult(), skipped('a'), skipped('b')]))).to.include(
      '- no server: a, b\n',
    );
  });
});
