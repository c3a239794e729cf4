// Members of config.json that an encoder depends on: what each may be, and where a family states it.
import { z } from 'zod';
import type { Json } from '../foundation/fingerprint.js';

/** Values of the members, under one name for all families. */
export interface MemberValues {
  vocabularySize: number;
  /** 0 stands for the hidden size. */
  embeddingSize: number;
  hiddenSize: number;
  numLayers: number;
  numHeads: number;
  intermediateSize: number;
  /** Rows of the position table. */
  numPositions: number;
  numTypes: number;
  usesTaskTypes: boolean;
  numTaskTypes: number;
  padId: number;
  layerNormEpsilon: number;
  activation: string;
  hiddenDropout: number;
  attentionDropout: number;
  /** `null` stands for the hidden dropout. */
  classifierDropout: number | null;
  initializerRange: number;
  /** Whether scores of the vocabulary are products with the token table. */
  isTied: boolean;
}

/** One member: its name in config.json and what transformers takes where it is absent. */
export interface ConfigMember<T> {
  /** Absent: the family has no such member, the value is always `fallback`. */
  name?: string;
  /** Another name that transformers takes for the same. */
  alias?: string;
  fallback: T;
}

/** Every member of a family. */
export type ConfigMembers = {
  readonly [Key in keyof MemberValues]: ConfigMember<MemberValues[Key]>;
};

/** What is wrong with a member. */
export interface MemberProblem {
  member: string;
  got: Json | undefined;
  expected: string;
}

const size = z.number().int().min(1);
/** Every layer has names and shapes of its own: a damaged number of them must not become a table of millions. */
const layers = size.max(1000);
const rate = z.number().min(0).max(0.9);
const positive = z.number().positive();

const CHECKS: Readonly<Record<keyof MemberValues, z.ZodType>> = {
  vocabularySize: size,
  embeddingSize: size,
  hiddenSize: size,
  numLayers: layers,
  numHeads: size,
  intermediateSize: size,
  numPositions: size,
  numTypes: size,
  usesTaskTypes: z.boolean(),
  numTaskTypes: size,
  padId: z.number().int().min(0),
  layerNormEpsilon: positive,
  activation: z.string(),
  hiddenDropout: rate,
  attentionDropout: rate,
  classifierDropout: rate.nullable(),
  initializerRange: positive,
  isTied: z.boolean(),
};

// Members that change what an encoder computes, with the values (or absence) that the graph computes.
const FIXED_MEMBERS: Readonly<Record<string, Json>> = {
  position_embedding_type: 'absolute',
  is_decoder: false,
  is_encoder_decoder: false,
  add_cross_attention: false,
  quantization_config: null,
};

// Members that change what an encoder computes unless they are empty.
const EMPTY_MEMBERS: readonly string[] = ['pruned_heads', 'per_layer_config'];

/** Reads all members of a family; gives the values, or the first problem. */
export function readMembers(
  source: Readonly<Record<string, Json>>,
  members: ConfigMembers,
): { values: MemberValues } | { problem: MemberProblem } {
  const fixed = findFixedProblem(source);
  if (fixed !== undefined) return { problem: fixed };
  const values: Record<string, unknown> = {};
  for (const [key, member] of Object.entries(members) as [
    keyof MemberValues,
    ConfigMember<Json>,
  ][]) {
    const { name, alias, fallback } = member;
    values[key] = fallback;
    if (name === undefined) continue;
    const other = alias === undefined ? undefined : source[alias];
    const given = source[name] ?? other ?? source[name];
    if (given === undefined) continue;
    if (other !== undefined && other !== given) {
      const expected = `what "${alias}" says, ${JSON.stringify(other)}`;
      return { problem: { member: name, got: given, expected } };
    }
    const checked = CHECKS[key].safeParse(given);
    if (!checked.success) {
      const expected = describeIssue(checked.error.issues[0].message);
      return { problem: { member: name, got: given, expected } };
    }
    values[key] = given;
  }
  return { values: values as unknown as MemberValues };
}

function findFixedProblem(source: Readonly<Record<string, Json>>): MemberProblem | undefined {
  for (const [member, allowed] of Object.entries(FIXED_MEMBERS)) {
    const got = source[member] ?? null;
    if (got !== null && got !== allowed) return { member, got, expected: `${allowed ?? 'none'}` };
  }
  for (const member of EMPTY_MEMBERS) {
    const got = source[member];
    if (got && Object.keys(got).length > 0) return { member, got, expected: 'none' };
  }
  return undefined;
}

/** zod's "Invalid input: expected number, received string" without what the message says anyway. */
function describeIssue(message: string): string {
  return message.replace(/^.*expected /, '').replace(/, received .*$/, '');
}
