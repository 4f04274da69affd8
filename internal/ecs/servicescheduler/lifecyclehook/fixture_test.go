package lifecyclehook_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/base/apiclient"
	"github.com/ecs-emulator/ecs-emulator/internal/base/clock"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/servicescheduler/lifecyclehook"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

const (
	scope  = "arn:aws:ecs:us-east-1:123456789012:"
	target = "arn:aws:lambda:us-east-1:123456789012:function:check"
	role   = "arn:aws:iam::123456789012:role/hooks"
)

// patience is the patience of the clock.
const patience = 10 * time.Second

// world is a store, a clock that stands still, and the targets of hooks.
type world struct {
	*testing.T
	store      *store.Store
	clock      *clock.Clock
	log        bytes.Buffer
	controller *lifecyclehook.Controller
	stop       func()

	// answer of all targets; it is set before they are called.
	answer func(ctx context.Context, payload []byte) (apiclient.Returned, error)
	mu     sync.Mutex
	asked  []call
}

// call is what a target was asked.
type call struct {
	Target, Payload string
	As              apiclient.Principal
	At              time.Time
}

// inBubble runs a test in a time of its own. The emulator's clock only moves by Advance.
func inBubble(t *testing.T, o store.Options, test func(w *world)) {
	synctest.Test(t, func(t *testing.T) {
		store, err := state.Open(o)
		if err != nil {
			t.Fatal(err)
		}
		w := &world{T: t, store: store, clock: clock.New(clock.Options{})}
		w.must(w.clock.SetSpeed(0))
		w.answers(`{"hookStatus":"SUCCEEDED"}`)
		w.start()
		test(w)
		w.stop()
		w.clock.Close()
		w.must(store.Close())
	})
}

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// start runs a controller on the store; stop ends it, as the end of the emulator does.
func (w *world) start() {
	c := lifecyclehook.New(lifecyclehook.Options{
		Store: w.store, Clock: w.clock, Log: slog.New(slog.NewTextHandler(&w.log, nil)), Invoke: w.invoke,
		Role: func(_, role, session string) (apiclient.Principal, error) {
			return apiclient.Principal{Keys: aws.Credentials{AccessKeyID: role + "/" + session}}, nil
		},
	})
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- c.Run(ctx) }()
	w.controller = c
	w.stop = func() {
		cancel()
		if err := <-ended; !errors.Is(err, context.Canceled) {
			w.Errorf("the controller ends with %v", err)
		}
	}
	w.clock.SetQuiet(func(ctx context.Context) error { return c.Idle(ctx, patience) })
}

func (w *world) invoke(ctx context.Context, as apiclient.Principal, function string, payload []byte) (apiclient.Returned, error) {
	w.mu.Lock()
	w.asked = append(w.asked, call{function, string(payload), as, w.clock.Now()})
	answer := w.answer
	w.mu.Unlock()
	return answer(ctx, payload)
}

// answers has each target answer in turn, the last answer for ever.
func (w *world) answers(payloads ...string) {
	w.answer = func(context.Context, []byte) (apiclient.Returned, error) {
		w.mu.Lock()
		defer w.mu.Unlock()
		payload := payloads[0]
		payloads = payloads[min(1, len(payloads)-1):]
		return apiclient.Returned{Payload: []byte(payload)}, nil
	}
}

// hangs has targets give no answer until their call is cut off.
func (w *world) hangs() {
	w.answer = func(ctx context.Context, _ []byte) (apiclient.Returned, error) {
		<-ctx.Done()
		return apiclient.Returned{}, ctx.Err()
	}
}

// calls are those that targets have got so far.
func (w *world) calls() []call {
	synctest.Wait()
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.asked)
}

// idle waits until the controller is.
func (w *world) idle() {
	w.Helper()
	w.must(w.controller.Idle(w.Context(), patience))
}

// advance moves the emulator's clock.
func (w *world) advance(d time.Duration) {
	w.Helper()
	w.must(w.clock.Advance(w.Context(), d))
}

func deployment(n int) string { return fmt.Sprintf("%sservice-deployment/c/web/%d", scope, n) }

// hook is one that is to be asked now.
func (w *world) hook(id string) state.LifecycleHook {
	return state.LifecycleHook{
		ID: "ecs-lambda-" + id, TargetType: types.DeploymentLifecycleHookTargetTypeAwsLambda, TargetARN: target, RoleARN: role,
		Stage: types.DeploymentLifecycleHookStagePreScaleUp, Status: types.DeploymentLifecycleHookStatusInProgress,
		ExecutionID: "execution-" + id, CallAt: w.clock.Now(),
	}
}

// deploy puts a service deployment with hooks, as the scheduler does.
func (w *world) deploy(n int, hooks ...state.LifecycleHook) {
	w.Helper()
	w.must(w.store.Update(func(tx *store.Tx) error {
		state.PutServiceDeployment(tx, &state.ServiceDeployment{
			ARN: deployment(n), ServiceARN: scope + "service/c/web", Status: types.ServiceDeploymentStatusInProgress,
			Target: state.DeployedRevision{ARN: scope + "service-revision/c/web/2"}, Hooks: hooks,
		})
		return nil
	}))
}

// change changes a service deployment, as the scheduler does.
func (w *world) change(n int, change func(*state.ServiceDeployment)) {
	w.Helper()
	w.must(w.store.Update(func(tx *store.Tx) error {
		d := state.FindServiceDeployment(tx, deployment(n)).Clone()
		change(d)
		state.PutServiceDeployment(tx, d)
		return nil
	}))
}

// is is a hook as it is now.
func (w *world) is(n int, id string) *state.LifecycleHook {
	w.Helper()
	h := state.FindServiceDeployment(w.store.Read(), deployment(n)).Hook("ecs-lambda-" + id)
	if h == nil {
		w.Fatalf("hook %s is gone", id)
	}
	return h
}

// becomes wants a hook to have a status and a reason.
func (w *world) becomes(n int, id string, status types.DeploymentLifecycleHookStatus, reason string) {
	w.Helper()
	if h := w.is(n, id); h.Status != status || h.StatusReason != reason {
		w.Errorf("hook %s is %s %q, want %s %q", id, h.Status, h.StatusReason, status, reason)
	}
}

const (
	inProgress = types.DeploymentLifecycleHookStatusInProgress
	succeeded  = types.DeploymentLifecycleHookStatusSucceeded
	failed     = types.DeploymentLifecycleHookStatusFailed
	timedOut   = types.DeploymentLifecycleHookStatusTimedOut
)
