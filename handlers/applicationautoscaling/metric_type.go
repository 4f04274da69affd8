package applicationautoscaling

import (
	"github.com/ecs-emulator/ecs-emulator/internal/aws/applicationautoscaling/managedalarm"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/applicationautoscaling/types"
)

// metricTypes are the predefined metrics, with those of high resolution that the SDK does not know. AWS's order has not been
// seen.
func metricTypes() (list []string) {
	for _, t := range append(types.MetricType("").Values(), managedalarm.CPUHighResolution, managedalarm.MemoryHighResolution) {
		list = append(list, string(t))
	}
	return list
}
