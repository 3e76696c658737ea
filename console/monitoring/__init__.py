"""What do Prometheus and Grafana need to watch moot? Files for them, as they are imported there."""
