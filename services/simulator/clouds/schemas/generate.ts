// Reads the property names and shapes of the resource types that the simulated clouds know out of the official SDKs'
// declarations and writes them beside this file: `node services/simulator/clouds/schemas/generate.ts [--check]`.
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import ts from 'typescript';
import type { ResourceSchema, Shape } from './schema.ts';

const SOURCES: Record<string, string[]> = {
  aws: [
    'ec2/vpc Vpc',
    'ec2/vpcIpv4CidrBlockAssociation VpcIpv4CidrBlockAssociation',
    'ec2/internetGateway InternetGateway',
    'ec2/subnet Subnet',
    'ec2/eip Eip',
    'ec2/natGateway NatGateway',
    'ec2/routeTable RouteTable',
    'ec2/route Route',
    'ec2/routeTableAssociation RouteTableAssociation',
    'ec2/launchTemplate LaunchTemplate',
    'iam/role Role',
    'iam/rolePolicyAttachment RolePolicyAttachment',
    'iam/openIdConnectProvider OpenIdConnectProvider',
    'kms/key Key',
    'kms/alias Alias',
    'cloudwatch/logGroup LogGroup',
    'eks/cluster Cluster',
    'eks/addon Addon',
    'eks/podIdentityAssociation PodIdentityAssociation',
    'eks/nodeGroup NodeGroup',
    'eks/accessEntry AccessEntry',
    'eks/accessPolicyAssociation AccessPolicyAssociation',
  ],
  'azure-native': [
    'resources/resourceGroup ResourceGroup',
    'network/virtualNetwork VirtualNetwork',
    'network/subnet Subnet',
    'network/networkSecurityGroup NetworkSecurityGroup',
    'network/publicIPAddress PublicIPAddress',
    'network/natGateway NatGateway',
    'managedidentity/userAssignedIdentity UserAssignedIdentity',
    'authorization/roleAssignment RoleAssignment',
    'keyvault/vault Vault',
    'keyvault/key Key',
    'containerservice/managedCluster ManagedCluster',
    'containerservice/agentPool AgentPool',
  ],
  gcp: [
    'compute/network Network',
    'compute/subnetwork Subnetwork',
    'compute/router Router',
    'compute/address Address',
    'compute/routerNat RouterNat',
    'compute/firewall Firewall',
    'serviceaccount/account Account',
    'projects/iammember IAMMember',
    'kms/keyRing KeyRing',
    'kms/cryptoKey CryptoKey',
    'kms/cryptoKeyIAMMember CryptoKeyIAMMember',
    'container/cluster Cluster',
    'container/nodePool NodePool',
  ],
};

// Azure's types refer to one another without end; no stack here writes deeper than this.
const DEEPEST = 4;

const require = createRequire(import.meta.url);

type Declarations = { input: ts.SourceFile; output: ts.SourceFile };

function parse(path: string): ts.SourceFile {
  return ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, false);
}

function findInterface(statements: readonly ts.Statement[], path: string[]): ts.InterfaceDeclaration | undefined {
  const [head, ...rest] = path;
  for (const statement of statements) {
    if (ts.isInterfaceDeclaration(statement) && rest.length === 0 && statement.name.text === head) return statement;
    if (!ts.isModuleDeclaration(statement) || statement.name.text !== head || rest.length === 0) continue;
    const body = statement.body;
    const found = body && ts.isModuleBlock(body) ? findInterface(body.statements, rest) : undefined;
    if (found) return found;
  }
  return undefined;
}

function flattenName(name: ts.EntityName): string[] {
  return ts.isIdentifier(name) ? [name.text] : [...flattenName(name.left), name.right.text];
}

function readShape(node: ts.TypeNode, declarations: Declarations, seen: string[]): Shape {
  if (ts.isParenthesizedTypeNode(node)) return readShape(node.type, declarations, seen);
  if (ts.isArrayTypeNode(node)) return { list: readShape(node.elementType, declarations, seen) };
  if (ts.isUnionTypeNode(node)) return readUnion(node, declarations, seen);
  if (ts.isTypeLiteralNode(node)) {
    const [index] = node.members;
    if (index && ts.isIndexSignatureDeclaration(index)) return { map: readShape(index.type, declarations, seen) };
  }
  if (node.kind === ts.SyntaxKind.StringKeyword) return 'string';
  if (node.kind === ts.SyntaxKind.NumberKeyword) return 'number';
  if (node.kind === ts.SyntaxKind.BooleanKeyword) return 'boolean';
  if (ts.isLiteralTypeNode(node)) return 'string';
  if (ts.isTypeReferenceNode(node)) return readReference(node, declarations, seen);
  return 'any';
}

function readReference(node: ts.TypeReferenceNode, declarations: Declarations, seen: string[]): Shape {
  const path = flattenName(node.typeName);
  const [argument] = node.typeArguments ?? [];
  if (path[0] === 'pulumi' && argument) return readShape(argument, declarations, seen);
  if (path[0] === 'enums' || path.at(-1) === 'ARN') return 'string';
  if (path[0] !== 'inputs' && path[0] !== 'outputs') return 'any';
  const name = path.join('.');
  // What is this deep is not checked.
  if (seen.includes(name) || seen.length >= DEEPEST) return 'any';
  const file = path[0] === 'inputs' ? declarations.input : declarations.output;
  const found = findInterface(file.statements, path.slice(1));
  if (!found) return 'any';
  return { object: readMembers(found.members, declarations, [...seen, name]) };
}

function readUnion(node: ts.UnionTypeNode, declarations: Declarations, seen: string[]): Shape {
  const shapes = node.types
    .filter((type) => type.kind !== ts.SyntaxKind.UndefinedKeyword)
    .map((type) => readShape(type, declarations, seen))
    .filter((shape) => shape !== 'any');
  const [first] = shapes;
  if (first === undefined) return 'any';
  return shapes.every((shape) => JSON.stringify(shape) === JSON.stringify(first)) ? first : 'any';
}

/** Required properties carry an exclamation mark. */
function readMembers(
  members: readonly (ts.TypeElement | ts.ClassElement)[],
  declarations: Declarations,
  seen: string[],
): Record<string, Shape> {
  const shapes: Record<string, Shape> = {};
  for (const member of members) {
    if (!ts.isPropertySignature(member) && !ts.isPropertyDeclaration(member)) continue;
    const isStatic = member.modifiers?.some((modifier) => modifier.kind === ts.SyntaxKind.StaticKeyword);
    if (isStatic || !member.type || !(ts.isIdentifier(member.name) || ts.isStringLiteral(member.name))) continue;
    const required = ts.isPropertySignature(member) && !member.questionToken;
    shapes[required ? `${member.name.text}!` : member.name.text] = readShape(member.type, declarations, seen);
  }
  return shapes;
}

function readResource(root: string, source: string, declarations: Declarations): [string, ResourceSchema] {
  const [path = '', name = ''] = source.split(' ');
  const token = /__pulumiType = '([^']+)'/.exec(readFileSync(join(root, `${path}.js`), 'utf8'))?.[1];
  const file = parse(join(root, `${path}.d.ts`));
  const args = findInterface(file.statements, [`${name}Args`]);
  const made = file.statements.find((node) => ts.isClassDeclaration(node) && node.name?.text === name);
  if (!token || !args || !made || !ts.isClassDeclaration(made)) throw new Error(`cannot read ${source}`);
  const inputs = readMembers(args.members, declarations, []);
  return [token, { inputs, outputs: readMembers(made.members, declarations, []) }];
}

function generate(provider: string, sources: string[]): string {
  const root = dirname(require.resolve(`@pulumi/${provider}/package.json`));
  const declarations = { input: parse(join(root, 'types/input.d.ts')), output: parse(join(root, 'types/output.d.ts')) };
  const lines = sources.map((source) => {
    const [token, schema] = readResource(root, source, declarations);
    return `  ${JSON.stringify(token)}: ${JSON.stringify(schema)}`;
  });
  return `{\n${lines.join(',\n')}\n}\n`;
}

let stale = 0;
for (const [provider, sources] of Object.entries(SOURCES)) {
  const path = join(import.meta.dirname, `${provider}.json`);
  const text = generate(provider, sources);
  if (!process.argv.includes('--check')) {
    writeFileSync(path, text);
  } else if (readFileSync(path, 'utf8') !== text) {
    stale += 1;
    process.stderr.write(`${path} is not what the SDK says: run node services/simulator/clouds/schemas/generate.ts\n`);
  }
}
process.exitCode = stale > 0 ? 1 : 0;
