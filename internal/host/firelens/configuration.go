package firelens

import (
	"fmt"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
)

// Configuration is the configuration of a task's log router.
type Configuration struct {
	Path, Text string // of its file
	// ObjectPath is where the router has the file that it includes from Amazon S3; empty is none.
	ObjectPath string

	fluentd  bool
	pipeline pipeline
}

// NewConfiguration writes the configuration for the log router among the containers of a task. Its error is what the agent
// says of options that make no sense.
func NewConfiguration(t Task, containers []types.ContainerDefinition) (Configuration, error) {
	router := Router(containers)
	f := containers[router].FirelensConfiguration
	o, err := parseOptions(f)
	if err != nil {
		return Configuration{}, &OptionsError{err}
	}
	p, err := newPipeline(t, containers, router, o)
	if err != nil {
		what := "config"
		if o.isYAML(f) {
			what = "yaml config"
		}
		return Configuration{}, fmt.Errorf("unable to generate firelens config file: unable to generate firelens %s: %w", what, err)
	}
	c := Configuration{fluentd: f.Type == types.FirelensConfigurationTypeFluentd, pipeline: p}
	if o.fileType == inS3 {
		c.ObjectPath = p.file
	}
	switch {
	case c.fluentd:
		c.Path, c.Text = "/fluentd/etc/fluent.conf", p.fluentd()
	case o.isYAML(f): // the place is the emulator's choice: Fluent Bit knows the format by the name
		c.Path, c.Text = "/fluent-bit/etc/fluent-bit.yaml", p.yaml()
	default:
		c.Path, c.Text = "/fluent-bit/etc/fluent-bit.conf", p.classic()
	}
	return c, nil
}

// includedFile is where the router finds the file with more configuration: in its image, or where the object of Amazon S3 is put
// (FL-5, FL-9).
func (o routerOptions) includedFile(f *types.FirelensConfiguration) string {
	switch {
	case o.fileType != inS3:
		return o.file
	case f.Type == types.FirelensConfigurationTypeFluentd:
		return "/fluentd/etc/external.conf"
	case o.isYAML(f):
		return "/fluent-bit/etc/external.yaml"
	}
	return "/fluent-bit/etc/external.conf"
}

// Files are what is put into the router's container. object is the content of the object of Amazon S3, if it includes one.
func (c Configuration) Files(object []byte) []backend.File {
	files := []backend.File{{Path: c.Path, Content: []byte(c.Text)}}
	if c.ObjectPath != "" {
		files = append(files, backend.File{Path: c.ObjectPath, Content: object})
	}
	return files
}

// Router is what the router does with records before its outputs, for an engine that runs no image. socket is on the
// engine's host.
func (c Configuration) Router(socket string) *backend.LogRouter {
	r := &backend.LogRouter{Socket: socket, Fluentd: c.fluentd, Fields: c.pipeline.fields}
	for _, f := range c.pipeline.include {
		r.Filters = append(r.Filters, backend.LogFilter{TagPrefix: strings.TrimRight(f.tag, "*"), Pattern: f.pattern})
	}
	for _, f := range c.pipeline.exclude {
		r.Filters = append(r.Filters, backend.LogFilter{TagPrefix: strings.TrimRight(f.tag, "*"), Pattern: f.pattern, Drops: true})
	}
	return r
}
