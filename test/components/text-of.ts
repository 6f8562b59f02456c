/** An element's shadow text as it is read: with a space wherever another element begins, and no runs of white space. */
export function textOf(element: Element): string {
  const walker = document.createTreeWalker(element.shadowRoot!, NodeFilter.SHOW_TEXT);
  const texts: string[] = [];
  while (walker.nextNode()) texts.push(walker.currentNode.textContent!);
  return texts.join(' ').replace(/\s+/g, ' ');
}
