import { useEffect, useState } from "react";
import { readClaims } from "./entry/claims.ts";
import { takeFragmentToken } from "./entry/fragment-token.ts";
import { OwnerForm } from "./entry/owner-form.tsx";
import { forget, remember, remembered } from "./storage.ts";
import { TokenForm } from "./entry/token-form.tsx";
import { OwnerPage } from "./owner-page.tsx";

/** Finds out whose numbers to show: token, then owner, then the page. */
export function App({ initialToken }: { readonly initialToken: string | undefined }) {
  const [token, setToken] = useState(initialToken);
  const [chosen, setChosen] = useState(() => remembered("owner"));

  useEffect(() => {
    const follow = () => {
      const fresh = takeFragmentToken();
      if (fresh === undefined) return;
      setToken(fresh);
      setChosen(undefined);
    };
    addEventListener("hashchange", follow);
    return () => removeEventListener("hashchange", follow);
  }, []);

  const chooseToken = (fresh: string) => {
    remember("token", fresh);
    setToken(fresh);
  };
  const chooseOwner = (ownerId: string) => {
    remember("owner", ownerId);
    setChosen(ownerId);
  };
  const leave = () => {
    forget("token");
    forget("owner");
    setToken(undefined);
    setChosen(undefined);
  };

  const claims = token === undefined ? undefined : readClaims(token);
  if (token === undefined || !claims || (claims.owners.length === 0 && !claims.isAdmin)) {
    return <TokenForm key={token} rejected={token} onToken={chooseToken} />;
  }
  const ownerId =
    claims.isAdmin || claims.owners.includes(chosen ?? "") ? (chosen ?? claims.owners[0]) : claims.owners[0];
  if (ownerId === undefined) return <OwnerForm onOwner={chooseOwner} />;
  return (
    <OwnerPage
      key={`${ownerId} ${token}`}
      token={token}
      ownerId={ownerId}
      owners={claims.owners}
      onOwner={chooseOwner}
      onLeave={leave}
    />
  );
}
