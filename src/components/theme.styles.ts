import { css, type CSSResultOrNative } from 'lit';
import { pageScheme } from './page-scheme.js';

/**
 * Styles of every element. Embedders set colours with `--unmocked-*` properties, which default to
 * the project's colours, light or dark as `page-scheme.ts` finds. The elements read `--u-*`. Nothing
 * outside the elements is styled.
 */
const theme = css`
  :host {
    --u-background: var(--unmocked-background, light-dark(#f7f6f2, #121615));
    --u-surface: var(--unmocked-surface, light-dark(#fffefb, #1a201e));
    --u-sunken: var(--unmocked-sunken, light-dark(#efeee8, #101413));
    --u-text: var(--unmocked-text, light-dark(#1d2321, #e3e7e4));
    --u-muted: var(--unmocked-muted, light-dark(#58625e, #9da9a4));
    --u-line: var(--unmocked-line, light-dark(#d9d8d0, #303835));
    --u-control-line: var(--unmocked-control-line, light-dark(#7d8783, #75817c));
    --u-accent: var(--unmocked-accent, light-dark(#0b625b, #57cdb9));
    --u-on-accent: var(--unmocked-on-accent, light-dark(#ffffff, #06201d));
    --u-focus: var(--unmocked-focus, light-dark(#0a5fd0, #8ab8ff));
    --u-passed: var(--unmocked-passed, light-dark(#17693c, #6fd193));
    --u-failed: var(--unmocked-failed, light-dark(#b3241b, #ff9388));
    --u-skipped: var(--unmocked-skipped, light-dark(#6b5a00, #d9c15c));
    --u-timed-out: var(--unmocked-timed-out, light-dark(#954503, #f2a867));
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
    font: 0.875rem/1.5 var(--u-font);
    text-align: start;
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
  button:hover:not(:disabled, [aria-disabled='true']) {
    border-color: var(--u-accent);
    background: color-mix(in srgb, var(--u-accent) 10%, transparent);
  }
  button.primary {
    background: var(--u-accent);
    border-color: var(--u-accent);
    color: var(--u-on-accent);
  }
  button.primary:hover:enabled {
    background: color-mix(in srgb, var(--u-accent) 88%, var(--u-text));
  }
  button.link {
    min-block-size: 1.5rem;
    padding: 0;
    border: 0;
    font-weight: 400;
    text-decoration: underline;
  }
  button:is(:disabled, [aria-disabled='true']) {
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

export const themeStyles: CSSResultOrNative[] = pageScheme ? [pageScheme, theme] : [theme];
