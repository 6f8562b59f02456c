import { css } from 'lit';

/**
 * Styles of every element. Embedders set colours with `--unmocked-*` properties, which default to
 * the project's colours. The elements read `--u-*`. Nothing outside the elements is styled.
 */
export const themeStyles = css`
  :host {
    --u-background: var(--unmocked-background, #f7f6f2);
    --u-surface: var(--unmocked-surface, #fffefb);
    --u-sunken: var(--unmocked-sunken, #efeee8);
    --u-text: var(--unmocked-text, #1d2321);
    --u-muted: var(--unmocked-muted, #58625e);
    --u-line: var(--unmocked-line, #d9d8d0);
    --u-control-line: var(--unmocked-control-line, #7d8783);
    --u-accent: var(--unmocked-accent, #0b625b);
    --u-on-accent: var(--unmocked-on-accent, #ffffff);
    --u-focus: var(--unmocked-focus, #0a5fd0);
    --u-passed: var(--unmocked-passed, #17693c);
    --u-failed: var(--unmocked-failed, #b3241b);
    --u-skipped: var(--unmocked-skipped, #6b5a00);
    --u-timed-out: var(--unmocked-timed-out, #954503);
    --u-font: var(--unmocked-font, system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif);
    --u-mono: var(
      --unmocked-mono,
      ui-monospace,
      'SF Mono',
      'Cascadia Mono',
      Menlo,
      Consolas,
      monospace
    );
    --u-radius: var(--unmocked-radius, 6px);
    color: var(--u-text);
    color-scheme: light dark;
    font: 0.875rem/1.5 var(--u-font);
    text-align: start;
  }
  @media (prefers-color-scheme: dark) {
    :host {
      --u-background: var(--unmocked-background, #121615);
      --u-surface: var(--unmocked-surface, #1a201e);
      --u-sunken: var(--unmocked-sunken, #101413);
      --u-text: var(--unmocked-text, #e3e7e4);
      --u-muted: var(--unmocked-muted, #9da9a4);
      --u-line: var(--unmocked-line, #303835);
      --u-control-line: var(--unmocked-control-line, #75817c);
      --u-accent: var(--unmocked-accent, #57cdb9);
      --u-on-accent: var(--unmocked-on-accent, #06201d);
      --u-focus: var(--unmocked-focus, #8ab8ff);
      --u-passed: var(--unmocked-passed, #6fd193);
      --u-failed: var(--unmocked-failed, #ff9388);
      --u-skipped: var(--unmocked-skipped, #d9c15c);
      --u-timed-out: var(--unmocked-timed-out, #f2a867);
    }
  }
  *,
  *::before,
  *::after {
    box-sizing: border-box;
  }
  [hidden] {
    display: none !important;
  }
  h1,
  h2,
  h3,
  p,
  ul,
  ol,
  dl,
  dd,
  pre,
  fieldset {
    margin: 0;
    padding: 0;
  }
  ul,
  ol {
    list-style: none;
  }
  fieldset {
    border: 0;
    min-inline-size: 0;
  }
  code,
  pre {
    font-family: var(--u-mono);
    font-size: 0.8125rem;
  }
  .muted {
    color: var(--u-muted);
  }
  .visually-hidden {
    position: absolute;
    inline-size: 1px;
    block-size: 1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
  :focus-visible {
    outline: 2px solid var(--u-focus);
    outline-offset: 2px;
  }
  button {
    font: inherit;
    font-weight: 600;
    color: var(--u-accent);
    background: transparent;
    border: 1px solid var(--u-control-line);
    border-radius: var(--u-radius);
    padding: 0.25rem 0.75rem;
    min-block-size: 2rem;
    cursor: pointer;
  }
  button:hover:not(:disabled) {
    border-color: var(--u-accent);
    background: color-mix(in srgb, var(--u-accent) 10%, transparent);
  }
  button.primary {
    background: var(--u-accent);
    border-color: var(--u-accent);
    color: var(--u-on-accent);
  }
  button.primary:hover:not(:disabled) {
    background: color-mix(in srgb, var(--u-accent) 88%, var(--u-text));
  }
  button:disabled {
    color: var(--u-muted);
    background: transparent;
    border-color: var(--u-line);
    cursor: not-allowed;
  }
  progress {
    appearance: none;
    inline-size: 100%;
    block-size: 0.375rem;
    border: 0;
    border-radius: 1rem;
    overflow: hidden;
    background: var(--u-line);
    color: var(--u-accent);
    accent-color: var(--u-accent);
  }
  progress::-webkit-progress-bar {
    background: var(--u-line);
  }
  progress::-webkit-progress-value {
    background: var(--u-accent);
  }
  /* Without a value: stripes that stand still, since there is nothing to measure. */
  progress:indeterminate::-webkit-progress-bar {
    background: repeating-linear-gradient(
      -45deg,
      var(--u-accent) 0 0.375rem,
      var(--u-line) 0 0.75rem
    );
  }
  progress:indeterminate::-moz-progress-bar {
    background: repeating-linear-gradient(
      -45deg,
      var(--u-accent) 0 0.375rem,
      var(--u-line) 0 0.75rem
    );
  }
  progress::-moz-progress-bar {
    background: var(--u-accent);
  }
  summary {
    cursor: pointer;
    border-radius: 3px;
  }
  [data-status='passed'] {
    color: var(--u-passed);
  }
  [data-status='failed'] {
    color: var(--u-failed);
  }
  [data-status='skipped'] {
    color: var(--u-skipped);
  }
  [data-status='timed-out'] {
    color: var(--u-timed-out);
  }
  [data-status='running'] {
    color: var(--u-accent);
  }
  [data-status='idle'],
  [data-status='waiting'],
  [data-status='not-run'] {
    color: var(--u-muted);
  }
  @media (forced-colors: active) {
    button.primary {
      border-width: 2px;
    }
    progress {
      border: 1px solid CanvasText;
    }
    progress::-webkit-progress-value {
      background: Highlight;
      forced-color-adjust: none;
    }
  }
`;
