import { api } from '@/api/client';
import type { MissingValue, Workflow } from '@/api/types';
import { sameJson, sentence, useCheck } from '@/forms/useCheck';
import { isAnswered, objections, questionKey, toConfig, type Values } from './runAnswers';

/** The problems of answers in the run dialog, by question. */
export function useAnswerProblems(
  workflow: Workflow,
  asked: readonly MissingValue[],
  values: Values,
): Map<string, string> {
  const some = asked.some((question) => isAnswered(values[questionKey(question)]));
  const checked = useCheck(values, () => api.check(workflow, toConfig(asked, values)), some);
  const { byQuestion } = objections(checked?.problems ?? [], asked, workflow);
  const told = [...byQuestion].filter(
    ([key]) => sameJson(checked?.value[key], values[key]) && isAnswered(values[key]),
  );
  return new Map(told.map(([key, message]) => [key, sentence(message)]));
}
