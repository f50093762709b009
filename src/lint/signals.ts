/** Whether an expression is a hardware signal, by its TypeScript type. */
import type { Rule } from 'eslint';
import type { Node } from 'estree';
import type ts from 'typescript';

/** What the rules need of typescript-eslint's parser services. */
interface TypeServices {
  readonly program: Pick<ts.Program, 'getTypeChecker'>;
  getTypeAtLocation(node: Node): ts.Type;
}

/** `always`: a signal; `maybe`: a signal or undefined or null; `never`: anything else. */
export type Signalness = 'always' | 'maybe' | 'never';

const classes: ReadonlySet<string> = new Set(['UInt', 'SInt', 'UFixed', 'SFixed']);

/** @throws Error when the file is not parsed with type information */
export function signalness(context: Rule.RuleContext): (node: Node) => Signalness {
  const services: unknown = context.sourceCode.parserServices;
  if (!hasTypes(services))
    throw new Error('nomul/eslint needs type information: set parserOptions.projectService to true');
  const checker = services.program.getTypeChecker();
  return (node) => {
    const type = services.getTypeAtLocation(node);
    const present = checker.getNonNullableType(type);
    if (!isSignal(present)) return 'never';
    return present === type ? 'always' : 'maybe';
  };
}

const hasTypes = (services: unknown): services is TypeServices =>
  typeof services === 'object' &&
  services !== null &&
  'getTypeAtLocation' in services &&
  typeof services.getTypeAtLocation === 'function' &&
  'program' in services &&
  typeof services.program === 'object' &&
  services.program !== null;

function isSignal(type: ts.Type): boolean {
  if (type.isUnion()) return type.types.every(isSignal);
  if (type.isIntersection()) return type.types.some(isSignal);
  return isSignalClass(type) || boundsOf(type).some(isSignal);
}

/** By name, and by what only our signals have beside it. */
const isSignalClass = (type: ts.Type): boolean =>
  classes.has(type.getSymbol()?.name ?? '') && type.getProperty('owner') !== undefined;

/** Classes it extends, or what a type parameter is constrained to. */
function boundsOf(type: ts.Type): readonly ts.Type[] {
  if (type.isClassOrInterface()) return type.getBaseTypes() ?? [];
  const constraint = type.isTypeParameter() ? type.getConstraint() : undefined;
  return constraint === undefined ? [] : [constraint];
}
