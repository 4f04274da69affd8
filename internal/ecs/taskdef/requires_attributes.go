package taskdef

import (
	"slices"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
)

// Prefixes of the attributes with which agents announce what they can do.
const (
	agentCapability = "com.amazonaws.ecs.capability."
	ecsCapability   = "ecs.capability."

	dockerAPI118 = agentCapability + "docker-remote-api.1.18"
	dockerAPI119 = agentCapability + "docker-remote-api.1.19"
	dockerAPI120 = agentCapability + "docker-remote-api.1.20"
	dockerAPI121 = agentCapability + "docker-remote-api.1.21"
	dockerAPI122 = agentCapability + "docker-remote-api.1.22"
	dockerAPI124 = agentCapability + "docker-remote-api.1.24"
	dockerAPI125 = agentCapability + "docker-remote-api.1.25"
	dockerAPI128 = agentCapability + "docker-remote-api.1.28"
	dockerAPI129 = agentCapability + "docker-remote-api.1.29"
)

// increasedTaskCPU is the task size in CPU units above which instances need a
// capability of their own. Source: the ECS agent.
const increasedTaskCPU = 10 * 1024

// logDriverAPI is the Docker API version that a log driver needs.
// Source: field reports; the ECS agent.
var logDriverAPI = map[types.LogDriver]string{
	types.LogDriverJsonFile: dockerAPI118,
	types.LogDriverSyslog:   dockerAPI118,
	types.LogDriverJournald: dockerAPI119,
	types.LogDriverAwslogs:  dockerAPI119,
	types.LogDriverGelf:     dockerAPI120,
	types.LogDriverFluentd:  dockerAPI120,
	types.LogDriverSplunk:   dockerAPI122,
}

// attributeSet collects attribute names without repeating one. There are a dozen at
// most, so looking through them is cheaper than a map.
type attributeSet []string

func (s *attributeSet) add(names ...string) {
	for _, name := range names {
		if !slices.Contains(*s, name) {
			*s = append(*s, name)
		}
	}
}

func (s *attributeSet) addIf(condition bool, names ...string) {
	if condition {
		s.add(names...)
	}
}

// requiresAttributes lists the attributes that a container instance must have to run
// the definition; nil when there are none. Its compatibilities are known by now.
// Source: ECS developer guide, "Task definition required attributes"; field reports;
// the ECS agent.
func requiresAttributes(def *types.TaskDefinition, env Env) []types.Attribute {
	var buffer [16]string
	set := attributeSet(buffer[:0])
	for i := range def.ContainerDefinitions {
		containerAttributes(&set, def, &def.ContainerDefinitions[i], env)
	}
	taskAttributes(&set, def)
	for i := range def.Volumes {
		volumeAttributes(&set, &def.Volumes[i])
	}
	if len(set) == 0 {
		return nil
	}
	names := slices.Clone(set)
	attributes := make([]types.Attribute, len(names))
	for i := range names {
		attributes[i].Name = &names[i]
	}
	return attributes
}

func containerAttributes(set *attributeSet, def *types.TaskDefinition, c *types.ContainerDefinition, env Env) {
	hasExecutionRole := def.ExecutionRoleArn != nil
	if c.LogConfiguration != nil {
		logAttributes(set, c.LogConfiguration, hasExecutionRole)
	}
	if env.isECR(value(c.Image)) {
		set.add(agentCapability + "ecr-auth")
		set.addIf(hasExecutionRole, ecsCapability+"execution-role-ecr-pull")
	}
	// ECS0023. The recorded definition has a runtime platform as well; that the digest is the
	// cause is inferred.
	set.addIf(strings.Contains(value(c.Image), "@"), dockerAPI121)
	set.addIf(len(c.DockerLabels) > 0 || len(c.Ulimits) > 0, dockerAPI118)
	secretAttributes(set, c.Secrets, "environment-variables")
	set.addIf(len(c.EnvironmentFiles) > 0, ecsCapability+"env-files.s3")
	set.addIf(c.RepositoryCredentials != nil, ecsCapability+"private-registry-authentication.secretsmanager")
	set.addIf(isTrue(c.Privileged), agentCapability+"privileged-container")
	set.addIf(len(c.DependsOn) > 0 || c.StartTimeout != nil || c.StopTimeout != nil, ecsCapability+"container-ordering")
	set.addIf(c.HealthCheck != nil, ecsCapability+"container-health-check")
	set.addIf(c.RestartPolicy != nil, ecsCapability+"container-restart-policy")
	if l := c.LinuxParameters; l != nil {
		set.addIf(isTrue(l.InitProcessEnabled), dockerAPI125)
		set.addIf(l.SharedMemorySize != nil || len(l.Tmpfs) > 0, dockerAPI122)
	}
	for i := range c.PortMappings {
		set.addIf(value(c.PortMappings[i].ContainerPortRange) != "", ecsCapability+"network.container-port-range")
	}
	if f := c.FirelensConfiguration; f != nil {
		set.add(ecsCapability + "firelens." + string(f.Type))
		if kind := f.Options[firelensFileType]; kind == "s3" || kind == "file" {
			set.add(ecsCapability + "firelens.options.config." + kind)
		}
	}
	// Docker refused it in host mode before. Source: amazon-ecs-agent issue 620.
	set.addIf(len(c.ExtraHosts) > 0 && def.NetworkMode == types.NetworkModeHost, dockerAPI124)
	securityAttributes(set, c)
}

func logAttributes(set *attributeSet, l *types.LogConfiguration, hasExecutionRole bool) {
	set.add(agentCapability + "logging-driver." + string(l.LogDriver))
	if l.LogDriver == types.LogDriverAwslogs {
		set.addIf(hasExecutionRole, ecsCapability+"execution-role-awslogs")
		set.addIf(l.Options[awslogsCreateGroup] != "", dockerAPI129)
	}
	if api, ok := logDriverAPI[l.LogDriver]; ok {
		set.add(api)
	}
	set.addIf(l.Options["mode"] == "non-blocking", dockerAPI128)
	secretAttributes(set, l.SecretOptions, "bootstrap.log-driver")
}

func secretAttributes(set *attributeSet, secrets []types.Secret, use string) {
	for i := range secrets {
		store := "secrets.ssm."
		if isSecretsManagerSecret(&secrets[i]) {
			store = "secrets.asm."
		}
		set.add(ecsCapability + store + use)
	}
}

func securityAttributes(set *attributeSet, c *types.ContainerDefinition) {
	for _, option := range c.DockerSecurityOptions {
		set.addIf(hasAnyPrefix(option, "label:", "label="), agentCapability+"selinux")
		set.addIf(hasAnyPrefix(option, "apparmor:", "apparmor="), agentCapability+"apparmor")
		set.addIf(hasAnyPrefix(option, credentialSpec), ecsCapability+"gmsa")
	}
	for _, spec := range c.CredentialSpecs {
		if hasAnyPrefix(spec, credentialSpecDomainless) {
			set.add(ecsCapability + "gmsa-domainless")
		} else {
			set.add(ecsCapability + "gmsa")
		}
	}
}

func taskAttributes(set *attributeSet, def *types.TaskDefinition) {
	if def.TaskRoleArn != nil {
		if def.NetworkMode == types.NetworkModeHost {
			set.add(agentCapability + "task-iam-role-network-host")
		} else {
			set.add(agentCapability + "task-iam-role")
		}
	}
	set.addIf(def.NetworkMode == types.NetworkModeAwsvpc, dockerAPI118, ecsCapability+"task-eni")
	set.addIf(def.PidMode != "" || def.IpcMode != "", ecsCapability+"pid-ipc-namespace-sharing")
	set.addIf(def.ProxyConfiguration != nil, ecsCapability+"aws-appmesh")
	set.addIf(isTrue(def.EnableFaultInjection), ecsCapability+"fault-injection")
	if !slices.Contains(def.Compatibilities, types.CompatibilityFargate) {
		// A task-level size alone requires nothing (ECS0023).
		set.addIf(taskAmount(def.Cpu) > increasedTaskCPU, ecsCapability+"increased-task-cpu-limit")
	}
}

func volumeAttributes(set *attributeSet, v *types.Volume) {
	if e := v.EfsVolumeConfiguration; e != nil {
		set.add(ecsCapability+"efs", dockerAPI125)
		set.addIf(e.AuthorizationConfig != nil, ecsCapability+"efsAuth")
	}
	set.addIf(v.FsxWindowsFileServerVolumeConfiguration != nil, ecsCapability+"fsxWindowsFileServer")
	set.addIf(v.S3filesVolumeConfiguration != nil, ecsCapability+"storage.s3-files")
	if d := v.DockerVolumeConfiguration; d != nil {
		set.add(dockerAPI125)
		if driver := value(d.Driver); driver != "" {
			set.add(ecsCapability + "docker-plugin." + driver)
		}
	}
	set.addIf(isTrue(v.ConfiguredAtLaunch), ecsCapability+"storage.ebs-task-volume-attach")
}
