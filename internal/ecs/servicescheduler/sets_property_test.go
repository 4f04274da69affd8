package servicescheduler

import (
	"math"
	"math/big"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state/taskset"
	"pgregory.net/rapid"
)

// TestTheSchedulerKeepsItsPromisesToTaskSets does anything to a service with task sets in any order: sets come, are scaled,
// become PRIMARY and go; tasks fail and fall ill; container instances come, drain and die. A plan that has been carried out
// makes the next one empty (see fixture.schedule), each set has its exact share in the end, and those that were deleted are
// gone.
func TestTheSchedulerKeepsItsPromisesToTaskSets(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := newSetsFixture(t, func(s *state.Service) { s.DesiredCount = rapid.IntRange(0, 4).Draw(t, "desired") })
		drawn := map[string]*big.Rat{} // scales by ARN
		actions := f.ordealOfInstances(tasksOnInstances[0])
		delete(actions, "deploy")
		delete(actions, "abort")
		f.ordealOfSets(actions, drawn)
		actions["configure"] = func(t *rapid.T) {
			maximum, minimum := rapid.SampledFrom([]int32{100, 150, 200}).Draw(t, "maximumPercent"), rapid.SampledFrom([]int32{0, 50, 100}).Draw(t, "minimumHealthyPercent")
			f.change(percentages(maximum, minimum))
		}
		t.Repeat(actions)
		for i := range 5 { // room for the four tasks of five sets
			f.reconnect(i)
			f.instance(i, func(c *state.ContainerInstance) { c.Status, c.AgentConnected = state.InstanceActive, true })
		}
		if rapid.Bool().Draw(t, "deleted") {
			f.deleteService()
			f.settle()
			if s := f.service(); s != nil && s.Status() != state.ServiceInactive || len(f.sets()) > 0 || len(f.tasks()) > 0 {
				t.Fatalf("the deleted service is %+v with %d task sets and %d tasks", s, len(f.sets()), len(f.tasks()))
			}
			return
		}
		f.settle()
		f.checkSets(drawn)
	})
}

// ordealOfSets is what can happen to task sets, by handlers.
func (f *fixture) ordealOfSets(actions map[string]func(*rapid.T), drawn map[string]*big.Rat) {
	some := func(change func(t *rapid.T, each *taskset.TaskSet)) func(*rapid.T) {
		return func(t *rapid.T) {
			if sets := f.sets(); len(sets) > 0 {
				change(t, sets[rapid.IntRange(0, len(sets)-1).Draw(t, "set")])
			}
		}
	}
	actions["create"] = func(t *rapid.T) {
		if len(f.sets()) == 5 { // ECS0332.4
			return
		}
		of := f.onFargate
		if rapid.Bool().Draw(t, "on instances") {
			of = f.onEC2
		}
		scale, exact := drawScale(t)
		drawn[f.addSet(scale, of(rapid.Bool().Draw(t, "checked")))] = exact
	}
	actions["scale"] = some(func(t *rapid.T, each *taskset.TaskSet) {
		if each.DeletedAt.IsZero() {
			scale, exact := drawScale(t)
			f.scaleSet(each.ARN, scale)
			drawn[each.ARN] = exact
		}
	})
	actions["promote"] = some(func(_ *rapid.T, each *taskset.TaskSet) {
		if each.DeletedAt.IsZero() {
			f.promote(each.ID)
		}
	})
	actions["delete"] = some(func(_ *rapid.T, each *taskset.TaskSet) {
		if each.DeletedAt.IsZero() {
			f.deleteSet(each.ARN)
		}
	})
	actions["resize"] = func(t *rapid.T) { f.resize(rapid.IntRange(0, 4).Draw(t, "desired")) }
}

// drawScale draws a percentage as a client may write it, and what it is exactly.
func drawScale(t *rapid.T) (float64, *big.Rat) {
	whole := int64(math.Pow10(rapid.IntRange(0, 3).Draw(t, "decimals")))
	exact := big.NewRat(rapid.Int64Range(0, 100*whole).Draw(t, "scale"), whole)
	scale, _ := exact.Float64()
	return scale, exact
}

// checkSets is what the task sets of a settled service must be.
func (f *fixture) checkSets(drawn map[string]*big.Rat) {
	f.t.Helper()
	in, primaries := f.input(), 0
	if verbs := Decide(in).Verbs; len(verbs) > 0 {
		f.t.Fatalf("does not rest: %+v", verbs)
	}
	if f.service().Steady != (len(in.Sets) > 0) {
		f.t.Fatalf("steady %t with %d sets", f.service().Steady, len(in.Sets))
	}
	for _, t := range in.Sets {
		exact := new(big.Rat).Mul(drawn[t.ARN], big.NewRat(int64(in.Service.DesiredCount), 100))
		want := new(big.Int).Quo(exact.Num(), exact.Denom()).Int64()
		if !exact.IsInt() {
			want++
		}
		counts := in.Summary.Of(t.ID)
		if status, _ := t.StabilityStatus(); status != types.StabilityStatusSteadyState || !t.DeletedAt.IsZero() {
			f.t.Fatalf("%s of a settled service is %s and %s", t.ID, t.Status(in.Service), status)
		}
		if int64(t.DesiredCount) != want || int64(counts.Running) != want || int64(counts.Left) != want {
			f.t.Fatalf("%s %% of %d: computed %d, %d RUNNING of %d, want %d", drawn[t.ARN], in.Service.DesiredCount, t.DesiredCount, counts.Running, counts.Left, want)
		}
		if t.Status(in.Service) == taskset.Primary {
			primaries++
		}
	}
	if primaries > 1 {
		f.t.Fatalf("%d PRIMARY sets", primaries)
	}
}
