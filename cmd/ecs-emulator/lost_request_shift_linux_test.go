package main

import (
	"fmt"
	"math"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	cloudwatchtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	elbtypes "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/dockertest"
	"github.com/ecs-emulator/ecs-emulator/internal/base/testall"
)

// share expects a revision to answer so many percent of requests on new connections, give or take 5:
// five times what chance does to them.
func (s *shifted) share(text string, percent float64) {
	s.Helper()
	connections, most := 2500, 5.0
	if percent == 0 || percent == 100 {
		connections, most = 500, 0
	}
	fresh := habits(s.url)[1]
	if s.reach != nil {
		s.reach(fresh)
	}
	var asked, answered atomic.Int64
	var asking sync.WaitGroup
	for range 4 {
		asking.Go(func() {
			for asked.Add(1) <= int64(connections) {
				by, _, err := fresh.ask()
				if err != nil {
					s.Error(err)
					return
				}
				if by == text {
					answered.Add(1)
				}
			}
		})
	}
	asking.Wait()
	got := 100 * float64(answered.Load()) / float64(connections)
	s.Logf("%s has answered %.1f %% of %d, weights %s", text, got, connections, s.weights())
	if math.Abs(got-percent) > most {
		s.Errorf("%s has answered %.1f %%, want %v %%", text, got, percent)
	}
}

// firstStep has a deployment that pauses take its first step, before which its revision has no traffic.
func (s *shifted) firstStep(text string) {
	s.Helper()
	hook := s.paused(1)
	s.share(text, 0)
	s.unseen(text)
	s.goOn(hook)
}

// Traffic shifts, and goes back from all that may fail, and no request is lost.
func TestDockerTrafficShiftsLoseNoRequestUnderLoad(t *testing.T) {
	t.Parallel()
	testall.Only(t, "the other tests on Docker")
	dockertest.Require(t)
	asked, answer := make(chan struct{}), make(chan string)
	target := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked <- struct{}{}
		fmt.Fprint(w, <-answer)
	}))
	t.Cleanup(target.Close)
	s := shiftsUnderLoad(t, "docker", elbtypes.LoadBalancerTypeEnumApplication, keepAsking, "--hook", hookTarget+"="+target.URL)

	s.phase("canary", s.load, func() {
		old := s.deploy("two", pauses(types.DeploymentConfiguration{
			Strategy: types.DeploymentStrategyCanary, BakeTimeInMinutes: aws.Int32(1),
			CanaryConfiguration: &types.CanaryConfiguration{CanaryPercent: aws.Float64(10), CanaryBakeTimeInMinutes: aws.Int32(1)},
		}))
		s.firstStep("two")
		s.eventually("the canary has traffic", func() bool { return s.weights() == "100/900" })
		s.advance("61s")
		hook := s.paused(2)
		s.share("two", 10)
		s.goOn(hook)
		hook = s.paused(3)
		s.share("two", 100)
		s.goOn(hook)
		s.untilStage(types.ServiceDeploymentLifecycleStageBakeTime)
		s.advance("61s")
		s.untilEnds(types.ServiceDeploymentStatusSuccessful)
		s.untilEnded(old, 0)
	})
	s.phase("linear, stopped at the second step", s.load, func() {
		s.deploy("three", pauses(types.DeploymentConfiguration{
			Strategy: types.DeploymentStrategyLinear, BakeTimeInMinutes: aws.Int32(0),
			LinearConfiguration: &types.LinearConfiguration{StepPercent: aws.Float64(50), StepBakeTimeInMinutes: aws.Int32(0)},
		}))
		s.firstStep("three")
		s.paused(2)
		s.share("three", 50)
		s.stop()
		s.goesBack("100/0", "three")
		s.untilEnds(types.ServiceDeploymentStatusRollbackSuccessful)
	})
	s.phase("refused by a hook", s.load, func() {
		s.deploy("four", types.DeploymentConfiguration{Strategy: types.DeploymentStrategyBlueGreen, BakeTimeInMinutes: aws.Int32(1),
			LifecycleHooks: []types.DeploymentLifecycleHook{{
				HookTargetArn: aws.String(hookTarget), RoleArn: aws.String("arn:aws:iam::000000000000:role/hooks"),
				LifecycleStages: []types.DeploymentLifecycleHookStage{types.DeploymentLifecycleHookStagePostProductionTrafficShift},
			}}})
		<-asked
		s.share("four", 100)
		answer <- `{"hookStatus": "FAILED"}`
		s.goesBack("100/0", "four")
		s.untilEnds(types.ServiceDeploymentStatusRollbackSuccessful)
	})
	s.phase("circuit breaker", s.load, func() {
		s.deploy("", types.DeploymentConfiguration{Strategy: types.DeploymentStrategyBlueGreen, BakeTimeInMinutes: aws.Int32(1),
			DeploymentCircuitBreaker: &types.DeploymentCircuitBreaker{Enable: true, Rollback: true}})
		s.untilEnds(types.ServiceDeploymentStatusRollbackSuccessful)
	})
	s.stopAsking(s.load)
}

// The new revision has all traffic when its deployment is stopped in its bake time, when an alarm goes off then,
// and when it ends without one.
func TestTrafficShiftsThatBakeLoseNoRequestUnderLoad(t *testing.T) {
	t.Parallel()
	testall.Only(t, "tests with constant requests")
	s := shiftsUnderLoad(t, "sim", elbtypes.LoadBalancerTypeEnumApplication, keepAsking)
	blueGreen := types.DeploymentConfiguration{Strategy: types.DeploymentStrategyBlueGreen, BakeTimeInMinutes: aws.Int32(60)}
	baking := func(text string, c types.DeploymentConfiguration) {
		s.Helper()
		s.deploy(text, pauses(c))
		s.firstStep(text)
		s.goOn(s.paused(2))
		s.untilStage(types.ServiceDeploymentLifecycleStageBakeTime)
		s.share(text, 100)
	}

	s.phase("stopped", s.load, func() {
		baking("two", blueGreen)
		s.stop()
		s.goesBack("0/100", "two")
		s.untilEnds(types.ServiceDeploymentStatusRollbackSuccessful)
	})
	s.phase("alarm", s.load, func() {
		s.alarm("errors")
		c := blueGreen
		c.Alarms = &types.DeploymentAlarms{AlarmNames: []string{"errors"}, Enable: true, Rollback: true}
		baking("three", c)
		s.setAlarm("errors", cloudwatchtypes.StateValueAlarm)
		s.goesBack("0/100", "three")
		s.untilEnds(types.ServiceDeploymentStatusRollbackSuccessful)
	})
	s.phase("no bake time", s.load, func() {
		c := blueGreen
		c.BakeTimeInMinutes = aws.Int32(0)
		old := s.deploy("four", pauses(c))
		s.firstStep("four")
		hook := s.paused(2)
		s.share("four", 100)
		s.goOn(hook)
		s.untilEnds(types.ServiceDeploymentStatusSuccessful)
		s.untilEnded(old, 0)
	})
	s.stopAsking(s.load)
}

// Traffic shifts in steps to its end, and in others until another deployment supersedes this one.
func TestTrafficShiftsInStepsLoseNoRequestUnderLoad(t *testing.T) {
	t.Parallel()
	testall.Only(t, "tests with constant requests")
	s := shiftsUnderLoad(t, "sim", elbtypes.LoadBalancerTypeEnumApplication, keepAsking)

	s.phase("linear", s.load, func() {
		old := s.deploy("two", pauses(types.DeploymentConfiguration{
			Strategy: types.DeploymentStrategyLinear, BakeTimeInMinutes: aws.Int32(0),
			LinearConfiguration: &types.LinearConfiguration{StepPercent: aws.Float64(40), StepBakeTimeInMinutes: aws.Int32(0)},
		}))
		s.firstStep("two")
		for i, percent := range []float64{40, 80, 100} {
			hook := s.paused(i + 2)
			s.share("two", percent)
			s.goOn(hook)
		}
		s.untilEnds(types.ServiceDeploymentStatusSuccessful)
		s.untilEnded(old, 0)
	})
	s.phase("canary that is superseded", s.load, func() { s.supersedesCanary("three", "four") })
	s.stopAsking(s.load)
}

// New connections to a network load balancer go where its listener's weights say.
func TestDockerNetworkLoadBalancerShiftsLoseNoRequestUnderLoad(t *testing.T) {
	t.Parallel()
	testall.Only(t, "the other tests on Docker")
	dockertest.Require(t)
	s := shiftsUnderLoad(t, "docker", elbtypes.LoadBalancerTypeEnumNetwork, keepAskingAnew)
	s.phase("canary that is superseded", s.load, func() { s.supersedesCanary("two", "three") })
	s.stopAsking(s.load)
}

// supersedesCanary deploys a revision whose canary has traffic when another deployment takes its place.
func (s *shifted) supersedesCanary(text, next string) {
	s.Helper()
	rest := s.weights()
	s.deploy(text, pauses(types.DeploymentConfiguration{
		Strategy: types.DeploymentStrategyCanary, BakeTimeInMinutes: aws.Int32(0),
		CanaryConfiguration: &types.CanaryConfiguration{CanaryPercent: aws.Float64(20), CanaryBakeTimeInMinutes: aws.Int32(0)},
	}))
	s.firstStep(text)
	s.paused(2)
	s.share(text, 20)
	old := s.deploy(next, pauses(types.DeploymentConfiguration{Strategy: types.DeploymentStrategyBlueGreen, BakeTimeInMinutes: aws.Int32(0)}))
	s.goesBack(rest, text)
	s.firstStep(next)
	hook := s.paused(2)
	s.share(next, 100)
	s.goOn(hook)
	s.untilEnds(types.ServiceDeploymentStatusSuccessful)
	s.untilEnded(old, 0)
}
