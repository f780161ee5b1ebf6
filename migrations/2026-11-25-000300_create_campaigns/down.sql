ALTER TABLE grants DROP CONSTRAINT grants_campaign_known;
DROP TABLE team_members, teams, campaign_documents, campaigns, template_versions, templates;
DROP FUNCTION refuse_change_of_published_template;
