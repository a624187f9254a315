import type { CommanderError } from "commander";
import type { Messages } from "./messages/en.ts";

export interface ParseFaultContext {
  args: string[];
  /** Names of the commands there are. */
  commands: string[];
  text: Messages;
}

/** Words a fault of the arguments in the user's language; commander has English only. */
export function describeParseFault(error: CommanderError, { args, commands, text }: ParseFaultContext): string {
  const command = args.find((argument) => commands.includes(argument));
  const help = text.usage.seeHelp(command === undefined ? "" : `${command} `);
  return `${describe(error, commands, text.usage)}\n${help}`;
}

function describe(error: CommanderError, commands: string[], words: Messages["usage"]): string {
  const named = /'([^']*)'/.exec(error.message)?.[1] ?? "";
  const suggestion = /\(Did you mean (?:one of )?([^?]*)\?\)/.exec(error.message)?.[1];
  switch (error.code) {
    case "commander.unknownCommand":
      return words.unknownCommand(named, suggestion, commands);
    case "commander.unknownOption":
      return words.unknownOption(named, suggestion);
    case "commander.missingArgument":
      return words.missingArgument(named);
    case "commander.optionMissingArgument":
      return words.optionMissingArgument(named);
    case "commander.missingMandatoryOptionValue":
      return words.missingOption(named);
    case "commander.excessArguments":
      return words.tooManyArguments;
    case "commander.invalidArgument": {
      const [, option = "", value = "", reason = ""] =
        /option '([^']*)' argument '(.*?)' is invalid\. (.*)/s.exec(error.message) ?? [];
      return words.invalidValue(option, value, reason);
    }
    default:
      return error.message.replace(/^error: /, "");
  }
}
