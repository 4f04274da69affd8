package shift

import (
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"pgregory.net/rapid"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
)

func TestCourses(t *testing.T) {
	blueGreen := &types.DeploymentConfiguration{Strategy: types.DeploymentStrategyBlueGreen, BakeTimeInMinutes: aws.Int32(3)}
	canary := &types.DeploymentConfiguration{Strategy: types.DeploymentStrategyCanary, CanaryConfiguration: &types.CanaryConfiguration{CanaryPercent: aws.Float64(0.1)}}
	linear := &types.DeploymentConfiguration{Strategy: types.DeploymentStrategyLinear, LinearConfiguration: &types.LinearConfiguration{
		StepPercent: aws.Float64(30), StepBakeTimeInMinutes: aws.Int32(0),
	}}
	for _, c := range []struct {
		of    *types.DeploymentConfiguration
		first bool
		steps []float64
		each  time.Duration
	}{
		{blueGreen, false, []float64{100}, 0},
		{canary, false, []float64{0.1, 100}, 10 * time.Minute},
		{canary, true, []float64{100}, 0},
		{linear, false, []float64{30, 60, 90, 100}, 0},
		{&types.DeploymentConfiguration{Strategy: types.DeploymentStrategyLinear}, false, []float64{10, 20, 30, 40, 50, 60, 70, 80, 90, 100}, 6 * time.Minute},
	} {
		if got := NewCourse(c.of, c.first); !slices.Equal(got.Steps, c.steps) || got.StepBake != c.each {
			t.Errorf("%s: %v, each for %v; want %v, %v", c.of.Strategy, got.Steps, got.StepBake, c.steps, c.each)
		}
	}
	if got := NewCourse(blueGreen, false).Bake; got != 3*time.Minute {
		t.Errorf("it bakes for %v", got)
	}
}

// Steps of all percentages rise to 100, and the weights of both groups are all of it.
func TestStepsRise(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		percent := float64(rapid.IntRange(1, 1000).Draw(t, "tenths")) / 10
		c := &types.DeploymentConfiguration{
			Strategy:            rapid.SampledFrom([]types.DeploymentStrategy{types.DeploymentStrategyCanary, types.DeploymentStrategyLinear}).Draw(t, "strategy"),
			CanaryConfiguration: &types.CanaryConfiguration{CanaryPercent: &percent}, LinearConfiguration: &types.LinearConfiguration{StepPercent: &percent},
		}
		last := 0.0
		for _, step := range NewCourse(c, false).Steps {
			if step <= last || step > 100 {
				t.Fatalf("%v after %v", step, last)
			}
			last = step
			w := pair{target: "green", source: "blue"}.weights(step)
			if sum := w["green"] + w["blue"]; sum != 1000 && sum != 100 || w["green"] == 0 || w["blue"] < 0 {
				t.Fatalf("%v percent are %v", step, w)
			}
		}
		if last != 100 {
			t.Fatalf("it ends with %v", last)
		}
	})
}
