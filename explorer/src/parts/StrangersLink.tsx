import { useId, useState } from "react";

/** Longest URI that is shown, characters. */
const LONGEST = 300;

/** A URI that a stranger put on chain: text, until somebody decides to open it. */
export function StrangersLink({ uri }: { uri: string }) {
  const [asked, setAsked] = useState(false);
  const id = useId();
  if (uri === "") return <>none</>;
  const isWeb = URL.canParse(uri) && ["http:", "https:"].includes(new URL(uri).protocol);
  const text = uri.length > LONGEST ? `${uri.slice(0, LONGEST)}…` : uri;
  return (
    <span className="stranger">
      <code className="long">{text}</code>{" "}
      {isWeb && !asked && (
        <button type="button" onClick={() => setAsked(true)} aria-describedby={id}>
          open …
        </button>
      )}
      {isWeb && asked && (
        <a href={uri} target="_blank" rel="noreferrer noopener nofollow">
          go to {new URL(uri).host.slice(0, 60)}
        </a>
      )}
      <small id={id}> {isWeb ? "written by the sink; nothing here vouches for it" : "no web address"}</small>
    </span>
  );
}
