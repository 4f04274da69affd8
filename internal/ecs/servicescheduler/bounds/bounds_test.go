package bounds

import (
	"testing"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
)

func TestThreshold(t *testing.T) {
	of := func(kind types.ThresholdType, value int32) *types.ThresholdConfiguration {
		return &types.ThresholdConfiguration{Type: kind, Value: value}
	}
	for _, test := range []struct {
		config  *types.ThresholdConfiguration
		desired int
		want    int
	}{
		{nil, 0, 3}, {nil, 1, 3}, {nil, 7, 4}, {nil, 25, 13}, {nil, 400, 200}, {nil, 800, 200},
		{of(types.ThresholdTypeBoundedPercent, 10), 100, 10},
		{of(types.ThresholdTypeBoundedPercent, 10), 10, 3},
		{of(types.ThresholdTypeUnboundedPercent, 10), 10, 1},
		{of(types.ThresholdTypeUnboundedPercent, 50), 800, 400},
		{of(types.ThresholdTypeCount, 1), 800, 1},
		{of(types.ThresholdTypeCount, 300), 1, 300},
	} {
		if got := Threshold(test.config, test.desired); got != test.want {
			t.Errorf("%+v of %d: %d, want %d", test.config, test.desired, got, test.want)
		}
	}
}
