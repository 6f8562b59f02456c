/** An element's shadow text as it is read: with a space between the texts of two elements, and no runs of white space. */
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
