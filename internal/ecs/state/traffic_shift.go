package state

import (
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
)

// StagePreProductionTrafficShift is a stage that lacks in the SDK's list of them, although
// ServiceDeployment.lifecycleStage names it.
const StagePreProductionTrafficShift types.ServiceDeploymentLifecycleStage = "PRE_PRODUCTION_TRAFFIC_SHIFT"

// TrafficShift is how far a service deployment of a strategy that shifts traffic has come: BLUE_GREEN,
// CANARY or LINEAR. The scheduler writes it.
type TrafficShift struct {
	Stage types.ServiceDeploymentLifecycleStage
	// Step is that of PRE_PRODUCTION_TRAFFIC_SHIFT and PRODUCTION_TRAFFIC_SHIFT, from 0 on.
	Step int
	// Since is when the stage, or its step, began; each may take 24 hours.
	Since time.Time
	// Shifted is when the load balancers had the weights of the stage's step; zero: they have not,
	// or there is none. Its bake time begins then.
	Shifted time.Time
	// Source is the id of the deployment that traffic comes from, and goes back to; empty: there is
	// none, as with the first deployment of a service.
	Source string
	// Back: traffic goes back to the source revision, and From is the stage that it had come to.
	Back bool
	From types.ServiceDeploymentLifecycleStage
}

// DeploymentAlarms is what a service deployment has seen of its CloudWatch alarms. The scheduler
// writes it.
type DeploymentAlarms struct {
	Status    types.ServiceDeploymentRollbackMonitorsStatus
	Names     []string
	Triggered []string
	// Before is how many times each had gone into ALARM when the scheduler began to watch it, by name.
	Before map[string]int
	// BakesSince is when a rolling update had all its tasks: it goes on for the time that the alarms take
	// to tell of trouble. Zero: it has not had them yet.
	BakesSince time.Time
}
