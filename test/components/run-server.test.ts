import { expect } from '@esm-bundle/chai';
import { runServer } from '../../src/components/run-server.js';

describe('the server of an element', () => {
  const announce = () => {
    const meta = document.createElement('meta');
    meta.name = 'unmocked-api';
    meta.content = '/v1';
    document.head.append(meta);
    return () => meta.remove();
  };

  it('is the one that is configured, whatever the page says', () => {
    const configured = { apiUrl: 'http://127.0.0.1:1/v1' };
    const remove = announce();
    expect(runServer(configured)).to.equal(configured);
    remove();
  });

  it('is the one that the page names, on its own origin', () => {
    const remove = announce();
    expect(runServer(null)).to.deep.equal({ apiUrl: `${location.origin}/v1` });
    remove();
  });

  it('is this page if there is no other', () => {
    expect(runServer(null)).to.equal('in-page');
  });
});
