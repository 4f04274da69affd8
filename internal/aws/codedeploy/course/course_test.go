package course_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/codedeploy/course"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/codedeploy/types"
)

func canary(percent, interval int32) types.TrafficRoutingConfig {
	return types.TrafficRoutingConfig{
		Type: types.TrafficRoutingTypeTimeBasedCanary, TimeBasedCanary: &types.TimeBasedCanary{CanaryPercentage: percent, CanaryInterval: interval},
	}
}

func linear(percent, interval int32) types.TrafficRoutingConfig {
	return types.TrafficRoutingConfig{
		Type: types.TrafficRoutingTypeTimeBasedLinear, TimeBasedLinear: &types.TimeBasedLinear{LinearPercentage: percent, LinearInterval: interval},
	}
}

func TestCourses(t *testing.T) {
	for _, c := range []struct {
		what string
		of   types.TrafficRoutingConfig
		want course.Course
	}{
		{"ECSAllAtOnce", types.TrafficRoutingConfig{Type: types.TrafficRoutingTypeAllAtOnce}, course.Course{Steps: []float64{100}}},
		{"nothing", types.TrafficRoutingConfig{}, course.Course{Steps: []float64{100}}},
		{"ECSCanary10Percent5Minutes", canary(10, 5), course.Course{Steps: []float64{10, 100}, Wait: 5 * time.Minute}},
		{"ECSCanary10Percent15Minutes", canary(10, 15), course.Course{Steps: []float64{10, 100}, Wait: 15 * time.Minute}},
		{"ECSLinear10PercentEvery1Minutes", linear(10, 1), course.Course{Steps: []float64{10, 20, 30, 40, 50, 60, 70, 80, 90, 100}, Wait: time.Minute}},
		{"one of a user", linear(30, 2), course.Course{Steps: []float64{30, 60, 90, 100}, Wait: 2 * time.Minute}},
		{"canary without its part", types.TrafficRoutingConfig{Type: types.TrafficRoutingTypeTimeBasedCanary}, course.Course{Steps: []float64{100}}},
	} {
		if diff := cmp.Diff(c.want, course.Of(c.of)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.what, diff)
		}
	}
	if !course.Of(types.TrafficRoutingConfig{}).AtOnce() || course.Of(canary(10, 5)).AtOnce() {
		t.Error("a canary does not go at once")
	}
}

// Steps of all percentages rise to 100.
func TestStepsRise(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		percent := rapid.Int32Range(1, 99).Draw(t, "percent")
		of := rapid.SampledFrom([]types.TrafficRoutingConfig{canary(percent, 1), linear(percent, 1)}).Draw(t, "configuration")
		last := 0.0
		for _, step := range course.Of(of).Steps {
			if step <= last || step > 100 {
				t.Fatalf("%v after %v", step, last)
			}
			last = step
		}
		if last != 100 {
			t.Fatalf("it ends with %v", last)
		}
	})
}
