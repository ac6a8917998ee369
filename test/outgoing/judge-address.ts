// Which addresses may be called, by anybody and by an installation that allows some (hardening 4).
import { test } from 'tap';
import { findNetwork, isAllowable, mayCall, type Network } from '../../services/outgoing/judge-address.ts';

function network(text: string): Network {
  const found = findNetwork(text);
  if (found === undefined) throw new Error(text);
  return found;
}

const everything = [
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '127.0.0.0/8',
  '100.64.0.0/10',
  'fc00::/7',
  '::1/128',
];

test('public addresses may be called, and private ones where the installation says so', async (t) => {
  for (const address of ['8.8.8.8', '93.184.216.34', '2606:4700::1111']) t.ok(mayCall(address, []), address);
  const allowed = [network('10.20.0.0/16'), network('fd12::/16')];
  for (const address of ['10.20.1.1', 'fd12::1']) {
    t.notOk(mayCall(address, []), `${address} by nobody`);
    t.ok(mayCall(address, allowed), `${address} here`);
  }
  for (const address of ['10.21.0.1', 'fd13::1', '127.0.0.1', '192.168.1.1'])
    t.notOk(mayCall(address, allowed), address);
});

test('what leads to the surroundings of the machine is never called, whatever is allowed', async (t) => {
  const never = [
    '169.254.169.254',
    '169.254.0.1',
    '168.63.129.16',
    '100.100.100.200',
    'fd00:ec2::254',
    'fd20:ce::254',
    '0.0.0.0',
    '0.1.2.3',
    '224.0.0.1',
    '255.255.255.255',
    '240.0.0.1',
    '198.18.0.1',
    '::',
    'fe80::1',
    'fe80::1%eth0',
    'ff02::1',
    '::ffff:10.0.0.1',
    '::ffff:169.254.169.254',
    '::ffff:8.8.8.8',
    '::ffff:a9fe:a9fe',
    '64:ff9b::a9fe:a9fe',
    '64:ff9b:1::1',
    '2002:a9fe:a9fe::1',
    '2001::1',
    '::169.254.169.254',
    'fec0::1',
    '4000::1',
    'nonsense',
    '',
  ];
  for (const address of never) t.notOk(mayCall(address, everything.map(network)), address);
});

test('only ranges that hold nothing else may be allowed', async (t) => {
  for (const text of everything) t.ok(isAllowable(network(text)), text);
  for (const text of [
    '0.0.0.0/0',
    '10.0.0.0/7',
    '169.254.0.0/16',
    '8.8.8.0/24',
    '::/0',
    'fe80::/10',
    '224.0.0.0/4',
    'fd00:ec2::/32',
  ]) {
    t.notOk(isAllowable(network(text)), text);
  }
  for (const text of ['10.0.0.0', '10.0.0.0/33', 'x/8', '']) t.equal(findNetwork(text), undefined, text);
});
