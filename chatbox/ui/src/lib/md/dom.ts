// Element construction for rendered markdown: tags and attributes come from closed sets, values are never parsed as HTML.

export type SafeTag =
  | 'a' | 'blockquote' | 'br' | 'button' | 'code' | 'del' | 'details' | 'div' | 'em' | 'h3' | 'h4' | 'h5' | 'h6' | 'hr'
  | 'img' | 'input' | 'kbd' | 'li' | 'ol' | 'p' | 'pre' | 'section' | 'span' | 'strong' | 'sub' | 'summary' | 'sup'
  | 'table' | 'tbody' | 'td' | 'th' | 'thead' | 'tr' | 'ul';

export type SafeAttribute =
  | 'alt' | 'aria-label' | 'aria-pressed' | 'checked' | 'class' | 'data-action' | 'data-host' | 'data-lang' | 'data-ref'
  | 'data-tex' | 'data-url' | 'dir' | 'disabled' | 'href' | 'id' | 'loading' | 'open' | 'referrerpolicy' | 'rel' | 'role'
  | 'scope' | 'src' | 'start' | 'tabindex' | 'target' | 'title' | 'type';

export type Attributes = Partial<Record<SafeAttribute, string>>;

export function element(tag: SafeTag, attributes: Attributes = {}, ...children: (Node | string)[]): HTMLElement {
  const node = document.createElement(tag);
  for (const name of Object.keys(attributes) as SafeAttribute[]) node.setAttribute(name, attributes[name] ?? '');
  if (children.length > 0) node.append(...children);
  return node;
}

/** Appends text, joining it to a text node that is already last, so that equal content makes equal trees. */
export function appendText(parent: Node, text: string): void {
  if (text === '') return;
  const last = parent.lastChild;
  if (last?.nodeType === 3) (last as Text).appendData(text);
  else parent.appendChild(document.createTextNode(text));
}

export function actionButton(action: string, label: string, attributes: Attributes = {}): HTMLElement {
  return element('button', { type: 'button', class: 'md-action', 'data-action': action, ...attributes }, label);
}
