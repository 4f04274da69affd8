package taskdef

import (
	"slices"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
)

// maxFargateTimeout is the longest stopTimeout on Fargate, in seconds. The start timeout
// has no such bound, although the API reference gives it the same (ECS0025).
const maxFargateTimeout = 120

// fargateSize is one row of Fargate's size table: the memory in MiB that goes with
// a number of CPU units.
type fargateSize struct {
	cpu, min, max, step int64
	windows             bool
}

// Source: ECS developer guide, "Task size" of Fargate task definitions. 256 CPU
// units take 512, 1024 and 2048 MiB only, which is no even step.
var fargateSizes = []fargateSize{
	{cpu: 256, min: 512, max: 2048, step: 512},
	{cpu: 512, min: 1024, max: 4096, step: 1024},
	{cpu: 1024, min: 2048, max: 8192, step: 1024, windows: true},
	{cpu: 2048, min: 4096, max: 16384, step: 1024, windows: true},
	{cpu: 4096, min: 8192, max: 30720, step: 1024, windows: true},
	{cpu: 8192, min: 16384, max: 61440, step: 4096},
	{cpu: 16384, min: 32768, max: 122880, step: 8192},
}

func isFargateSize(cpu, memory int64, windows bool) bool {
	for _, s := range fargateSizes {
		if s.cpu != cpu || windows && !s.windows {
			continue
		}
		return s.min <= memory && memory <= s.max && (memory-s.min)%s.step == 0 &&
			(cpu != 256 || memory != 1536)
	}
	return false
}

// SmallestFargate is the smallest size of Fargate that holds a task of so many CPU units and MiB; zeros if none does.
func SmallestFargate(cpu, memory int64) (fargateCPU, fargateMemory int64) {
	for _, s := range fargateSizes {
		if cpu > s.cpu || memory > s.max {
			continue
		}
		fits := s.min + (max(0, memory-s.min)+s.step-1)/s.step*s.step
		if !isFargateSize(s.cpu, fits, false) {
			fits += s.step // 256 CPU units have no 1536 MiB
		}
		return s.cpu, fits
	}
	return 0, 0
}

// checkFargate tells why a definition that is otherwise valid cannot run on
// Fargate; nil if it can.
func checkFargate(def *types.TaskDefinition, env Env) error {
	if def.NetworkMode != types.NetworkModeAwsvpc {
		return refuse("Fargate only supports network mode ‘awsvpc’.")
	}
	if def.Cpu == nil {
		return refuse("Fargate requires that 'cpu' be defined at the task level.")
	}
	if def.Memory == nil {
		return refuse("Fargate requires that 'memory' be defined at the task level.")
	}
	if err := checkFargateSize(*def.Cpu, *def.Memory, IsWindows(def), refuse); err != nil {
		return err
	}
	for i := range def.ContainerDefinitions {
		if err := checkFargateContainer(def, &def.ContainerDefinitions[i], env); err != nil {
			return err
		}
	}
	return checkFargateTask(def)
}

// checkFargateSize checks a normalised task size; fail makes the error.
func checkFargateSize(cpu, memory string, windows bool, fail func(string, ...any) error) error {
	if isFargateSize(taskAmount(&cpu), taskAmount(&memory), windows) {
		return nil
	}
	return fail("No Fargate configuration exists for given values: %s CPU, %s memory. See the Amazon ECS documentation for the valid values.", cpu, memory)
}

// noPrivilegesOnFargate: ECS0190.
const noPrivilegesOnFargate = "Fargate requires that the ‘privileged’ setting be ‘false’ at the container level."

// noGPUOnFargate is of definitions, and of overrides by analogy.
const noGPUOnFargate = "Tasks using the Fargate launch type do not support GPU resource requirements."

func checkFargateContainer(def *types.TaskDefinition, c *types.ContainerDefinition, env Env) error {
	if err := checkFargateLogs(def, c.LogConfiguration); err != nil {
		return err
	}
	if f := c.FirelensConfiguration; f != nil && isFileInS3(f) { // ECS0303
		return refuse("Fargate launch type does not support FirelensConfiguration config file from 's3'")
	}
	if def.ExecutionRoleArn == nil && env.isECR(value(c.Image)) {
		return refuse("Fargate requires task definition to have execution role ARN to support ECR images.")
	}
	if isTrue(c.Privileged) {
		return refuse(noPrivilegesOnFargate)
	}
	if len(c.ResourceRequirements) > 0 {
		return refuse(noGPUOnFargate)
	}
	if value(c.StopTimeout) > maxFargateTimeout {
		return refuse("Tasks using the Fargate launch type must have a container stop timeout of less than %d seconds.", maxFargateTimeout)
	}
	if len(c.DockerSecurityOptions) > 0 {
		return notOnFargate("dockerSecurityOptions")
	}
	return checkFargateLinux(c.LinuxParameters)
}

func checkFargateLogs(def *types.TaskDefinition, l *types.LogConfiguration) error {
	if l == nil {
		return nil
	}
	if !slices.Contains(fargateLogDrivers, l.LogDriver) {
		return refuse("%s is not a valid log driver. Must be one of [%s]", l.LogDriver, joinValues(fargateLogDrivers))
	}
	if l.LogDriver != types.LogDriverAwslogs {
		return nil
	}
	if def.ExecutionRoleArn == nil {
		return refuse("Fargate requires task definition to have execution role ARN to support log driver awslogs.")
	}
	if l.Options[awslogsStreamPrefix] == "" {
		return refuse("Fargate requires log configuration options to include awslogs-stream-prefix to support log driver awslogs.")
	}
	return nil
}

// checkFargateLinux: tmpfs mounts are not refused, the API reference no longer
// excludes them from Fargate as it does the other members.
func checkFargateLinux(l *types.LinuxParameters) error {
	if l == nil {
		return nil
	}
	if l.Capabilities != nil {
		for _, capability := range l.Capabilities.Add {
			if capability != "SYS_PTRACE" {
				return refuse("%s is not allowed on Fargate.", capability)
			}
		}
	}
	switch {
	case len(l.Devices) > 0:
		return notOnFargate("devices")
	case l.SharedMemorySize != nil:
		return notOnFargate("sharedMemorySize")
	case l.MaxSwap != nil:
		return notOnFargate("maxSwap")
	case l.Swappiness != nil:
		return notOnFargate("swappiness")
	}
	return nil
}

// noHostPID is of definitions with pidMode host.
const noHostPID = "Tasks using the Fargate launch type do not support pidMode 'host'. The supported value for pidMode is 'task'."

func checkFargateTask(def *types.TaskDefinition) error {
	if def.PidMode == types.PidModeHost {
		return refuse(noHostPID)
	}
	if def.IpcMode != "" {
		return notOnFargate("ipcMode")
	}
	for i := range def.Volumes {
		v := &def.Volumes[i]
		switch {
		case v.Host != nil && value(v.Host.SourcePath) != "":
			return notOnFargate("sourcePath")
		case v.DockerVolumeConfiguration != nil:
			return notOnFargate("dockerVolumeConfiguration")
		case v.FsxWindowsFileServerVolumeConfiguration != nil:
			// Documented for EC2 only; the member's name in the message is an analogy.
			return notOnFargate("fsxWindowsFileServerVolumeConfiguration")
		}
	}
	if len(def.PlacementConstraints) > 0 {
		return notOnFargate("constraints")
	}
	return nil
}

func notOnFargate(field string) error {
	return refuse("Fargate compatible task definitions do not support %s", field)
}
