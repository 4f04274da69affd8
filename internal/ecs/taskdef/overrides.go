package taskdef

import (
	"slices"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/wire"
)

// maxOverrideLength counts the characters of an override's JSON.
// Source: ECS API reference, RunTask.overrides.
const maxOverrideLength = 8192

// Resolved is what a task runs: a registered definition with overrides applied.
type Resolved struct {
	// Containers are the container definitions with effective values, in the order
	// of the definition. What was not overridden is the definition's own, so nothing
	// in them may be changed.
	Containers []types.ContainerDefinition
	// CPU (CPU units) and Memory (MiB) are the effective task-level size as plain
	// numbers, empty when neither definition nor override has it.
	CPU, Memory string
	// TaskRoleArn and ExecutionRoleArn are empty when there is no such role.
	TaskRoleArn, ExecutionRoleArn string
	// EphemeralStorageGiB is 0 when not given; Fargate's default is 20.
	EphemeralStorageGiB int32
	// Override is what the task shows as its overrides: an entry for each container
	// of the definition, with only the name where nothing was overridden.
	Override types.TaskOverride
}

// ApplyOverrides resolves a registered definition for tasks of the given launch
// type, which decides whether the size must be one of Fargate's. The override may be
// nil; it is not changed, but the result refers to parts of it. Errors are
// *types.InvalidParameterException in the words of ECS, *types.ClientException for
// roles.
//
// Source: ECS API reference, TaskOverride; field reports.
func ApplyOverrides(def *types.TaskDefinition, o *types.TaskOverride, launchType types.LaunchType) (Resolved, error) {
	if o != nil && wire.Size(o) > maxOverrideLength {
		return Resolved{}, invalid("Container Overrides length must be at most %d", maxOverrideLength)
	}
	return ReapplyOverrides(def, o, launchType)
}

// ReapplyOverrides is ApplyOverrides for a task that there is, whose override was not too long.
func ReapplyOverrides(def *types.TaskDefinition, o *types.TaskOverride, launchType types.LaunchType) (Resolved, error) {
	r := Unchanged(def)
	if o == nil {
		return r, nil
	}
	if slices.ContainsFunc(o.ContainerOverrides, overrides) {
		r.Containers = slices.Clone(r.Containers)
	}
	for i := range o.ContainerOverrides {
		if err := r.overrideContainer(&o.ContainerOverrides[i]); err != nil {
			return Resolved{}, err
		}
		if len(o.ContainerOverrides[i].ResourceRequirements) > 0 && launchType == types.LaunchTypeFargate {
			return Resolved{}, invalid(noGPUOnFargate)
		}
	}
	if err := r.overrideSize(o); err != nil {
		return Resolved{}, err
	}
	if err := r.checkSize(IsWindows(def), launchType); err != nil {
		return Resolved{}, err
	}
	if s := o.EphemeralStorage; s != nil {
		if err := checkStorageSize(s, launchType == types.LaunchTypeFargate, invalid); err != nil {
			return Resolved{}, err
		}
		r.EphemeralStorageGiB = s.SizeInGiB
		r.Override.EphemeralStorage = s
	}
	if err := r.overrideRoles(def, o); err != nil {
		return Resolved{}, err
	}
	return r, nil
}

// Unchanged is what a registered definition says without overrides.
func Unchanged(def *types.TaskDefinition) Resolved {
	r := Resolved{
		Containers:       def.ContainerDefinitions,
		CPU:              value(def.Cpu),
		Memory:           value(def.Memory),
		TaskRoleArn:      value(def.TaskRoleArn),
		ExecutionRoleArn: value(def.ExecutionRoleArn),
	}
	if def.EphemeralStorage != nil {
		r.EphemeralStorageGiB = def.EphemeralStorage.SizeInGiB
	}
	// ECS0008: each container has its entry, overridden or not.
	r.Override.ContainerOverrides = make([]types.ContainerOverride, len(r.Containers))
	for i := range r.Containers {
		r.Override.ContainerOverrides[i].Name = r.Containers[i].Name
	}
	//lint:ignore SA1019 ECS still answers the retired member, always empty
	r.Override.InferenceAcceleratorOverrides = []types.InferenceAcceleratorOverride{}
	return r
}

// overrides tells whether an entry has more than its name, as those that tasks show
// for containers without overrides don't.
func overrides(o types.ContainerOverride) bool {
	return len(o.Command)+len(o.Environment)+len(o.EnvironmentFiles)+len(o.ResourceRequirements) > 0 ||
		o.Cpu != nil || o.Memory != nil || o.MemoryReservation != nil
}

// overrideContainer applies one entry. Empty lists override nothing and are not
// shown. Of two entries for one container the later wins, member by member.
func (r *Resolved) overrideContainer(o *types.ContainerOverride) error {
	name := value(o.Name)
	switch {
	case name == "" && !overrides(*o): // ECS0097
		return nil
	case name == "":
		return invalid("name cannot be blank.") // ECS0097
	}
	at := slices.IndexFunc(r.Containers, func(c types.ContainerDefinition) bool { return value(c.Name) == name })
	if at < 0 {
		return invalid("Override for container named %s is not a container in the TaskDefinition.", name)
	}
	if slices.ContainsFunc(o.Environment, unnamed) {
		return invalid("Environment variable name cannot be null or blank.") // the words of ECS0096, by analogy
	}
	if err := checkEnvironmentFileList(o.EnvironmentFiles, invalid); err != nil {
		return err
	}
	c, shown := &r.Containers[at], &r.Override.ContainerOverrides[at]
	if len(o.Command) > 0 {
		shown.Command, c.Command = o.Command, o.Command
	}
	if len(o.Environment) > 0 {
		shown.Environment = o.Environment
		c.Environment = mergeEnvironment(c.Environment, o.Environment)
	}
	if len(o.EnvironmentFiles) > 0 {
		shown.EnvironmentFiles, c.EnvironmentFiles = o.EnvironmentFiles, o.EnvironmentFiles
	}
	if len(o.ResourceRequirements) > 0 {
		if err := checkResourceRequirements(&types.ContainerDefinition{Name: o.Name, ResourceRequirements: o.ResourceRequirements}); err != nil {
			return err
		}
		shown.ResourceRequirements, c.ResourceRequirements = o.ResourceRequirements, o.ResourceRequirements
	}
	if o.Cpu != nil {
		shown.Cpu, c.Cpu = o.Cpu, *o.Cpu
	}
	if o.Memory != nil {
		shown.Memory, c.Memory = o.Memory, o.Memory
	}
	if o.MemoryReservation != nil {
		shown.MemoryReservation, c.MemoryReservation = o.MemoryReservation, o.MemoryReservation
	}
	return nil
}

// overrideSize applies the task-level cpu and memory; the task shows them as sent.
func (r *Resolved) overrideSize(o *types.TaskOverride) error {
	r.Override.Cpu, r.Override.Memory = o.Cpu, o.Memory
	if o.Cpu != nil {
		r.CPU = *o.Cpu
		if err := normaliseCPU(&r.CPU, invalid); err != nil {
			return err
		}
	}
	if o.Memory != nil {
		r.Memory = *o.Memory
		return normaliseMemory(&r.Memory, invalid)
	}
	return nil
}

// checkSize holds effective sizes to the rules of registration.
func (r *Resolved) checkSize(windows bool, launchType types.LaunchType) error {
	err := checkSizes(r.Containers, taskAmount(&r.CPU), taskAmount(&r.Memory), invalid)
	if err != nil || launchType != types.LaunchTypeFargate {
		return err
	}
	return checkFargateSize(r.CPU, r.Memory, windows, invalid)
}

// Roles are the ARNs of the roles of a task: its override's, or else its definition's; empty: it has none. Its error is for an
// override of what is no role.
func Roles(def *types.TaskDefinition, o *types.TaskOverride) (task, execution string, err error) {
	r := Resolved{TaskRoleArn: value(def.TaskRoleArn), ExecutionRoleArn: value(def.ExecutionRoleArn)}
	if o != nil {
		err = r.overrideRoles(def, o)
	}
	return r.TaskRoleArn, r.ExecutionRoleArn, err
}

// overrideRoles replaces roles. A bare name is one of the definition's account. An
// empty one overrides nothing: the Terraform provider sends both in each override, and
// its public acceptance tests run such tasks. That the task then shows none is the
// emulator's choice.
func (r *Resolved) overrideRoles(def *types.TaskDefinition, o *types.TaskOverride) error {
	var env Env
	if parts := strings.SplitN(value(def.TaskDefinitionArn), ":", 6); len(parts) == 6 {
		env = Env{Partition: parts[1], Account: parts[4]}
	}
	for _, role := range [...]struct {
		sent      *string
		shown     **string
		effective *string
	}{
		{o.TaskRoleArn, &r.Override.TaskRoleArn, &r.TaskRoleArn},
		{o.ExecutionRoleArn, &r.Override.ExecutionRoleArn, &r.ExecutionRoleArn},
	} {
		if value(role.sent) == "" {
			continue
		}
		arn, ok := roleARN(*role.sent, env)
		if !ok {
			return refuse("Role is not valid")
		}
		*role.effective = arn
		*role.shown = &arn
	}
	return nil
}
