// What `prepare` prints: what came in, what was taken out, what each split and the transfer set hold.
import { prepareVerb } from '../pipeline/verbs/prepare.js';
import { createCommand } from './command.js';
import { formatTable } from './terminal.js';

export const prepareCommand = () =>
  createCommand({
    verb: prepareVerb,
    print(result, line) {
      const rows = Object.entries(result.splits).map(([name, split]) => [
        name,
        String(split?.rows),
        String(split?.groups),
        split?.positiveShare === undefined ? '' : `${(split.positiveShare * 100).toFixed(1)} %`,
      ]);
      for (const text of formatTable(['split', 'rows', 'groups', 'positive'], rows)) line(text);
      const { transfer, labelled, log, clicks, skipped } = result;
      line('');
      const origins = Object.entries(transfer.byOrigin).map(([origin, count]) => [
        origin,
        String(count),
      ]);
      origins.push(['all', String(transfer.rows)]);
      for (const text of formatTable(['transfer set', 'rows'], origins)) line(text);
      line('');
      line(
        `labelled: ${labelled.numRead} rows read, ${labelled.numMerged} duplicates merged, ${labelled.numConflicts} with different labels`,
      );
      if (labelled.numNearGroups > 0)
        line(`          ${labelled.numNearGroups} groups nearly another one, kept in its split`);
      if (labelled.numLeaked > 0)
        line(
          `          ${labelled.numLeaked} rows taken out: their query or text is in dev or test`,
        );
      const { equal, near } = transfer.heldOutRows;
      line(`left out: ${equal} rows of held-out queries or texts, ${near} of nearly the same`);
      const personal = Object.entries(transfer.personalRows).map(
        ([kind, count]) => `${count} ${kind}`,
      );
      if (transfer.emptyRows > 0) line(`          ${transfer.emptyRows} rows without a text`);
      if (personal.length > 0) line(`          rows with personal data: ${personal.join(', ')}`);
      if (log !== undefined) {
        line(
          `log:      ${log.impressions} impressions, ${log.clicks} clicks, ${log.purchases} purchases of ${log.sessions} sessions; ` +
            `${log.botSessions} bots with ${log.botImpressions} impressions left out`,
        );
      }
      if (clicks !== undefined)
        line(`clicks:   ${clicks.rows} pairs, ${clicks.clickShare} clicks an examined impression`);
      if (transfer.queries !== undefined) {
        const { real, pseudo, heldOut } = transfer.queries;
        line(`queries:  ${real} real, ${pseudo} pseudo, ${heldOut} held out`);
      }
      if (transfer.items !== undefined) line(`items:    ${transfer.items}`);
      if (skipped !== undefined) {
        const reasons = Object.entries(skipped.byReason).map(
          ([reason, count]) => `${count} ${reason}`,
        );
        line(
          `skipped:  ${skipped.rows} rows that cannot be read (${reasons.join(', ')}): skipped-rows.tsv`,
        );
      }
      line(`-> ${result.out}`);
    },
  });
