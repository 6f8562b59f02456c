/** An element's shadow text as a reader sees it: elements separated by single spaces. */
export function textOf(element: Element): string {
  const walker = document.createTreeWalker(element.shadowRoot!, NodeFilter.SHOW_TEXT);
  let text = '';
  let parent: Node | null = null;
  while (walker.nextNode()) {
    const { parentNode, textContent } = walker.currentNode;
    text += parentNode === parent ? textContent : ` ${textContent}`;
    parent = parentNode;
  }
  return text.replace(/\s+/g, ' ');
}
