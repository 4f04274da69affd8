package launch

import (
	"slices"

	"github.com/ecs-emulator/ecs-emulator/internal/base/member"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
)

// What RunTask and services have in common.
var (
	CapacityMembers = slices.Concat(
		member.Act("capacityProviderStrategy[].base", "capacityProviderStrategy[].capacityProvider", "capacityProviderStrategy[].weight"),
		member.Keep("platformVersion", "tasks show it; there is one platform, the engine"),
	)
	LaunchTypeMembers = member.Act("launchType")
)

// NetworkTable says what becomes of the members of a network configuration.
var NetworkTable = member.Of[types.AwsVpcConfiguration]("Network: `networkConfiguration.awsvpcConfiguration`",
	member.ActInPart("assignPublicIp", "the address is only shown: nothing answers there"),
	member.Act("securityGroups"),
	member.Act("subnets"),
)
