// Which addresses a reply may link to or show. Everything that is not allowed is shown as text.

import { decodeEntities } from './entities';

const LINK_SCHEMES = new Set(['http:', 'https:', 'mailto:', 'tel:']);
const INLINE_IMAGE = /^data:image\/(?:png|jpeg|gif|webp|avif);base64,[A-Za-z0-9+/]+={0,2}$/;
const MAX_INLINE_IMAGE = 4_000_000;
const MAX_URL = 8_000;
const CONTROL_OR_SPACE = /[\u0000-\u0020\u007f-\u00a0\u1680\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\ufeff]/;

export interface LinkTarget {
  href: string;
  /** Host for web addresses of other sites, otherwise null. */
  host: string | null;
}

/** `origin` is the page's own; a relative address is allowed when it stays there. */
export function allowedLink(written: string, origin: string): LinkTarget | null {
  const text = decodeEntities(written).trim();
  if (text === '' || text.length > MAX_URL || CONTROL_OR_SPACE.test(text) || text.includes('\\')) return null;
  const url = parse(text, origin);
  if (!url || !LINK_SCHEMES.has(url.protocol) || url.username !== '' || url.password !== '') return null;
  if (url.protocol === 'mailto:' || url.protocol === 'tel:') return { href: url.href, host: null };
  if (url.host === '') return null;
  const isRelative = !/^[a-z][a-z0-9+.-]*:/i.test(text) && !text.startsWith('//');
  if (isRelative) return url.origin === origin ? { href: url.pathname + url.search + url.hash, host: null } : null;
  return { href: url.href, host: url.host };
}

export type ImageSource =
  | { kind: 'inline'; src: string }
  | { kind: 'remote'; href: string; host: string }
  | { kind: 'refused' };

export function imageSource(written: string, origin: string): ImageSource {
  if (written.startsWith('data:')) {
    const fits = written.length <= MAX_INLINE_IMAGE && INLINE_IMAGE.test(written);
    return fits ? { kind: 'inline', src: written } : { kind: 'refused' };
  }
  const target = allowedLink(written, origin);
  if (!target || /^(?:mailto|tel):/.test(target.href)) return { kind: 'refused' };
  return { kind: 'remote', href: target.href, host: target.host ?? new URL(origin).host };
}

/** True when the visible text names a web address of another host than the link's: the phishing case. */
export function namesAnotherHost(text: string, host: string): boolean {
  const named = /^\s*(?:https?:\/\/)?((?:[\p{L}\p{N}-]+\.)+\p{L}{2,})(?=[/:?#\s]|$)/iu.exec(text)?.[1];
  if (named === undefined) return false;
  return bareHost(named) !== bareHost(host);
}

function bareHost(host: string): string {
  return host.toLowerCase().replace(/:\d+$/, '').replace(/^www\./, '');
}

function parse(text: string, origin: string): URL | null {
  try {
    return new URL(text, origin);
  } catch {
    return null;
  }
}
