package emulator_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/document"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/ecs-emulator/ecs-emulator/emulator"
)

// hookLog is what a target was asked, and how it answers in turn.
type hookLog struct {
	mu      sync.Mutex
	asked   []string // stage, details
	ids     map[string]bool
	answers []string
}

func (l *hookLog) answer(_ context.Context, payload []byte) ([]byte, error) {
	var event struct {
		ExecutionID    string `json:"executionId"`
		LifecycleStage string
		ResourceARN    string
		HookDetails    json.RawMessage
	}
	if err := json.Unmarshal(payload, &event); err != nil {
		return nil, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.asked = append(l.asked, fmt.Sprintf("%s %s", event.LifecycleStage, event.HookDetails))
	l.ids[event.ExecutionID] = true
	if len(l.answers) == 0 {
		return []byte(`{"hookStatus": "SUCCEEDED"}`), nil
	}
	answer := l.answers[0]
	l.answers = l.answers[1:]
	if answer == "" {
		return nil, errors.New("no pages are found")
	}
	return []byte(answer), nil
}

// expect wants the target to have been asked since, in this order.
func (l *hookLog) expect(t *testing.T, ids int, asked ...string) {
	t.Helper()
	l.mu.Lock()
	defer l.mu.Unlock()
	if strings.Join(l.asked, "\n") != strings.Join(asked, "\n") || len(l.ids) != ids {
		t.Errorf("asked in %d executions\n%s, want %d\n%s", len(l.ids), strings.Join(l.asked, "\n"), ids, strings.Join(asked, "\n"))
	}
	l.asked, l.ids = nil, map[string]bool{}
}

// deployed wants the last service deployment to have ended.
func (w *world) deployed(status types.ServiceDeploymentStatus, reason string) {
	w.Helper()
	list, err := w.client.ListServiceDeployments(w.Context(), &ecs.ListServiceDeploymentsInput{Service: aws.String("web")})
	w.must(err)
	if got := list.ServiceDeployments[0]; got.Status != status || aws.ToString(got.StatusReason) != reason {
		w.Errorf("the deployment is %s %q, want %s %q", got.Status, aws.ToString(got.StatusReason), status, reason)
	}
}

// A deployment goes the way that the target of its hooks says: on, again after a while, and back.
func TestDeploymentsDoWhatLifecycleHooksSay(t *testing.T) {
	t.Parallel()
	w := start(t)
	log := &hookLog{ids: map[string]bool{}, answers: []string{`{"hookStatus": "IN_PROGRESS", "callBackDelay": 600, "hookDetails": {"page": 2}}`}}
	w.srv.OnHook(hookTarget, log.answer)
	input := &ecs.CreateServiceInput{
		ServiceName: aws.String("web"), TaskDefinition: aws.String(w.register("web", "web")), DesiredCount: aws.Int32(2),
		LaunchType: types.LaunchTypeFargate, NetworkConfiguration: network(),
		DeploymentConfiguration: &types.DeploymentConfiguration{
			Strategy: types.DeploymentStrategyBlueGreen,
			LifecycleHooks: []types.DeploymentLifecycleHook{{
				HookTargetArn: aws.String(hookTarget), RoleArn: aws.String(hookRole), HookDetails: document.NewLazyDocument(map[string]any{"page": 1}),
				LifecycleStages: []types.DeploymentLifecycleHookStage{types.DeploymentLifecycleHookStagePreScaleUp, types.DeploymentLifecycleHookStagePostScaleUp},
			}},
		},
	}
	_, err := w.client.CreateService(w.Context(), input)
	w.must(err)
	w.must(w.srv.Clock().Advance(9 * time.Minute))
	log.expect(t, 1, `PRE_SCALE_UP {"page":1}`)
	if n := w.service("web").RunningCount; n != 0 {
		t.Errorf("%d tasks run before the hook has said so", n)
	}
	w.must(w.srv.Clock().Advance(time.Hour))
	log.expect(t, 2, `PRE_SCALE_UP {"page":2}`, `POST_SCALE_UP {"page":1}`)
	w.deployed(types.ServiceDeploymentStatusSuccessful, "")

	for answer, reason := range map[string]string{
		`{"hookStatus": "FAILED"}`: "Lifecycle hook target " + hookTarget + " returned FAILED status.",
		``:                         "ECS was unable to parse the response from " + hookTarget + " due to: HookStatus must not be null.",
	} {
		log.answers = []string{`{"hookStatus": "SUCCEEDED"}`, answer}
		_, err = w.client.UpdateService(w.Context(), &ecs.UpdateServiceInput{Service: aws.String("web"), ForceNewDeployment: true})
		w.must(err)
		w.must(w.srv.Clock().Advance(time.Hour))
		log.expect(t, 2, `PRE_SCALE_UP {"page":1}`, `POST_SCALE_UP {"page":1}`)
		w.deployed(types.ServiceDeploymentStatusRollbackSuccessful, "Service deployment rolled back because POST_SCALE_UP lifecycle hook(s) failed. "+reason)
		if s := w.service("web"); s.RunningCount != 2 || len(s.Deployments) != 1 {
			t.Errorf("%d tasks of %d deployments run after the rollback", s.RunningCount, len(s.Deployments))
		}
	}
	w.neverImpatient("with lifecycle hooks")
}

// A hook that hangs ends with its own time-out, on the clock, which has waited for its call in vain.
func TestALifecycleHookThatHangsTimesOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := start(t, emulator.Options{InProcess: true})
		w.srv.OnHook(hookTarget, func(ctx context.Context, _ []byte) ([]byte, error) {
			<-ctx.Done()
			return nil, ctx.Err()
		})
		_, err := w.client.CreateService(w.Context(), &ecs.CreateServiceInput{
			ServiceName: aws.String("web"), TaskDefinition: aws.String(w.register("web", "web")), DesiredCount: aws.Int32(1),
			LaunchType: types.LaunchTypeFargate, NetworkConfiguration: network(),
			DeploymentConfiguration: &types.DeploymentConfiguration{
				Strategy: types.DeploymentStrategyBlueGreen,
				LifecycleHooks: []types.DeploymentLifecycleHook{{
					HookTargetArn: aws.String(hookTarget), RoleArn: aws.String(hookRole),
					LifecycleStages:      []types.DeploymentLifecycleHookStage{types.DeploymentLifecycleHookStagePreScaleUp},
					TimeoutConfiguration: &types.DeploymentLifecycleHookTimeoutConfiguration{TimeoutInMinutes: aws.Int32(5), Action: types.DeploymentLifecycleHookActionContinue},
				}},
			},
		})
		w.must(err)
		w.must(w.srv.Clock().Advance(time.Hour))
		w.deployed(types.ServiceDeploymentStatusSuccessful, "")
	})
}
