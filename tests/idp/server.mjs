// An identity provider for the tests: panva's oidc-provider with its own sign-in and consent pages.
// Whoever names a login is it. A login that begins with "unverified" has an e-mail address that
// was never confirmed, one that begins with "nobody" has none; the domain is behind a plus sign.
// The first line of output is the issuer. It ends with its standard input.

import { generateKeyPairSync } from "node:crypto";
import { createServer } from "node:http";

import Provider from "oidc-provider";

const key = (type, options, alg) => ({
  ...generateKeyPairSync(type, options).privateKey.export({ format: "jwk" }),
  alg,
  kid: `test-${alg}`,
  use: "sig",
});

const claimsOf = (login) => {
  const [name, domain = "example.org"] = login.split("+");
  const about = { sub: login, name: name.toUpperCase(), preferred_username: name };
  if (!name.startsWith("nobody")) {
    about.email = `${name}@${domain}`;
    about.email_verified = !name.startsWith("unverified");
  }
  return about;
};

const configuration = {
  claims: {
    openid: ["sub"],
    email: ["email", "email_verified"],
    profile: ["name", "preferred_username"],
  },
  cookies: { keys: ["a key for tests alone"] },
  features: { registration: { enabled: true }, devInteractions: { enabled: true } },
  findAccount: (_, login) => ({ accountId: login, claims: () => claimsOf(login) }),
  jwks: {
    keys: [
      key("rsa", { modulusLength: 2048 }, "RS256"),
      key("rsa", { modulusLength: 2048 }, "PS256"),
      key("ec", { namedCurve: "P-256" }, "ES256"),
      key("ed25519", {}, "EdDSA"),
    ],
  },
  enabledJWA: { idTokenSigningAlgValues: ["RS256", "PS256", "ES256", "EdDSA"] },
  pkce: { required: () => true },
  ttl: {
    AccessToken: 600,
    AuthorizationCode: 60,
    Grant: 3600,
    IdToken: 600,
    Interaction: 600,
    Session: 3600,
  },
};

const server = createServer();
server.listen(0, "127.0.0.1", () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, configuration);
  server.on("request", provider.callback());
  console.log(issuer);
});
process.stdin.resume().on("end", () => process.exit(0));
