package taskdef

import (
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

// cloneInput copies the definition part of a request, sharing nothing with it. A
// list that was sent empty stays empty and not nil, because ECS echoes it.
func cloneInput(in *ecs.RegisterTaskDefinitionInput) *types.TaskDefinition {
	def := &types.TaskDefinition{
		ContainerDefinitions:    cloneEach(in.ContainerDefinitions, cloneContainer),
		Cpu:                     clonePtr(in.Cpu),
		EnableFaultInjection:    clonePtr(in.EnableFaultInjection),
		EphemeralStorage:        clonePtr(in.EphemeralStorage),
		ExecutionRoleArn:        clonePtr(in.ExecutionRoleArn),
		Family:                  clonePtr(in.Family),
		IpcMode:                 in.IpcMode,
		Memory:                  clonePtr(in.Memory),
		NetworkMode:             in.NetworkMode,
		PidMode:                 in.PidMode,
		ProxyConfiguration:      clonePtr(in.ProxyConfiguration),
		RequiresCompatibilities: slices.Clone(in.RequiresCompatibilities),
		RuntimePlatform:         clonePtr(in.RuntimePlatform),
		TaskRoleArn:             clonePtr(in.TaskRoleArn),
		Volumes:                 cloneEach(in.Volumes, cloneVolume),
	}
	//lint:ignore SA1019 the member is retired, but clients still send it and are refused with its name
	def.InferenceAccelerators = cloneEach(in.InferenceAccelerators, func(a *types.InferenceAccelerator) {
		a.DeviceName, a.DeviceType = clonePtr(a.DeviceName), clonePtr(a.DeviceType)
	})
	def.PlacementConstraints = cloneEach(in.PlacementConstraints, func(c *types.TaskDefinitionPlacementConstraint) {
		c.Expression = clonePtr(c.Expression)
	})
	if p := def.ProxyConfiguration; p != nil {
		p.ContainerName = clonePtr(p.ContainerName)
		p.Properties = cloneEach(p.Properties, clonePair)
	}
	return def
}

func cloneContainer(c *types.ContainerDefinition) {
	cloneProcess(c)
	cloneResources(c)
	cloneConnections(c)
}

// cloneProcess copies what a container runs, as whom and in which order.
func cloneProcess(c *types.ContainerDefinition) {
	c.Name, c.Image, c.User = clonePtr(c.Name), clonePtr(c.Image), clonePtr(c.User)
	c.Command, c.EntryPoint = slices.Clone(c.Command), slices.Clone(c.EntryPoint)
	c.WorkingDirectory = clonePtr(c.WorkingDirectory)
	c.Essential = clonePtr(c.Essential)
	c.Interactive, c.PseudoTerminal = clonePtr(c.Interactive), clonePtr(c.PseudoTerminal)
	c.Privileged = clonePtr(c.Privileged)
	c.DockerLabels = maps.Clone(c.DockerLabels)
	c.DockerSecurityOptions = slices.Clone(c.DockerSecurityOptions)
	c.CredentialSpecs = slices.Clone(c.CredentialSpecs)
	c.Environment = cloneEach(c.Environment, clonePair)
	c.EnvironmentFiles = cloneEach(c.EnvironmentFiles, cloneEnvironmentFile)
	c.Secrets = cloneEach(c.Secrets, cloneSecret)
	if c.RepositoryCredentials = clonePtr(c.RepositoryCredentials); c.RepositoryCredentials != nil {
		c.RepositoryCredentials.CredentialsParameter = clonePtr(c.RepositoryCredentials.CredentialsParameter)
	}
	c.DependsOn = cloneEach(c.DependsOn, func(d *types.ContainerDependency) {
		d.ContainerName = clonePtr(d.ContainerName)
	})
	c.StartTimeout, c.StopTimeout = clonePtr(c.StartTimeout), clonePtr(c.StopTimeout)
	c.RestartPolicy = clonePtr(c.RestartPolicy)
	if r := c.RestartPolicy; r != nil {
		r.Enabled, r.RestartAttemptPeriod = clonePtr(r.Enabled), clonePtr(r.RestartAttemptPeriod)
		r.IgnoredExitCodes = slices.Clone(r.IgnoredExitCodes)
	}
	c.HealthCheck = clonePtr(c.HealthCheck)
	if h := c.HealthCheck; h != nil {
		h.Command = slices.Clone(h.Command)
		h.Interval, h.Timeout = clonePtr(h.Interval), clonePtr(h.Timeout)
		h.Retries, h.StartPeriod = clonePtr(h.Retries), clonePtr(h.StartPeriod)
	}
}

// cloneResources copies limits and file systems.
func cloneResources(c *types.ContainerDefinition) {
	c.Memory, c.MemoryReservation = clonePtr(c.Memory), clonePtr(c.MemoryReservation)
	c.ReadonlyRootFilesystem = clonePtr(c.ReadonlyRootFilesystem)
	c.LinuxParameters = cloneLinuxParameters(c.LinuxParameters)
	c.ResourceRequirements = cloneEach(c.ResourceRequirements, cloneResourceRequirement)
	c.Ulimits = slices.Clone(c.Ulimits)
	c.SystemControls = cloneEach(c.SystemControls, func(s *types.SystemControl) {
		s.Namespace, s.Value = clonePtr(s.Namespace), clonePtr(s.Value)
	})
	c.MountPoints = cloneEach(c.MountPoints, func(m *types.MountPoint) {
		m.ContainerPath, m.SourceVolume = clonePtr(m.ContainerPath), clonePtr(m.SourceVolume)
		m.ReadOnly = clonePtr(m.ReadOnly)
	})
	c.VolumesFrom = cloneEach(c.VolumesFrom, func(v *types.VolumeFrom) {
		v.ReadOnly, v.SourceContainer = clonePtr(v.ReadOnly), clonePtr(v.SourceContainer)
	})
}

// cloneConnections copies the network and where the logs go.
func cloneConnections(c *types.ContainerDefinition) {
	c.DisableNetworking, c.Hostname = clonePtr(c.DisableNetworking), clonePtr(c.Hostname)
	c.DnsServers, c.DnsSearchDomains = slices.Clone(c.DnsServers), slices.Clone(c.DnsSearchDomains)
	c.Links = slices.Clone(c.Links)
	c.ExtraHosts = cloneEach(c.ExtraHosts, func(h *types.HostEntry) {
		h.Hostname, h.IpAddress = clonePtr(h.Hostname), clonePtr(h.IpAddress)
	})
	c.PortMappings = cloneEach(c.PortMappings, func(p *types.PortMapping) {
		p.ContainerPort, p.HostPort = clonePtr(p.ContainerPort), clonePtr(p.HostPort)
		p.ContainerPortRange, p.Name = clonePtr(p.ContainerPortRange), clonePtr(p.Name)
	})
	if c.FirelensConfiguration = clonePtr(c.FirelensConfiguration); c.FirelensConfiguration != nil {
		c.FirelensConfiguration.Options = maps.Clone(c.FirelensConfiguration.Options)
	}
	if c.LogConfiguration = clonePtr(c.LogConfiguration); c.LogConfiguration != nil {
		c.LogConfiguration.Options = maps.Clone(c.LogConfiguration.Options)
		c.LogConfiguration.SecretOptions = cloneEach(c.LogConfiguration.SecretOptions, cloneSecret)
	}
}

func cloneLinuxParameters(in *types.LinuxParameters) *types.LinuxParameters {
	if in == nil {
		return nil
	}
	l := clonePtr(in)
	if l.Capabilities = clonePtr(l.Capabilities); l.Capabilities != nil {
		l.Capabilities.Add = slices.Clone(l.Capabilities.Add)
		l.Capabilities.Drop = slices.Clone(l.Capabilities.Drop)
	}
	l.Devices = cloneEach(l.Devices, func(d *types.Device) {
		d.HostPath, d.ContainerPath = clonePtr(d.HostPath), clonePtr(d.ContainerPath)
		d.Permissions = slices.Clone(d.Permissions)
	})
	l.InitProcessEnabled = clonePtr(l.InitProcessEnabled)
	l.MaxSwap, l.Swappiness = clonePtr(l.MaxSwap), clonePtr(l.Swappiness)
	l.SharedMemorySize = clonePtr(l.SharedMemorySize)
	l.Tmpfs = cloneEach(l.Tmpfs, func(t *types.Tmpfs) {
		t.ContainerPath, t.MountOptions = clonePtr(t.ContainerPath), slices.Clone(t.MountOptions)
	})
	return l
}

func cloneVolume(v *types.Volume) {
	v.ConfiguredAtLaunch = clonePtr(v.ConfiguredAtLaunch)
	v.Name = clonePtr(v.Name)
	if v.Host = clonePtr(v.Host); v.Host != nil {
		v.Host.SourcePath = clonePtr(v.Host.SourcePath)
	}
	v.DockerVolumeConfiguration = clonePtr(v.DockerVolumeConfiguration)
	if d := v.DockerVolumeConfiguration; d != nil {
		d.Autoprovision, d.Driver = clonePtr(d.Autoprovision), clonePtr(d.Driver)
		d.DriverOpts, d.Labels = maps.Clone(d.DriverOpts), maps.Clone(d.Labels)
	}
	v.EfsVolumeConfiguration = clonePtr(v.EfsVolumeConfiguration)
	if e := v.EfsVolumeConfiguration; e != nil {
		e.FileSystemId, e.RootDirectory = clonePtr(e.FileSystemId), clonePtr(e.RootDirectory)
		e.TransitEncryptionPort = clonePtr(e.TransitEncryptionPort)
		if e.AuthorizationConfig = clonePtr(e.AuthorizationConfig); e.AuthorizationConfig != nil {
			e.AuthorizationConfig.AccessPointId = clonePtr(e.AuthorizationConfig.AccessPointId)
		}
	}
	v.FsxWindowsFileServerVolumeConfiguration = clonePtr(v.FsxWindowsFileServerVolumeConfiguration)
	if f := v.FsxWindowsFileServerVolumeConfiguration; f != nil {
		f.FileSystemId, f.RootDirectory = clonePtr(f.FileSystemId), clonePtr(f.RootDirectory)
		if f.AuthorizationConfig = clonePtr(f.AuthorizationConfig); f.AuthorizationConfig != nil {
			a := f.AuthorizationConfig
			a.CredentialsParameter, a.Domain = clonePtr(a.CredentialsParameter), clonePtr(a.Domain)
		}
	}
	v.S3filesVolumeConfiguration = clonePtr(v.S3filesVolumeConfiguration)
	if s := v.S3filesVolumeConfiguration; s != nil {
		s.FileSystemArn, s.AccessPointArn = clonePtr(s.FileSystemArn), clonePtr(s.AccessPointArn)
		s.RootDirectory = clonePtr(s.RootDirectory)
		s.TransitEncryptionPort = clonePtr(s.TransitEncryptionPort)
	}
}

func clonePair(p *types.KeyValuePair) { p.Name, p.Value = clonePtr(p.Name), clonePtr(p.Value) }

func cloneSecret(s *types.Secret) { s.Name, s.ValueFrom = clonePtr(s.Name), clonePtr(s.ValueFrom) }

func cloneEnvironmentFile(f *types.EnvironmentFile) { f.Value = clonePtr(f.Value) }

func cloneResourceRequirement(r *types.ResourceRequirement) {
	r.Value = clonePtr(r.Value)
	if mps, ok := r.SharingStrategy.(*types.SharingStrategyMemberNvidiaMps); ok {
		c := clonePtr(mps)
		c.Value.Memory = clonePtr(c.Value.Memory)
		c.Value.MaxComputePercent = clonePtr(c.Value.MaxComputePercent)
		r.SharingStrategy = c
	}
}

func clonePtr[T any](p *T) *T {
	if p == nil {
		return nil
	}
	v := *p
	return &v
}

// cloneEach copies a list and lets deepen copy what each element points to.
func cloneEach[T any](in []T, deepen func(*T)) []T {
	out := slices.Clone(in)
	for i := range out {
		deepen(&out[i])
	}
	return out
}
