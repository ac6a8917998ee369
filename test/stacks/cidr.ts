import { test } from 'tap';
import { containsRange, formatRange, getAddress, getPart, parseRange } from '../../stacks/cidr.ts';

test('a range is read, cut and written', async (t) => {
  const range = parseRange('10.20.0.0/16');
  t.equal(formatRange(getPart(range, 18, 3)), '10.20.192.0/18');
  t.equal(getAddress(parseRange('192.168.255.0/24'), 10), '192.168.255.10');
  t.equal(containsRange(range, parseRange('10.20.255.0/24')), true);
  t.equal(containsRange(range, parseRange('10.21.0.0/24')), false);
});

test('what is no range is refused', async (t) => {
  for (const text of ['10.0.0.0', '10.0.0.0/33', '10.0.0.256/24', '10.0.0.1/24', '::/0', '10.0.0/8', ' 10.0.0.0/8']) {
    t.throws(() => parseRange(text), text);
  }
  t.throws(() => getPart(parseRange('10.0.0.0/24'), 25, 2), /no part/);
  t.throws(() => getAddress(parseRange('10.0.0.0/30'), 4), /no address/);
});
