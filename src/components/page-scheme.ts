/**
 * Whether the elements are light or dark, in a style sheet that all of them adopt. CSS alone follows
 * `color-scheme` and the system, but not a switch of the page's own, which is a class or an attribute
 * that the page invents.
 */

type Scheme = 'inherit' | 'light dark' | 'light' | 'dark';

/** Undefined where nothing is rendered. */
export const pageScheme: CSSStyleSheet | undefined =
  typeof document === 'undefined' ? undefined : new CSSStyleSheet();

function followPage(sheet: CSSStyleSheet): void {
  let applied: Scheme | undefined;
  const apply = () => {
    const scheme = schemeOfPage();
    if (scheme !== applied) sheet.replaceSync(`:host { color-scheme: ${scheme}; }`);
    applied = scheme;
  };
  const observer = new MutationObserver(apply);
  const observe = () => {
    for (const element of roots())
      observer.observe(element, {
        attributeFilter: ['class', 'style', 'data-theme', 'data-bs-theme', 'data-color-mode'],
      });
    apply();
  };
  observe();
  // A script in the head may come before the body.
  if (!document.body) addEventListener('DOMContentLoaded', observe, { once: true });
  // Styles that arrive late.
  if (document.readyState !== 'complete') addEventListener('load', apply, { once: true });
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', apply);
  // The background may change slowly.
  document.documentElement.addEventListener('transitionend', ({ target, propertyName }) => {
    if (propertyName === 'background-color' && roots().includes(target as HTMLElement)) apply();
  });
}

const roots = (): HTMLElement[] => [document.documentElement, document.body].filter(Boolean);

function schemeOfPage(): Scheme {
  const declared = getComputedStyle(roots().at(-1)!).colorScheme;
  const chosen = switchOfPage();
  if (chosen) return declared.split(' ').join() === chosen ? 'inherit' : chosen;
  const says = declared !== 'normal' || document.querySelector('meta[name="color-scheme"]');
  // What is inherited may differ between parts of the page.
  return says ? 'inherit' : (schemeOfBackground() ?? 'light dark');
}

/** `<html class="dark">`, `<html data-theme="dark">`, or the same on the body. */
function switchOfPage(): 'light' | 'dark' | undefined {
  for (const { classList, dataset } of roots()) {
    const { theme, bsTheme, colorMode } = dataset;
    const names = [theme, bsTheme, colorMode, ...classList];
    if (names.includes('dark')) return 'dark';
    if (names.includes('light')) return 'light';
  }
  return undefined;
}

/** VitePress is light where its class `dark` is missing. Then only the background says so. */
function schemeOfBackground(): 'light' | 'dark' | undefined {
  for (const element of roots().toReversed()) {
    const [red, green, blue, alpha = 1] =
      getComputedStyle(element)
        .backgroundColor.match(/^rgba?\((.*)\)$/)?.[1]
        ?.split(/[\s,/]+/)
        .map(Number) ?? [];
    if (red === undefined || green === undefined || blue === undefined || alpha < 0.5) continue;
    return 0.299 * red + 0.587 * green + 0.114 * blue < 128 ? 'dark' : 'light';
  }
  return undefined;
}

if (pageScheme) followPage(pageScheme);
