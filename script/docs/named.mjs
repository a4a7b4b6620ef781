// A type that is named after what it belongs to (`GetPoolParameters`, `GetPoolReturnType`, `GetPoolErrorType`) is documented
// by that: the reference links back, and the source does not repeat it a hundred times.
import { Comment, Converter, ReflectionKind } from "typedoc";

const SAYS = [
  ["Parameters", "What is asked of "],
  ["ReturnType", "What comes back from "],
  ["ErrorType", "What may be thrown by "],
];

/** @param {import("typedoc").Application} app */
export function load(app) {
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => {
    const owners = project.getReflectionsByKind(ReflectionKind.Function | ReflectionKind.Class);
    for (const type of project.getReflectionsByKind(ReflectionKind.TypeAlias)) {
      const [suffix, words] = SAYS.find(([suffix]) => type.name.endsWith(suffix)) ?? [];
      if (suffix === undefined || type.hasComment()) continue;
      const name = type.name.slice(0, -suffix.length).toLowerCase();
      const owner = owners.find((one) => one.parent === type.parent && one.name.toLowerCase() === name);
      if (owner === undefined) continue;
      const link = { kind: "inline-tag", tag: "@link", text: owner.name, target: owner };
      type.comment = new Comment([{ kind: "text", text: words }, link, { kind: "text", text: "." }]);
    }
  });
}
