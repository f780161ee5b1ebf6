DROP INDEX CONCURRENTLY external_figures_below;
