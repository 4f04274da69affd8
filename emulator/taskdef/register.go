// Package taskdef holds the rules of ECS task definitions: what RegisterTaskDefinition
// refuses and with which words, which defaults it fills in, where a definition can
// run, what overrides do to it, and how much room its tasks need.
//
// Everything here is a pure function on the SDK's types; nothing is stored. Where a
// refusal's wording has no public source, the rule says so in a comment.
package taskdef

import (
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

// maxEncodedBytes is the size limit of a task definition.
// Source: ECS service quotas, "Task definition size limit 64 KiB".
const maxEncodedBytes = 64 * 1024

// Env is what a registration takes from the caller's surroundings. Both parts are
// only used to make an ARN of a role that was given by its bare name.
type Env struct {
	Partition string // "aws" when empty
	Account   string // 12 digits
}

// rules are the checks of RegisterTaskDefinition in the order in which ECS reports
// them: only the first broken rule is told. A rule may rewrite its own members of
// the definition into their normal form.
var rules = []func(*types.TaskDefinition) error{
	checkFamily,
	checkContainers,
	checkEssential,
	checkNetworkMode,
	checkLinks,
	checkTaskSize,
	checkContainerSizes,
	checkPortMappings,
	checkVolumes,
	checkMountPoints,
	checkVolumesFrom,
	checkDependencies,
	checkHealthChecks,
	checkLogConfigurations,
	checkSecrets,
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
// *types.InvalidParameterException, with the words of ECS. The result shares no
// memory with in, which is not changed. Its ARN, revision, status and registration
// facts are the caller's to add; the tags of the request are the caller's to check.
//
// Source: ECS API reference, RegisterTaskDefinition and ContainerDefinition; field
// reports for the messages.
func Register(in *ecs.RegisterTaskDefinitionInput, env Env) (*types.TaskDefinition, error) {
	def := cloneInput(in)
	if members(def) > manyMembers {
		if err := checkEncodedSize(def); err != nil {
			return nil, err
		}
	}
	for _, rule := range rules {
		if err := rule(def); err != nil {
			return nil, err
		}
	}
	if err := expandRoles(def, env); err != nil {
		return nil, err
	}
	fargateErr := checkFargate(def)
	def.Compatibilities = compatibilities(def, fargateErr == nil)
	if err := checkRequiresCompatibilities(def, fargateErr); err != nil {
		return nil, err
	}
	fillDefaults(def)
	def.RequiresAttributes = requiresAttributes(def)
	if err := checkEncodedSize(def); err != nil {
		return nil, err
	}
	return def, nil
}

// manyMembers is how many list members make Register look at the size first: some
// rules compare all members of a list with each other.
const manyMembers = 2000

func members(def *types.TaskDefinition) int {
	n := len(def.Volumes) + len(def.ContainerDefinitions)
	for i := range def.ContainerDefinitions {
		c := &def.ContainerDefinitions[i]
		n += len(c.MountPoints) + len(c.Secrets) + len(c.Environment) + len(c.PortMappings) + len(c.DependsOn) + len(c.VolumesFrom)
	}
	return n
}

func checkEncodedSize(def *types.TaskDefinition) error {
	if n := encodedSize(def); n > maxEncodedBytes {
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
