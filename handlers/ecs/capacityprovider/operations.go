package capacityprovider

import (
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/kit"
)

// API answers these operations.
type API struct {
	kit.Base
}

func New(b kit.Base) *API { return &API{Base: b} }

func (a *API) Operations() []awsapi.Operation {
	return []awsapi.Operation{
		awsapi.Partial("CreateCapacityProvider", "providers of Auto Scaling groups; managed instances are refused", a.CreateCapacityProvider),
		awsapi.Partial("UpdateCapacityProvider", "as CreateCapacityProvider", a.UpdateCapacityProvider),
		awsapi.Works("DeleteCapacityProvider", "INACTIVE ones are described by name for an hour", a.DeleteCapacityProvider),
		awsapi.Works("DescribeCapacityProviders", "in order of their names", a.DescribeCapacityProviders),
	}
}
