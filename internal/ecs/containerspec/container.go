// Package containerspec translates container definitions to what an engine is to create, as far as
// they alone decide it. Names on the engine, networks, volumes and labels are the caller's.
package containerspec

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/taskdef"
)

// Container is what the definition says of a container.
// Source: amazon-ecs-agent's translation of container definitions.
func Container(d *types.ContainerDefinition, fargate bool) backend.ContainerSpec {
	spec := backend.ContainerSpec{
		Image:      aws.ToString(d.Image),
		Names:      names(d),
		EntryPoint: d.EntryPoint, Command: d.Command,
		User: aws.ToString(d.User), WorkingDir: aws.ToString(d.WorkingDirectory),
		TTY: aws.ToBool(d.PseudoTerminal), OpenStdin: aws.ToBool(d.Interactive),
		CPUShares:      cpuShares(d),
		Memory:         int64(aws.ToInt32(d.Memory)) * mebibyte,
		ReadonlyRootfs: aws.ToBool(d.ReadonlyRootFilesystem), Privileged: aws.ToBool(d.Privileged),
		MemoryReservation: int64(aws.ToInt32(d.MemoryReservation)) * mebibyte,
		Health:            healthCheck(d.HealthCheck),
		Ports:             tcpPorts(d.PortMappings),
		SecurityOpt:       securityOptions(d.DockerSecurityOptions),
		Ulimits:           ulimits(d, fargate),
		Log:               output(d.LogConfiguration),
	}
	for _, s := range d.SystemControls {
		if spec.Sysctls == nil {
			spec.Sysctls = map[string]string{}
		}
		spec.Sysctls[aws.ToString(s.Namespace)] = aws.ToString(s.Value)
	}
	addLinuxParameters(&spec, d.LinuxParameters)
	return spec
}

// tcpPorts are the container ports of mappings for TCP, but those of port ranges.
func tcpPorts(mappings []types.PortMapping) (ports []int) {
	for _, m := range mappings {
		if m.ContainerPort != nil && m.Protocol != types.TransportProtocolUdp {
			ports = append(ports, int(*m.ContainerPort))
		}
	}
	return ports
}

// securityOptions are those that ECS passes on. Others, above all seccomp's, do not get to the
// engine, nor does the agent on Linux pass on a credential spec.
// Source: ECS API reference, ContainerDefinition.dockerSecurityOptions; containers-roadmap
// issue 356; amazon-ecs-agent.
func securityOptions(all []string) (passed []string) {
	for _, option := range all {
		kind, _, _ := strings.Cut(strings.Replace(option, "=", ":", 1), ":")
		if slices.Contains([]string{"no-new-privileges", "apparmor", "label"}, kind) {
			passed = append(passed, option)
		}
	}
	return passed
}

// ulimits are the definition's, and on Fargate 65535 open files unless it says otherwise.
// Other limits there are those of Docker, or follow from the size of the machine.
// Source: recorded processes on Fargate.
func ulimits(d *types.ContainerDefinition, fargate bool) (list []backend.Ulimit) {
	const fargateFiles = 65_535
	if fargate && !slices.ContainsFunc(d.Ulimits, func(u types.Ulimit) bool { return u.Name == types.UlimitNameNofile }) {
		list = append(list, backend.Ulimit{Name: string(types.UlimitNameNofile), Soft: fargateFiles, Hard: fargateFiles, Optional: true})
	}
	for _, u := range d.Ulimits {
		list = append(list, backend.Ulimit{Name: string(u.Name), Soft: int64(u.SoftLimit), Hard: int64(u.HardLimit)})
	}
	return list
}

// test is the command of a health check as engines take it. Without CMD or CMD-SHELL in front, Fargate runs it as a
// program. Source: aws-cdk issue 34389, aws-otel-collector issues 2034 and 3016, and AWS's own templates of that
// collector, whose image has no shell. On container instances, Docker alone would never run it: that it does the same
// there is a choice.
func test(command []string) []string {
	if len(command) == 0 || slices.Contains([]string{"CMD", "CMD-SHELL", "NONE"}, command[0]) {
		return command
	}
	return append([]string{"CMD"}, command...)
}

// healthCheck is the definition's; a registered one has its defaults in it.
func healthCheck(h *types.HealthCheck) *backend.HealthCheck {
	if h == nil {
		return nil
	}
	seconds := func(n *int32) time.Duration { return time.Duration(aws.ToInt32(n)) * time.Second }
	return &backend.HealthCheck{
		Test: test(h.Command), Interval: seconds(h.Interval), Timeout: seconds(h.Timeout),
		StartPeriod: seconds(h.StartPeriod), Retries: int(aws.ToInt32(h.Retries)),
	}
}

// output is where a container's output goes: to the engine's own log, also for awslogs, from
// where package awslogs takes it; else to the driver that is named, with its options.
func output(l *types.LogConfiguration) backend.Log {
	switch {
	case l == nil:
		return backend.Log{}
	case l.LogDriver == types.LogDriverAwslogs:
		return backend.Log{Ample: true}
	}
	return backend.Log{Driver: string(l.LogDriver), Options: l.Options}
}

// Platform is what images must be for when the task definition says so: an engine
// that is asked for no platform takes its own, and what was built on it runs.
func Platform(d *types.TaskDefinition) string {
	if d.RuntimePlatform == nil {
		return ""
	}
	switch d.RuntimePlatform.CpuArchitecture {
	case types.CPUArchitectureArm64:
		return "linux/arm64"
	case types.CPUArchitectureX8664:
		return "linux/amd64"
	default:
		return ""
	}
}

// CheckRights refuses a container with rights on the engine's host. An emulator accepted it that permits
// them.
func CheckRights(spec *backend.ContainerSpec) error {
	if spec.Privileged {
		return errors.New("privileged containers need --allow-privileged of ecs-emulator")
	}
	if capability, found := taskdef.HostCapability(spec.CapAdd); found {
		return fmt.Errorf("containers with the capability %s need --allow-privileged of ecs-emulator", capability)
	}
	return nil
}
