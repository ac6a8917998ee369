// What a reading process would be that a body got the better of: it never ends, or takes all memory, as the body says.
import answerTask, { type Answer } from '../../services/api/body/reading-process.ts';
import type { BodyTask } from '../../services/api/body/received-body.ts';

/** Bodies with these words in them. */
export const words = { endless: 'takes for ever', greedy: 'takes all memory' };

/** Answers other bodies as it should. */
export default function answerStubbornly(task: BodyTask): Answer {
  if (task.text.includes(words.endless)) for (;;);
  if (task.text.includes(words.greedy)) {
    const taken: string[][] = [];
    for (;;) taken.push(Array.from({ length: 100_000 }, (_, index) => `${taken.length} ${index}`));
  }
  return answerTask(task);
}
