package autoscaling

import (
	_ "embed"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/constraint"
)

//go:embed model.json
var table []byte

// model is what the service model demands of requests.
var model = constraint.New(table, constraint.Style{
	Code: "ValidationError", PatternFirst: true,
	// Values of which the model has only the length. Source: EC2 Auto Scaling API reference.
	Seen: map[string]constraint.Shape{
		"InstancesDistribution.OnDemandAllocationStrategy": {Values: []string{"lowest-price", "prioritized"}},
		"InstancesDistribution.SpotAllocationStrategy": {
			Values: []string{"lowest-price", "capacity-optimized", "capacity-optimized-prioritized", "price-capacity-optimized"},
		},
		"InstancesDistribution.OnDemandBaseCapacity":                constraint.Range(0, 1<<31-1),
		"InstancesDistribution.OnDemandPercentageAboveBaseCapacity": constraint.Range(0, 100),
		"InstancesDistribution.SpotInstancePools":                   constraint.Range(1, 20),
	},
})
