package taskdef

import (
	"maps"
	"slices"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
)

// fargateLogDrivers in the order in which ECS lists them.
var fargateLogDrivers = []types.LogDriver{
	types.LogDriverAwslogs, types.LogDriverSplunk, types.LogDriverAwsfirelens,
}

// Options of the awslogs driver that rules look at.
const (
	awslogsRegion       = "awslogs-region"
	awslogsGroup        = "awslogs-group"
	awslogsStreamPrefix = "awslogs-stream-prefix"
	awslogsCreateGroup  = "awslogs-create-group"
)

// Options of FireLens that rules look at.
const (
	firelensFileType  = "config-file-type"
	firelensFileValue = "config-file-value"
)

// awslogsOptions are all that ECS takes of the driver's, and those of how each driver
// delivers. Source: ECS API reference, LogConfiguration.options.
var awslogsOptions = []string{
	awslogsCreateGroup, "awslogs-datetime-format", awslogsGroup, "awslogs-multiline-pattern", awslogsRegion, awslogsStreamPrefix,
	"max-buffer-size", "mode",
}

// checkLogConfigurations checks drivers and options, and that FireLens has both a log
// router and users.
func checkLogConfigurations(def *types.TaskDefinition) error {
	if logRouters(def) > 1 { // what AWS says is not known
		return refuse("Only one container can have a firelens configuration object.")
	}
	for i := range def.ContainerDefinitions {
		c := &def.ContainerDefinitions[i]
		if err := checkFirelens(c.FirelensConfiguration); err != nil {
			return err
		}
		if c.LogConfiguration == nil {
			continue
		}
		if err := checkLogConfiguration(c.LogConfiguration); err != nil {
			return err
		}
		if c.LogConfiguration.LogDriver == types.LogDriverAwsfirelens && !hasLogRouter(def) {
			return refuse("When awsfirelens log driver is specified in log configuration, a firelens configuration object must be configured in one of the containers.")
		}
	}
	if hasLogRouter(def) && !usesLogRouter(def) { // ECS0303
		return refuse("When a firelensConfiguration object is specified, at least one container has to be configured with the awsfirelens log driver.")
	}
	return nil
}

func checkFirelens(f *types.FirelensConfiguration) error {
	if f == nil {
		return nil
	}
	if !slices.Contains(f.Type.Values(), f.Type) {
		return refuse("type should be one of [%s]", joinValues(f.Type.Values())) // as checkEnum
	}
	// ECS0303. That the value must be there is an assumption.
	if isFileInS3(f) && !isARN(f.Options[firelensFileValue]) {
		return refuse("Invalid arn syntax.")
	}
	return nil
}

// isFileInS3 tells whether a log router reads its configuration from Amazon S3.
func isFileInS3(f *types.FirelensConfiguration) bool { return f.Options[firelensFileType] == "s3" }

// RouterObject is the object of Amazon S3 from which a log router reads its configuration, by its ARN; empty is none.
func RouterObject(f *types.FirelensConfiguration) string {
	if f == nil || !isFileInS3(f) {
		return ""
	}
	return f.Options[firelensFileValue]
}

// checkLogConfiguration takes drivers that ECS does not know: a task needs an instance that has them (ECS0306).
func checkLogConfiguration(l *types.LogConfiguration) error {
	if l.LogDriver == "" {
		return refuse("logDriver can not be empty.") // as the service model has it
	}
	if l.LogDriver != types.LogDriverAwslogs {
		return nil
	}
	var missing []string
	for _, option := range [...]string{awslogsRegion, awslogsGroup} {
		if l.Options[option] == "" {
			missing = append(missing, option)
		}
	}
	if len(missing) > 0 {
		return refuse("Log driver awslogs requires options: %s", strings.Join(missing, ", "))
	}
	unknown := slices.DeleteFunc(slices.Sorted(maps.Keys(l.Options)), func(option string) bool { return slices.Contains(awslogsOptions, option) })
	if len(unknown) > 0 { // ECS0190
		return refuse("Log driver awslogs disallows options: %s", strings.Join(unknown, ", "))
	}
	return nil
}

func hasLogRouter(def *types.TaskDefinition) bool { return logRouters(def) > 0 }

func logRouters(def *types.TaskDefinition) (count int) {
	for i := range def.ContainerDefinitions {
		if def.ContainerDefinitions[i].FirelensConfiguration != nil {
			count++
		}
	}
	return count
}

func usesLogRouter(def *types.TaskDefinition) bool {
	return slices.ContainsFunc(def.ContainerDefinitions, func(c types.ContainerDefinition) bool {
		return c.LogConfiguration != nil && c.LogConfiguration.LogDriver == types.LogDriverAwsfirelens
	})
}

// CheckLogConfiguration checks that of a container which tasks of a definition get beside its own: the proxy of Service
// Connect. Nil is none. Its errors are ClientExceptions.
func CheckLogConfiguration(def *types.TaskDefinition, l *types.LogConfiguration, launchType types.LaunchType) error {
	if l == nil {
		return nil
	}
	if err := checkLogConfiguration(l); err != nil || launchType != types.LaunchTypeFargate {
		return err
	}
	return checkFargateLogs(def, l)
}
