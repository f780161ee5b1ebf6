DROP TABLE external_figures;
