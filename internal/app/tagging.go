package app

import (
	"cmp"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/tagging"
	"github.com/ecs-emulator/ecs-emulator/handlers/resourcegroupstaggingapi"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sorting"
)

// ServicesOf are the services of APIs, and with them the Resource Groups Tagging API, which asks those that have tags: ECS
// first, as people read them.
func (c *Core) ServicesOf(apis []API) (services []awsapi.Service) {
	o := resourcegroupstaggingapi.Options{Store: c.Store, Now: c.Clock.Now}
	for _, a := range apis {
		services = append(services, a.Service())
		if tagged, has := a.(tagging.Service); has {
			o.Sources = append(o.Sources, tagged.Tagged()...)
		}
	}
	services = append(services, resourcegroupstaggingapi.New(o).Service())
	sorting.By(services, func(a, b awsapi.Service) int {
		return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(a.Title, b.Title))
	})
	return services
}

// rank has people read of ECS before other services.
func rank(s awsapi.Service) int {
	if s.Name == "ecs" {
		return 0
	}
	return 1
}
