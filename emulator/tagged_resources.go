package emulator

import (
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/tagging"
	"github.com/ecs-emulator/ecs-emulator/handlers/resourcegroupstaggingapi"
)

// api is an API of AWS.
type api interface{ Service() awsapi.Service }

// withTags are the services of APIs, and behind them the Resource Groups Tagging API, which asks those that have tags.
func withTags(o resourcegroupstaggingapi.Options, apis ...api) (services []awsapi.Service) {
	for _, a := range apis {
		services = append(services, a.Service())
		if tagged, has := a.(tagging.Service); has {
			o.Sources = append(o.Sources, tagged.Tagged()...)
		}
	}
	return append(services, resourcegroupstaggingapi.New(o).Service())
}
