package request

import (
	"maps"
	"slices"

	"github.com/moby/moby/api/types/container"

	"github.com/ecs-emulator/ecs-emulator/backend"
)

// logDriver is the driver of the spec. Options of json-file in the spec win over the bounds here.
func logDriver(log backend.Log) container.LogConfig {
	if log.Driver == "" {
		return logConfig()
	}
	c := container.LogConfig{Type: log.Driver, Config: map[string]string{}}
	if bounded := logConfig(); log.Driver == bounded.Type {
		c = bounded
	}
	maps.Copy(c.Config, log.Options)
	return c
}

// logConfig bounds the space on disk that the output of a container takes.
func logConfig() container.LogConfig {
	return container.LogConfig{Type: "json-file", Config: map[string]string{"max-size": "20m", "max-file": "2"}}
}

// AmpleLog is for output of which nothing may be lost. Docker 20.10 confuses its files if one fills up
// while a reader that follows still reads the one before: it leaves out a file, or begins one again. So
// files are large: at the rate at which Docker
// takes lines, 10 MB/s, one lasts for five seconds, and a reader of all of it is never that far
// behind; see internal/host/agent. Together they are what the reader may miss while it is away.
// Files are not compressed, as they are read soon. Podman has no driver local.
func AmpleLog(drivers []string) container.LogConfig {
	c := container.LogConfig{Type: "json-file", Config: map[string]string{"max-size": "50m", "max-file": "4"}}
	if slices.Contains(drivers, "local") {
		c.Type, c.Config["compress"] = "local", "false"
	}
	return c
}
