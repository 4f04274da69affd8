// Package taskdef holds the rules of ECS task definitions: what RegisterTaskDefinition
// refuses and with which words, which defaults it fills in, where a definition can
// run, what overrides do to it, and how much room its tasks need.
//
// Everything here is a pure function on the SDK's types; nothing is stored. Where a
// refusal's wording has no public source, the rule says so in a comment.
package taskdef

import (
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/wire"
)

// maxEncodedBytes is the size limit of a task definition.
// Source: ECS service quotas, "Task definition size limit 64 KiB".
const maxEncodedBytes = 64 * 1024

// Env is what a registration takes from the caller's surroundings.
type Env struct {
	// Partition ("aws" when empty) and Account (12 digits) make an ARN of a role that
	// was given by its bare name.
	Partition, Account string
	// RequestBytes is the length of the request's JSON; 0 when it is not known.
	RequestBytes int
	// InRegistry reports whether an image has a name at the emulator's own registry, which stands for Amazon ECR. Nil: none has.
	InRegistry func(image string) bool
}

// isECR reports whether an image is in a private repository of Amazon ECR, by its name on AWS or here.
func (e Env) isECR(image string) bool {
	return IsECRImage(image) || e.InRegistry != nil && e.InRegistry(image)
}

// smallRequest is how long, in bytes, a request is whose definition keeps the limit
// for sure: it is less than fifteen times as long, and 4 kB of required attributes.
// To write out each definition to see its length would be a tenth of a registration.
const smallRequest = 4096

// rules are the checks of RegisterTaskDefinition in the order in which ECS reports
// them: only the first broken rule is told. A rule may rewrite its own members of
// the definition into their normal form.
var rules = []func(*types.TaskDefinition) error{
	checkFamily,
	checkContainers,
	checkTaskSize, // before the essential container, and that before Fargate's network mode (ECS0024)
	checkEssential,
	checkNetworkMode,
	checkLinks,
	checkContainerSizes,
	checkPortMappings,
	checkVolumes,
	checkMountPoints,
	checkVolumesFrom,
	checkDependencies,
	checkHealthChecks,
	checkLogConfigurations,
	checkEnvironment,
	checkSecrets,
	checkRepositoryCredentials,
	checkEnvironmentFiles,
	checkContainerSettings,
	checkProcessNamespaces,
	checkProxyConfiguration,
	checkPlacementConstraints,
	checkRuntimePlatform,
	checkInferenceAccelerators,
	checkEphemeralStorage,
}

// Register validates a RegisterTaskDefinition request and returns the definition as
// ECS would record it: defaults filled in, task cpu and memory as plain numbers,
// roles as ARNs, compatibilities and required attributes computed.
//
// The first broken rule is returned as *types.ClientException, a few as
// *types.InvalidParameterException, with the words of ECS. The request becomes the
// result: in is of no use afterwards, but for its tags. The result's ARN, revision,
// status and registration facts are the caller's to add; the tags of the request are
// the caller's to check.
//
// Source: ECS API reference, RegisterTaskDefinition and ContainerDefinition; field
// reports for the messages.
func Register(in *ecs.RegisterTaskDefinitionInput, env Env) (*types.TaskDefinition, error) {
	def := definition(in)
	// First of all, as some rules compare all members of a list with each other.
	if err := checkEncodedSize(def, env); err != nil {
		return nil, err
	}
	for _, rule := range rules {
		if err := rule(def); err != nil {
			return nil, err
		}
	}
	if err := expandRoles(def, env); err != nil {
		return nil, err
	}
	fargateErr := checkFargate(def, env)
	def.Compatibilities = compatibilities(def, fargateErr == nil)
	if err := checkRequiresCompatibilities(def, fargateErr); err != nil {
		return nil, err
	}
	fillDefaults(def)
	def.RequiresAttributes = requiresAttributes(def, env)
	if err := checkEncodedSize(def, env); err != nil {
		return nil, err
	}
	return def, nil
}

// definition is what a request says of the definition. Both have the same memory,
// because a copy would cost a tenth of a registration and no caller keeps the request.
func definition(in *ecs.RegisterTaskDefinitionInput) *types.TaskDefinition {
	return &types.TaskDefinition{
		ContainerDefinitions: in.ContainerDefinitions,
		Cpu:                  in.Cpu,
		EnableFaultInjection: in.EnableFaultInjection,
		EphemeralStorage:     in.EphemeralStorage,
		ExecutionRoleArn:     in.ExecutionRoleArn,
		Family:               in.Family,
		//lint:ignore SA1019 the member is retired, but clients still send it and are refused with its name
		InferenceAccelerators:   in.InferenceAccelerators,
		IpcMode:                 in.IpcMode,
		Memory:                  in.Memory,
		NetworkMode:             in.NetworkMode,
		PidMode:                 in.PidMode,
		PlacementConstraints:    in.PlacementConstraints,
		ProxyConfiguration:      in.ProxyConfiguration,
		RequiresCompatibilities: in.RequiresCompatibilities,
		RuntimePlatform:         in.RuntimePlatform,
		TaskRoleArn:             in.TaskRoleArn,
		Volumes:                 in.Volumes,
	}
}

func checkEncodedSize(def *types.TaskDefinition, env Env) error {
	if 0 < env.RequestBytes && env.RequestBytes <= smallRequest {
		return nil
	}
	if n := wire.Size(def); n > maxEncodedBytes {
		return refuse("Actual length: '%d'. Max allowed length is '%d' bytes.", n, maxEncodedBytes)
	}
	return nil
}

// fillDefaults sets what ECS answers for members that were not sent.
func fillDefaults(def *types.TaskDefinition) {
	if def.PlacementConstraints == nil {
		def.PlacementConstraints = []types.TaskDefinitionPlacementConstraint{}
	}
	if def.Volumes == nil {
		def.Volumes = []types.Volume{}
	}
	for i := range def.Volumes {
		fillVolume(&def.Volumes[i])
	}
	for i := range def.ContainerDefinitions {
		fillContainer(&def.ContainerDefinitions[i], def.NetworkMode)
	}
}
