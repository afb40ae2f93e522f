"""What runs in the peers' environments: each script reads a job as JSON and prints JSON. They import nothing of ours."""
