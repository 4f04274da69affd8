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
	elbtypes "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
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

func (s *shifts) removeListener(port int32) {
	s.Helper()
	_, err := elb.NewFromConfig(s.srv.Config()).DeleteListener(s.Context(), &elb.DeleteListenerInput{ListenerArn: s.listener(port)})
	s.must(err)
}

// removeGroup has the listeners lead to the other target group alone, and deletes the one for the new tasks.
func (s *shifts) removeGroup() {
	s.Helper()
	api := elb.NewFromConfig(s.srv.Config())
	for _, port := range []int32{80, 81} {
		_, err := api.ModifyListener(s.Context(), &elb.ModifyListenerInput{
			ListenerArn: s.listener(port), DefaultActions: []elbtypes.Action{{Type: elbtypes.ActionTypeEnumForward, TargetGroupArn: &s.groups[1]}},
		})
		s.must(err)
	}
	_, err := api.DeleteTargetGroup(s.Context(), &elb.DeleteTargetGroupInput{TargetGroupArn: &s.groups[0]})
	s.must(err)
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
		stages = []string{"TEST_TRAFFIC_SHIFT", "PRODUCTION_TRAFFIC_SHIFT"}
	}
	for name, does := range map[string]struct {
		intervene      func(s *shifts)
		status, reason string
		tasks          int
	}{
		"stop":         {func(s *shifts) { s.stopDeployment(types.StopServiceDeploymentStopTypeRollback) }, "ROLLBACK_SUCCESSFUL", stopped, 2},
		"supersede":    {func(s *shifts) { s.deploy() }, "SUCCESSFUL", "", 2},
		"no test rule": {func(s *shifts) { s.removeListener(81) }, "ROLLBACK_SUCCESSFUL", networking + "One or more rules not found", 2},
		"no rule":      {func(s *shifts) { s.removeListener(80) }, "ROLLBACK_SUCCESSFUL", networking + "One or more rules not found", 2},
		"no group":     {func(s *shifts) { s.removeGroup() }, "ROLLBACK_SUCCESSFUL", networking + "The target group BLUE does not exist.", 2},
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
				last, status, reason := s.last(), does.status, strings.Replace(does.reason, "BLUE", s.groups[0], 1)
				if name == "no test rule" && slices.Index(stages, stage) > slices.Index(stages, "TEST_TRAFFIC_SHIFT") {
					status, reason = "SUCCESSFUL", "" // test traffic has shifted
				}
				if string(last.Status) != status || aws.ToString(last.StatusReason) != reason {
					t.Errorf("at %s: %s %q, want %s %q", stage, last.Status, aws.ToString(last.StatusReason), status, reason)
				}
				if n := len(s.listTasks()); n != does.tasks {
					t.Errorf("at %s: %d tasks, want %d", stage, n, does.tasks)
				}
				if live := status == "ROLLBACK_SUCCESSFUL" && name != "no rule" && name != "no group"; live && !slices.Equal(s.weights(s.live), []int32{0, 100}) {
					t.Errorf("at %s: weights %v", stage, s.weights(s.live))
				}
				s.neverImpatient("at " + stage)
				s.must(s.srv.Close())
			}
		})
	}
}
