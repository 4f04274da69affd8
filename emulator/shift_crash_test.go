package emulator_test

import (
	"context"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/google/go-cmp/cmp"
)

// killAt lets an emulator write so many times, kills it, and starts another one. It reports whether there
// were as many writes.
func (s *shifts) killAt(writes int) (stage types.ServiceDeploymentLifecycleStage, killed bool) {
	s.Helper()
	s.room.Store(int64(writes))
	s.refused.Store(0)
	for range 200 {
		before := s.last()
		if before.Status != types.ServiceDeploymentStatusPending && before.Status != types.ServiceDeploymentStatusInProgress && before.Status != types.ServiceDeploymentStatusRollbackInProgress {
			break
		}
		stage = before.LifecycleStage
		ctx, cancel := context.WithCancel(s.Context())
		over := make(chan struct{})
		go func() { defer close(over); _ = s.srv.AdvanceWhile(ctx, 10*time.Second) }()
		for s.refused.Load() == 0 && !closed(over) {
			select {
			case <-over:
			case <-time.After(time.Millisecond):
			}
		}
		killed = s.refused.Load() > 0
		if killed {
			s.srv.Die()
		}
		cancel()
		<-over
		if killed {
			break
		}
	}
	s.room.Store(unlimited)
	if killed {
		s.open()
	}
	return stage, killed
}

func closed(c chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

// eventsOf counts a service's events, and those of several tasks or targets by these, which come
// together or one after another.
func eventsOf(s types.Service) map[string]int {
	counts := map[string]int{}
	for _, e := range s.Events {
		n := 1
		if several := severalOf.FindStringSubmatch(*e.Message); several != nil {
			n, _ = strconv.Atoi(several[1])
		}
		text := severalOf.ReplaceAllString(madeUp.ReplaceAllString(*e.Message, "*"), "some $2")
		counts[strings.TrimRight(tasksListed.ReplaceAllString(text, ""), ".")] += n
	}
	return counts
}

var (
	severalOf   = regexp.MustCompile(`(\d+) (task|target)s?\b`)
	tasksListed = regexp.MustCompile(`: \(task \*\).*`)
)

var madeUp = regexp.MustCompile(`[0-9a-f]{32}|[0-9a-f]{16}|ecs-svc/\d+|\d{19}|10\.\d+\.\d+\.\d+`)

// outcome is what a deployment has come to, without what differs each time.
func (s *shifts) outcome() map[string]any {
	s.Helper()
	service := s.service("web")
	var hooks []string
	last := s.last()
	for _, h := range last.LifecycleHookDetails {
		hooks = append(hooks, fmt.Sprintf("%s %s", h.TargetType, h.Status))
	}
	tasks := map[string]int{}
	for _, status := range []types.DesiredStatus{types.DesiredStatusRunning, types.DesiredStatusStopped} {
		list, err := s.client.ListTasks(s.Context(), &ecs.ListTasksInput{DesiredStatus: status})
		s.must(err)
		if len(list.TaskArns) == 0 {
			continue
		}
		out, err := s.client.DescribeTasks(s.Context(), &ecs.DescribeTasksInput{Tasks: list.TaskArns})
		s.must(err)
		for _, t := range out.Tasks {
			tasks[*t.LastStatus+" "+(*t.TaskDefinitionArn)[strings.LastIndex(*t.TaskDefinitionArn, "/")+1:]]++
		}
	}
	targets := map[int][]string{}
	for i, g := range s.groups {
		out, err := elb.NewFromConfig(s.srv.Config()).DescribeTargetHealth(s.Context(), &elb.DescribeTargetHealthInput{TargetGroupArn: &g})
		s.must(err)
		for _, d := range out.TargetHealthDescriptions {
			targets[i] = append(targets[i], string(d.TargetHealth.State))
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return map[string]any{
		"status": last.Status, "reason": aws.ToString(last.StatusReason), "stage": last.LifecycleStage, "hooks": hooks,
		"live": s.weights(s.live), "test": s.weights(s.test), "tasks": tasks, "targets": targets, "events": eventsOf(service),
		"running": service.RunningCount, "pending": service.PendingCount, "deployments": len(service.Deployments),
		"asked": slices.Sorted(stagesOf(s.asked)),
	}
}

func stagesOf(asked map[string]int) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		for key := range maps.Keys(asked) {
			stage, _, _ := strings.Cut(key, " ")
			if !yield(stage) {
				return
			}
		}
	}
}

var everyHookStage = types.DeploymentLifecycleHookStage("").Values()

// A deployment that shifts traffic comes to the same end wherever its emulator was killed: after each of
// the writes that it takes. Without all tests, that is some of them.
func TestShiftsOfTrafficSurviveAKillAtAnyWrite(t *testing.T) {
	t.Parallel()
	hooks := []types.DeploymentLifecycleHook{{HookTargetArn: aws.String(hookTarget), RoleArn: aws.String(hookRole), LifecycleStages: everyHookStage}}
	canary := types.DeploymentConfiguration{
		Strategy: types.DeploymentStrategyCanary, BakeTimeInMinutes: aws.Int32(1), LifecycleHooks: hooks,
		CanaryConfiguration: &types.CanaryConfiguration{CanaryPercent: aws.Float64(5), CanaryBakeTimeInMinutes: aws.Int32(1)},
	}
	blueGreen := types.DeploymentConfiguration{Strategy: types.DeploymentStrategyBlueGreen, BakeTimeInMinutes: aws.Int32(0), LifecycleHooks: hooks}
	for name, c := range map[string]struct {
		types.DeploymentConfiguration
		refuses    string
		supersedes bool // another deployment, of which traffic has begun to shift
		want       types.ServiceDeploymentStatus
	}{
		"canary":          {canary, "", false, types.ServiceDeploymentStatusSuccessful},
		"canary back":     {canary, "POST_PRODUCTION_TRAFFIC_SHIFT", false, types.ServiceDeploymentStatusRollbackSuccessful},
		"superseding":     {canary, "", true, types.ServiceDeploymentStatusSuccessful},
		"blue-green":      {blueGreen, "", false, types.ServiceDeploymentStatusSuccessful},
		"blue-green back": {blueGreen, "POST_TEST_TRAFFIC_SHIFT", false, types.ServiceDeploymentStatusRollbackSuccessful},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			run := func(t *testing.T, writes int) (outcome map[string]any, killed bool) {
				s := startShifts(t, c.DeploymentConfiguration)
				if c.refuses != "" {
					s.answers[c.refuses] = `{"hookStatus": "FAILED"}`
				}
				s.deploy()
				for c.supersedes && s.weights(s.live)[0] == 0 {
					s.must(s.srv.Clock().Advance(10 * time.Second))
				}
				if c.supersedes {
					s.deploy()
				}
				stage := types.ServiceDeploymentLifecycleStage("")
				if writes > 0 {
					stage, killed = s.killAt(writes)
				}
				s.untilEnded(c.want)
				if killed {
					t.Logf("killed after %d writes, at %s", writes, stage)
				}
				again := 0
				for _, n := range s.asked {
					again += n - 1
				}
				if again > 1 || again > 0 && !killed {
					t.Errorf("hooks are asked again %d times: %v", again, s.asked)
				}
				return s.outcome(), killed
			}
			want, _ := run(t, 0)
			every := 29
			if !testing.Short() {
				every = 4
			}
			for writes, killed := every, true; killed; writes += every {
				t.Run(fmt.Sprint(writes), func(t *testing.T) {
					var got map[string]any
					if got, killed = run(t, writes); !cmp.Equal(want, got) {
						t.Errorf("another end (-without +with a kill after %d writes):\n%s", writes, cmp.Diff(want, got))
					}
				})
			}
		})
	}
}
