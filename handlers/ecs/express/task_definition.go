package express

import (
	"errors"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/kit"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/iam"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/express"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/express/composition"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/taskdef"
)

// define holds a service against the task definition that it is to have, and takes from a user's what the service shows.
func (a *API) define(tx *store.Tx, s *express.Service) error {
	if s.Asked.TaskDefinition == "" {
		return a.checkRegistration(tx, s)
	}
	found, err := kit.FindTaskDefinition(tx, s.Scope, s.Asked.TaskDefinition)
	if err != nil {
		return err
	}
	if err := kit.CheckActive(found, kit.ClientError); err != nil {
		return err
	}
	return adopt(&s.Asked, found.Definition())
}

// checkRegistration refuses what RegisterTaskDefinition would refuse, in its words, but as an error that these operations have.
func (a *API) checkRegistration(tx *store.Tx, s *express.Service) error {
	def, err := taskdef.Register(composition.Definition(s), taskdef.Env{Partition: s.Scope.Partition(), Account: s.Scope.Account, InRegistry: a.inRegistry})
	if refused, is := errors.AsType[*types.ClientException](err); is {
		return kit.InvalidParameter(aws.ToString(refused.Message))
	}
	if err != nil {
		return err
	}
	return a.CheckRoles(tx, s.Scope, aws.ToString(def.TaskRoleArn), aws.ToString(def.ExecutionRoleArn))
}

// adopt has a configuration show a task definition of the user's, if it is one that Express services can have (ECS0337.8). The words
// of the refusals are the emulator's.
func adopt(c *express.Configuration, def *types.TaskDefinition) error {
	port, err := portOf(def)
	if err != nil {
		return err
	}
	platform := def.RuntimePlatform
	if platform == nil {
		platform = &types.RuntimePlatform{}
	}
	architecture := types.ExpressCpuArchitecture(platform.CpuArchitecture)
	if architecture == "" {
		architecture = types.ExpressCpuArchitectureX8664
	}
	switch {
	case !slices.Contains(def.RequiresCompatibilities, types.CompatibilityFargate):
		return unfit("must require the compatibility FARGATE")
	case def.NetworkMode != types.NetworkModeAwsvpc:
		return unfit("must have the network mode awsvpc")
	case platform.OperatingSystemFamily != "" && platform.OperatingSystemFamily != types.OSFamilyLinux:
		return unfit("must have the operating system family LINUX")
	case !slices.Contains(architecture.Values(), architecture):
		return unfit("must have the CPU architecture X86_64 or ARM64")
	}
	c.TaskDefinition = aws.ToString(def.TaskDefinitionArn)
	c.CPU, c.Memory, c.Architecture, c.ContainerPort = aws.ToString(def.Cpu), aws.ToString(def.Memory), architecture, port
	c.ExecutionRole, c.TaskRole = aws.ToString(def.ExecutionRoleArn), aws.ToString(def.TaskRoleArn)
	return nil
}

// portOf is the port of the container Main, which has one, with a name.
func portOf(def *types.TaskDefinition) (int32, error) {
	at := slices.IndexFunc(def.ContainerDefinitions, func(c types.ContainerDefinition) bool { return aws.ToString(c.Name) == composition.Container })
	if at < 0 {
		return 0, unfit("must have a container " + composition.Container)
	}
	ports := def.ContainerDefinitions[at].PortMappings
	switch {
	case len(ports) != 1, ports[0].ContainerPort == nil, ports[0].Protocol != "" && ports[0].Protocol != types.TransportProtocolTcp:
		return 0, unfit("must have one TCP port mapping in the container " + composition.Container)
	case aws.ToString(ports[0].Name) == "":
		return 0, unfit("must have a name for the port mapping of the container " + composition.Container)
	}
	return *ports[0].ContainerPort, nil
}

func unfit(why string) error {
	return kit.InvalidParameter("The task definition of an Express gateway service " + why + ".")
}

// checkInfrastructureRole refuses a role that ECS cannot assume, unless all are taken. Terraform tries again by these
// words: the source of its resource.
func (a *API) checkInfrastructureRole(tx *store.Tx, s *express.Service) error {
	role := s.InfrastructureRole
	if !arn.Is(role) {
		return kit.InvalidParameter("infrastructureRoleArn is not an ARN: " + role)
	}
	if !a.StrictRoles {
		return nil
	}
	found := iam.RoleByARN(tx, iam.AccountOf(s.Scope), role)
	if found != nil && found.Trusts(iam.Asking{Service: iam.ECS, Source: s.ARN, Account: s.Scope.Account}) {
		return nil
	}
	return &types.AccessDeniedException{Message: aws.String("Cannot assume role " + role)}
}
