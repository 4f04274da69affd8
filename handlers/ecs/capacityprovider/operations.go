package capacityprovider

import (
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/kit"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/launch"
)

// API answers these operations.
type API struct {
	kit.Base
	rules launch.Rules
}

func New(b kit.Base, rules launch.Rules) *API { return &API{Base: b, rules: rules} }

func (a *API) Operations() []awsapi.Operation {
	return []awsapi.Operation{
		awsapi.Partial("CreateCapacityProvider", "of managed instances without capacity reservations, accelerators, local storage as data volume, bandwidths, kinds of disks and hibernation, which are refused by name; prices, FIPS, monitoring, metadata tags and storage size are kept without effect", a.CreateCapacityProvider),
		awsapi.Partial("UpdateCapacityProvider", "as CreateCapacityProvider", a.UpdateCapacityProvider),
		awsapi.Works("DeleteCapacityProvider", "INACTIVE ones are described by name for an hour", a.DeleteCapacityProvider),
		awsapi.Works("DescribeCapacityProviders", "in order of their names", a.DescribeCapacityProviders),
	}
}
