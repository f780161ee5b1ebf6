DROP TABLE explanation_drafts;
