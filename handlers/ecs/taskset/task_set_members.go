package taskset

import (
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/launch"
	"github.com/ecs-emulator/ecs-emulator/internal/base/member"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs"
)

// CreateTaskSetTable says what becomes of the members of a task set.
var (
	CreateTaskSetTable = member.Of[sdk.CreateTaskSetInput]("CreateTaskSet", launch.CapacityMembers, launch.LaunchTypeMembers,
		member.Act("clientToken", "cluster", "externalId"),
		member.RefuseAs("loadBalancers[].advancedConfiguration", "loadBalancers.advancedConfiguration is only supported with the ECS deployment controller."),
		member.Act("loadBalancers[].containerName", "loadBalancers[].containerPort"),
		member.Refuse("loadBalancers[].loadBalancerName", "needs Classic Load Balancers, which AWS does not take here either"),
		member.Act("loadBalancers[].targetGroupArn", "scale.unit", "scale.value", "service"),
		member.Act("serviceRegistries[].containerName", "serviceRegistries[].containerPort", "serviceRegistries[].port", "serviceRegistries[].registryArn"),
		member.Act("tags[].key", "tags[].value", "taskDefinition"),
	)
	CreateTaskSetMembers = member.NewPlan[sdk.CreateTaskSetInput](CreateTaskSetTable, launch.NetworkTable)
)
