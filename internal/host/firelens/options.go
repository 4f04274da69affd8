package firelens

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
)

// Options of a log router.
const (
	optionMetadata  = "enable-ecs-log-metadata"
	optionFileType  = "config-file-type"
	optionFileValue = "config-file-value"
)

// Places of a file with more configuration.
const (
	inImage = "file"
	inS3    = "s3"
)

// routerOptions are the options of a log router.
type routerOptions struct {
	metadata bool
	fileType string // empty: there is no file
	file     string // its path in the image, or the ARN of an object
}

// OptionsError refuses options of a log router. The agent does not even begin with such a task (ECS0212).
type OptionsError struct{ err error }

// Error has the words of the agent. Source: amazon-ecs-agent, api/task and taskresource/firelens.
func (e *OptionsError) Error() string {
	return "unable to initialize firelens resource: error parsing firelens options: " + e.err.Error()
}

// parseOptions reads the options of a log router. A value of enable-ecs-log-metadata that is no boolean leaves the
// metadata out (FL-15).
func parseOptions(f *types.FirelensConfiguration) (o routerOptions, err error) {
	o.metadata = true
	if value, given := f.Options[optionMetadata]; given {
		o.metadata, _ = strconv.ParseBool(value)
	}
	kind, given := f.Options[optionFileType]
	if !given {
		return o, nil
	}
	value, hasValue := f.Options[optionFileValue]
	switch {
	case kind != inImage && kind != inS3:
		return o, fmt.Errorf("invalid value %s is specified for option %s", kind, optionFileType)
	case !hasValue:
		return o, fmt.Errorf("option %s is specified but %s is not specified", optionFileType, optionFileValue)
	}
	o.fileType, o.file = kind, value
	return o, nil
}

// UnknownOptions are the options of a log router that it does not have, by name.
func UnknownOptions(f *types.FirelensConfiguration) (names []string) {
	for name := range f.Options {
		if name != optionMetadata && name != optionFileType && name != optionFileValue {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// MetadataIgnored is the value of enable-ecs-log-metadata that is no boolean; empty is none.
func MetadataIgnored(f *types.FirelensConfiguration) string {
	value := f.Options[optionMetadata]
	if _, err := strconv.ParseBool(value); err == nil {
		return ""
	}
	return value
}

// isYAML tells by the name of the file with more configuration whether the one of Fluent Bit is in YAML, of which one file includes
// another (FL-9). The agents that AWS has released know no YAML: their configuration includes the file, and Fluent Bit refuses it.
// Source: pull request 5144 of amazon-ecs-agent, which is open.
func (o routerOptions) isYAML(f *types.FirelensConfiguration) bool {
	name := strings.ToLower(o.file)
	return f.Type == types.FirelensConfigurationTypeFluentbit && (strings.HasSuffix(name, ".yaml") || strings.HasSuffix(name, ".yml"))
}
