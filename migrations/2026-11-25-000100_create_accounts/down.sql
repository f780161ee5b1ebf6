DROP TABLE sign_in_failures, signing_keys, refresh_tokens, authorization_codes, sessions, clients, grants,
    invitations, accounts, owners;
