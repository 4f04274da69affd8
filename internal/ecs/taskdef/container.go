package taskdef

import (
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
)

// maxContainers is the number of container definitions in one task definition.
// Source: ECS service quotas.
const maxContainers = 10

// checkFamily: 1 to 255 letters, digits, hyphens and underscores.
func checkFamily(def *types.TaskDefinition) error {
	family := value(def.Family)
	if family == "" {
		return refuse("Family can not be blank.") // ECS0302
	}
	if !validName(family) {
		return refuse("Family contains invalid characters.")
	}
	return nil
}

// checkContainers looks at the list itself and at each container's name and image.
func checkContainers(def *types.TaskDefinition) error {
	if len(def.ContainerDefinitions) == 0 {
		return refuse("Container list cannot be empty.")
	}
	if len(def.ContainerDefinitions) > maxContainers {
		return refuse("Too many containers.") // ECS0190
	}
	for i := range def.ContainerDefinitions {
		c := &def.ContainerDefinitions[i]
		name := value(c.Name)
		if name == "" {
			return refuse("Container.name should not be null or empty.")
		}
		if !validName(name) {
			return refuse("Container.name contains invalid characters.")
		}
		if err := checkImage(value(c.Image)); err != nil {
			return err
		}
		if containerNamed(def.ContainerDefinitions[:i], name) != nil {
			return refuse("Container names must be unique within a task definition.")
		}
	}
	return nil
}

// checkEssential: a task needs a container whose end is the task's end.
func checkEssential(def *types.TaskDefinition) error {
	for i := range def.ContainerDefinitions {
		if Essential(&def.ContainerDefinitions[i]) {
			return nil
		}
	}
	return refuse("Task definition doesn't have any essential container.")
}

// Essential reports whether the end of a container is the end of its task: so it is
// unless the definition says otherwise.
func Essential(c *types.ContainerDefinition) bool {
	return c.Essential == nil || *c.Essential
}

// containerNamed finds a container definition by name, nil if there is none.
func containerNamed(containers []types.ContainerDefinition, name string) *types.ContainerDefinition {
	for i := range containers {
		if value(containers[i].Name) == name {
			return &containers[i]
		}
	}
	return nil
}

// fillContainer sets what ECS answers for members of a container definition that
// were not sent. Cpu is a plain number and thus 0 already.
// Source: field reports of RegisterTaskDefinition answers.
func fillContainer(c *types.ContainerDefinition, mode types.NetworkMode) {
	if c.Essential == nil {
		essential := true
		c.Essential = &essential
	}
	c.Environment = fillEnvironment(c.Environment)
	if c.MountPoints == nil {
		c.MountPoints = []types.MountPoint{}
	}
	if c.PortMappings == nil {
		c.PortMappings = []types.PortMapping{}
	}
	if c.VolumesFrom == nil {
		c.VolumesFrom = []types.VolumeFrom{}
	}
	if c.SystemControls == nil {
		c.SystemControls = []types.SystemControl{}
	}
	for i := range c.PortMappings {
		fillPortMapping(&c.PortMappings[i], mode)
	}
	if c.HealthCheck != nil {
		fillHealthCheck(c.HealthCheck)
	}
	// A restart policy is shown as it was sent: Terraform would see a change in a default.
	if l := c.LinuxParameters; l != nil && l.Capabilities != nil {
		fillCapabilities(l.Capabilities)
	}
}

// validName tells whether s has 1 to 255 letters, digits, hyphens and underscores:
// the form of family, container and volume names.
func validName(s string) bool {
	if s == "" || len(s) > 255 {
		return false
	}
	for i := 0; i < len(s); i++ {
		if c := s[i]; !isLetterOrDigit(c) && c != '-' && c != '_' {
			return false
		}
	}
	return true
}

func isLetterOrDigit(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || isDigit(c)
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }
