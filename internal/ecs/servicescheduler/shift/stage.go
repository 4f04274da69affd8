package shift

import (
	"slices"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

type Stage = types.ServiceDeploymentLifecycleStage

// Short names of the stages.
const (
	reconcile      = types.ServiceDeploymentLifecycleStageReconcileService
	preScaleUp     = types.ServiceDeploymentLifecycleStagePreScaleUp
	scaleUp        = types.ServiceDeploymentLifecycleStageScaleUp
	postScaleUp    = types.ServiceDeploymentLifecycleStagePostScaleUp
	testShift      = types.ServiceDeploymentLifecycleStageTestTrafficShift
	postTest       = types.ServiceDeploymentLifecycleStagePostTestTrafficShift
	preProduction  = state.StagePreProductionTrafficShift
	production     = types.ServiceDeploymentLifecycleStageProductionTrafficShift
	postProduction = types.ServiceDeploymentLifecycleStagePostProductionTrafficShift
	bakeTime       = types.ServiceDeploymentLifecycleStageBakeTime
	cleanUp        = types.ServiceDeploymentLifecycleStageCleanUp
)

// order is the order of the stages; a deployment that shifts traffic in steps is at preProduction and
// production once for each.
var order = []Stage{
	reconcile, preScaleUp, scaleUp, postScaleUp, testShift, postTest, preProduction, production, postProduction, bakeTime, cleanUp,
}

// before reports whether a stage comes before another one.
func before(s, other Stage) bool { return slices.Index(order, s) < slices.Index(order, other) }

// ScalesUp reports whether a deployment is at the stage in which its tasks start.
func ScalesUp(s *state.TrafficShift) bool { return !s.Back && s.Stage == scaleUp }

// Reconciles reports whether a deployment still settles what others have left.
func Reconciles(s *state.TrafficShift) bool { return s.Stage == reconcile && !s.Back }

// Holds reports whether revisions that are neither of the two keep their tasks: traffic is yet to settle on
// the source.
func Holds(s *state.TrafficShift) bool {
	switch {
	case s.Source == "":
		return false
	case s.Back:
		return s.From == reconcile && s.Stage != cleanUp
	default:
		return s.Stage == reconcile && s.Shifted.IsZero()
	}
}

// Cleaning reports whether a deployment is at its last stage.
func Cleaning(s *state.TrafficShift) bool { return s.Stage == cleanUp }

// CleansUp reports whether the tasks of the revision go that has no traffic any more.
func CleansUp(s *state.TrafficShift) bool {
	return s.Stage == cleanUp && (s.Back || !s.Shifted.IsZero())
}

// Wants reports which revisions are to have the desired count of tasks: both, but for green before its
// tasks start, and that which goes at the end.
func Wants(s *state.TrafficShift) (target, source bool) {
	switch {
	case s.Back:
		return !before(s.From, scaleUp) && s.Stage != cleanUp, true
	default:
		return !before(s.Stage, scaleUp), !CleansUp(s)
	}
}

// shiftedTest reports whether a deployment that goes back has led test traffic to green.
func shiftedTest(s *state.TrafficShift) bool { return !before(s.From, testShift) }

// shiftedProduction reports whether a deployment that goes back has led production traffic to green.
func shiftedProduction(s *state.TrafficShift) bool {
	return !before(s.From, production) || s.From == preProduction && s.Step > 0
}
