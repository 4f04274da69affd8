package servicescheduler

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
)

func blueGreen(hooks ...types.DeploymentLifecycleHook) types.DeploymentConfiguration {
	return types.DeploymentConfiguration{Strategy: types.DeploymentStrategyBlueGreen, BakeTimeInMinutes: aws.Int32(5), LifecycleHooks: hooks}
}

func TestTheFirstRevisionGoesIntoTheGroupWithoutTraffic(t *testing.T) {
	f := newShiftFixture(t, blueGreen(), nil)
	f.goOn()
	f.expectState("BAKE_TIME, IN_PROGRESS, live 0/100, test 0/100, PRIMARY IN_PROGRESS in green 2/2")
	f.pass(5 * time.Minute)
	f.expectState("CLEAN_UP, SUCCESSFUL, live 0/100, test 0/100, PRIMARY COMPLETED in green 2/2")
}

func TestBlueGreen(t *testing.T) {
	f := newShiftFixture(t, blueGreen(), nil)
	f.pass(time.Hour)
	since := len(f.messages())
	f.release()
	f.schedule()
	f.expectState("SCALE_UP, IN_PROGRESS, live 0/100, test 0/100, PRIMARY IN_PROGRESS in blue 2/2, ACTIVE COMPLETED in green 2/2")
	f.away = true
	f.goOn()
	f.expectState("TEST_TRAFFIC_SHIFT, IN_PROGRESS, live 0/100, test 100/0, PRIMARY IN_PROGRESS in blue 2/2, ACTIVE COMPLETED in green 2/2")
	f.away = false
	f.obeyRules()
	f.away = true
	f.goOn()
	f.expectState("PRODUCTION_TRAFFIC_SHIFT, IN_PROGRESS, live 100/0, test 100/0, PRIMARY IN_PROGRESS in blue 2/2, ACTIVE COMPLETED in green 2/2")
	f.now = f.now.Add(time.Hour)
	f.goOn()
	f.expectState("PRODUCTION_TRAFFIC_SHIFT, IN_PROGRESS, live 100/0, test 100/0, PRIMARY IN_PROGRESS in blue 2/2, ACTIVE COMPLETED in green 2/2")
	f.away = false
	f.goOn()
	f.expectState("BAKE_TIME, IN_PROGRESS, live 100/0, test 100/0, PRIMARY IN_PROGRESS in blue 2/2, ACTIVE COMPLETED in green 2/2")
	f.pass(5 * time.Minute)
	f.expectState("CLEAN_UP, SUCCESSFUL, live 100/0, test 100/0, PRIMARY COMPLETED in blue 2/2")
	f.expectMessages(since,
		"(service web, taskSet ecs-svc/1) has started 2 tasks: (task T) (task T).",
		"(service web) registered 2 targets in (target-group "+f.blue+")",
		"(service web, taskSet ecs-svc/1) has stopped 2 running tasks: (task T) (task T).",
		"(service web) deregistered 2 targets in (target-group "+f.green+")",
		"(service web, taskSet ecs-svc/1) has begun draining connections on 2 tasks.",
		"(service web) (deployment ecs-svc/1) deployment completed.",
		"(service web) has reached a steady state.")
}
