package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"strings"

	v1 "github.com/google/go-containerregistry/pkg/v1"
)

// dockerfile is what a Dockerfile says of an image that has one program: images of releases are made
// from the same file as those of `make image`.
type dockerfile struct {
	program string // its path in the image
	config  v1.Config
}

// parse reads the instructions that the Dockerfile has, and refuses others.
func parse(text string) (*dockerfile, error) {
	d := &dockerfile{config: v1.Config{Labels: map[string]string{}, ExposedPorts: map[string]struct{}{}}}
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") || line == "FROM scratch" {
			continue
		}
		if err := d.read(line); err != nil {
			return nil, fmt.Errorf("read %q of the Dockerfile: %w", line, err)
		}
	}
	return d, nil
}

func (d *dockerfile) read(line string) error {
	instruction, rest, _ := strings.Cut(line, " ")
	switch instruction {
	case "LABEL":
		key, value, _ := strings.Cut(rest, "=")
		d.config.Labels[key] = value
	case "COPY":
		words := strings.Fields(rest)
		d.program = words[len(words)-1]
	case "ENV":
		d.config.Env = append(d.config.Env, rest)
	case "EXPOSE":
		d.config.ExposedPorts[rest+"/tcp"] = struct{}{}
	case "HEALTHCHECK":
		return d.readHealthcheck(rest)
	case "ENTRYPOINT":
		return json.Unmarshal([]byte(rest), &d.config.Entrypoint)
	case "CMD":
		return json.Unmarshal([]byte(rest), &d.config.Cmd)
	default:
		return fmt.Errorf("%s is not built", instruction)
	}
	return nil
}

func (d *dockerfile) readHealthcheck(text string) error {
	check := &v1.HealthConfig{}
	flags := flag.NewFlagSet("HEALTHCHECK", flag.ContinueOnError)
	flags.DurationVar(&check.Interval, "interval", 0, "")
	flags.DurationVar(&check.Timeout, "timeout", 0, "")
	flags.DurationVar(&check.StartPeriod, "start-period", 0, "")
	options, command, _ := strings.Cut(text, "CMD ")
	if err := flags.Parse(strings.Fields(options)); err != nil {
		return err
	}
	var words []string
	if err := json.Unmarshal([]byte(command), &words); err != nil {
		return err
	}
	check.Test = append([]string{"CMD"}, words...)
	d.config.Healthcheck = check
	return nil
}
