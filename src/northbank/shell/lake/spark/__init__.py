"""The lake's second engine: Spark reads, checks and writes on the workers of a cluster. What a batch is stands in shell/lake."""
