// Prices and paths stay prose; formulas are found.

import { expect, test } from 'vitest';
import { matchBlockMath, matchInlineMath } from '../../src/lib/md/math';

test.each([
  ['$5 and $10', ''], ['$5-$10', ''], ['$ x$', ''], ['$x $', ''], ['$x$2', ''], ['$HOME/bin:$PATH', ''], ['$5', ''], ['$$', ''], ['$a`b$`', ''],
  ['$5 and US$6', ''], ['$x$', 'S'], ['$x$', '\\'], ['\\( \\)', ''], ['\\(x', ''], ['$a\\$b', ''],
])('prose: %s', (src, before) => {
  expect(matchInlineMath(src, before)).toBeNull();
});

test.each([
  ['$x^2$ more', 'x^2', false], ['$a\\$b$', 'a\\$b', false], ['$$x$$ y', 'x', true], ['\\(a+b\\)', 'a+b', false], ['\\[a\\]', 'a', true], ['$-$', '-', false],
])('formula: %s', (src, tex, display) => {
  expect(matchInlineMath(src, ' ')).toMatchObject({ tex, display });
});

test('a block formula may hold blank lines and list-like lines', () => {
  expect(matchBlockMath('$$\na\n\n- b\n$$\nrest')).toMatchObject({ tex: 'a\n\n- b', raw: '$$\na\n\n- b\n$$\n' });
  expect(matchBlockMath('\\[\nx\n\\]')).toMatchObject({ tex: 'x' });
  expect(matchBlockMath('$$x$$ and prose')).toBeNull();
  expect(matchBlockMath('$$\nnever closed')).toBeNull();
});
