DROP TABLE action_verifications, action_findings, action_units, action_owners, actions;
