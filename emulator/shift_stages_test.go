package emulator_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
)

// pausedAt has a deployment wait at a stage, which a target that is to be asked again holds up.
func (s *shifts) pausedAt(stage string) {
	s.Helper()
	s.mu.Lock()
	s.answers = map[string]string{stage: `{"hookStatus": "IN_PROGRESS", "callBackDelay": 30}`}
	s.mu.Unlock()
	s.deploy()
	for range 60 {
		s.must(s.srv.Clock().Advance(5 * time.Second))
		if string(s.last().LifecycleStage) == stage {
			return
		}
	}
	s.Fatalf("it is at %s, want %s", s.last().LifecycleStage, stage)
}

func (s *shifts) goOn() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.answers)
}

func (s *shifts) listener(port int32) (arn *string) {
	s.Helper()
	api := elb.NewFromConfig(s.srv.Config())
	out, err := api.DescribeLoadBalancers(s.Context(), &elb.DescribeLoadBalancersInput{})
	s.must(err)
	listeners, err := api.DescribeListeners(s.Context(), &elb.DescribeListenersInput{LoadBalancerArn: out.LoadBalancers[0].LoadBalancerArn})
	s.must(err)
	for _, l := range listeners.Listeners {
		if *l.Port == port {
			return l.ListenerArn
		}
	}
	return nil
}

// removeRules deletes the listeners, and the target group that the new tasks go into.
func (s *shifts) removeRules(ports ...int32) {
	s.Helper()
	api := elb.NewFromConfig(s.srv.Config())
	for _, port := range ports {
		_, err := api.DeleteListener(s.Context(), &elb.DeleteListenerInput{ListenerArn: s.listener(port)})
		s.must(err)
	}
	if len(ports) == 2 {
		_, err := api.DeleteTargetGroup(s.Context(), &elb.DeleteTargetGroupInput{TargetGroupArn: &s.groups[0]})
		s.must(err)
	}
}

func (s *shifts) stopDeployment(kind types.StopServiceDeploymentStopType) {
	s.Helper()
	_, err := s.client.StopServiceDeployment(s.Context(), &ecs.StopServiceDeploymentInput{ServiceDeploymentArn: s.last().ServiceDeploymentArn, StopType: kind})
	s.must(err)
}

// Users intervene while a hook holds a deployment up, at each stage.
func TestUsersInterveneAtEachStageOfAShift(t *testing.T) {
	t.Parallel()
	const networking = "Service deployment rolled back because of invalid networking configuration. "
	const stopped = "Service deployment rolled back because of a StopServiceDeployment request."
	c := types.DeploymentConfiguration{
		Strategy: types.DeploymentStrategyCanary, BakeTimeInMinutes: aws.Int32(1),
		CanaryConfiguration: &types.CanaryConfiguration{CanaryPercent: aws.Float64(5), CanaryBakeTimeInMinutes: aws.Int32(1)},
		LifecycleHooks:      []types.DeploymentLifecycleHook{{HookTargetArn: aws.String(hookTarget), RoleArn: aws.String(hookRole), LifecycleStages: everyHookStage}},
	}
	stages := []string{"PRE_SCALE_UP", "POST_SCALE_UP", "TEST_TRAFFIC_SHIFT", "POST_TEST_TRAFFIC_SHIFT", "PRE_PRODUCTION_TRAFFIC_SHIFT", "PRODUCTION_TRAFFIC_SHIFT", "POST_PRODUCTION_TRAFFIC_SHIFT"}
	if testing.Short() {
		stages = []string{"POST_SCALE_UP", "PRODUCTION_TRAFFIC_SHIFT"}
	}
	for name, does := range map[string]struct {
		intervene      func(s *shifts)
		status, reason string
		tasks          int
	}{
		"stop":         {func(s *shifts) { s.stopDeployment(types.StopServiceDeploymentStopTypeRollback) }, "ROLLBACK_SUCCESSFUL", stopped, 2},
		"supersede":    {func(s *shifts) { s.deploy() }, "SUCCESSFUL", "", 2},
		"no test rule": {func(s *shifts) { s.removeRules(81) }, "ROLLBACK_SUCCESSFUL", networking + "One or more rules not found", 2},
		"no rule":      {func(s *shifts) { s.removeRules(80) }, "ROLLBACK_SUCCESSFUL", networking + "One or more rules not found", 2},
		"no group":     {func(s *shifts) { s.removeRules(80, 81) }, "ROLLBACK_SUCCESSFUL", networking + "The target group BLUE does not exist.", 2},
		"delete": {func(s *shifts) {
			_, err := s.client.DeleteService(s.Context(), &ecs.DeleteServiceInput{Service: aws.String("web"), Force: aws.Bool(true)})
			s.must(err)
		}, "STOPPED", "Service deployment stopped because the service was deleted.", 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, stage := range stages {
				s := startShifts(t, c)
				s.pausedAt(stage)
				does.intervene(s)
				s.goOn()
				s.must(s.srv.Clock().Advance(50 * time.Minute))
				last := s.last()
				reason := strings.Replace(does.reason, "BLUE", s.groups[0], 1)
				if string(last.Status) != does.status || aws.ToString(last.StatusReason) != reason {
					t.Errorf("at %s: %s %q, want %s %q", stage, last.Status, aws.ToString(last.StatusReason), does.status, reason)
				}
				if n := len(s.listTasks()); n != does.tasks {
					t.Errorf("at %s: %d tasks, want %d", stage, n, does.tasks)
				}
				if live := does.status == "ROLLBACK_SUCCESSFUL" && name != "no rule" && name != "no group"; live && !slices.Equal(s.weights(s.live), []int32{0, 100}) {
					t.Errorf("at %s: weights %v", stage, s.weights(s.live))
				}
				s.must(s.srv.Close())
			}
		})
	}
}
