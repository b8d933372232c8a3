package lake
