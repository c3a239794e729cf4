// `data`: what can be done with data sets beside the walk. Each subcommand has a file of its own.
import { Command } from 'commander';
import { dataImportCommand } from './data-import.js';
import { dataListCommand } from './data-list.js';
import { dataStatsCommand } from './data-stats.js';

export function dataCommand(): Command {
  const command = new Command('data').description('Import public data sets, and look into data.');
  for (const subcommand of [dataListCommand(), dataImportCommand(), dataStatsCommand()])
    command.addCommand(subcommand);
  return command;
}
