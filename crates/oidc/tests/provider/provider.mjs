// An OpenID provider for tests: a real one, with three people and no passwords.
//
// `login_hint` says who signs in. Its address is the first line that it writes. With CLAIMS=token the ID token says
// all; otherwise only who asks about the person is told.

import { once } from 'node:events';
import { createServer } from 'node:http';

import Provider from 'oidc-provider';

const PEOPLE = {
  aminah: { name: 'Aminah binti Ali', groups: ['kaunter', 'tetamu'] },
  siti: { name: 'Siti', groups: ['ketua'] },
  pelawat: { name: 'Pelawat', groups: ['tetamu'] },
};

const server = createServer();
server.listen(Number(process.env.PORT ?? 0), '127.0.0.1');
await once(server, 'listening');
const issuer = `http://127.0.0.1:${server.address().port}`;

const provider = new Provider(issuer, {
  clients: [
    {
      client_id: 'giliran',
      client_secret: 'rahsia-rahsia-rahsia-rahsia-rahsia',
      redirect_uris: [process.env.BACK ?? 'http://127.0.0.1:1/back'],
      grant_types: ['authorization_code'],
      response_types: ['code'],
    },
  ],
  scopes: ['openid', 'profile'],
  claims: { openid: ['sub'], profile: ['name', 'preferred_username', 'groups'] },
  conformIdTokenClaims: process.env.CLAIMS !== 'token',
  pkce: { required: () => true },
  features: { devInteractions: { enabled: false } },
  cookies: { keys: ['for tests alone'] },
  findAccount: (_, id) =>
    PEOPLE[id] && { accountId: id, claims: () => ({ sub: id, preferred_username: id, ...PEOPLE[id] }) },
  async loadExistingGrant({ oidc }) {
    const grant = new oidc.provider.Grant({ clientId: oidc.client.clientId, accountId: oidc.session.accountId });
    grant.addOIDCScope('openid profile');
    await grant.save();
    return grant;
  },
  interactions: { url: (_, { uid }) => `/sign-in/${uid}` },
});

// Whoever is named signs in, without being asked anything.
provider.use(async (ctx, next) => {
  if (!ctx.path.startsWith('/sign-in/')) return next();
  const { params } = await provider.interactionDetails(ctx.req, ctx.res);
  const login = { accountId: params.login_hint };
  ctx.redirect(await provider.interactionResult(ctx.req, ctx.res, { login }));
});

server.on('request', provider.callback());
console.log(issuer);
