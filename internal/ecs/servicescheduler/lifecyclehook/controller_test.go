package lifecyclehook_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/apiclient"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

func TestATargetIsAskedAsAWSAsksIt(t *testing.T) {
	inBubble(t, store.Options{}, func(w *world) {
		plain, full := w.hook("plain"), w.hook("full")
		full.Stage, full.Details = types.DeploymentLifecycleHookStageProductionTrafficShift, json.RawMessage(`{"bucket": 1e2}`)
		full.ProductionWeights = map[string]float64{"green": 12.5, "blue": 87.5}
		w.deploy(1, plain, full)
		w.idle()
		for _, got := range w.calls() {
			want := `{"executionDetails":{"testTrafficWeights":{},"productionTrafficWeights":{},` +
				`"serviceArn":"arn:aws:ecs:us-east-1:123456789012:service/c/web","targetServiceRevisionArn":"arn:aws:ecs:us-east-1:123456789012:service-revision/c/web/2"},` +
				`"executionId":"execution-plain","lifecycleStage":"PRE_SCALE_UP","resourceArn":"arn:aws:ecs:us-east-1:123456789012:service-deployment/c/web/1"}`
			as := role + "/ecs-lambda-plain"
			if strings.Contains(got.Payload, "execution-full") {
				want = strings.NewReplacer(`"productionTrafficWeights":{}`, `"productionTrafficWeights":{"blue":87.5,"green":12.5}`,
					"execution-plain", "execution-full", "PRE_SCALE_UP", "PRODUCTION_TRAFFIC_SHIFT", `/web/1"}`, `/web/1","hookDetails":{"bucket":1e2}}`).Replace(want)
				as = role + "/ecs-lambda-full"
			}
			if got.Payload != want || got.Target != target || got.As.Keys.AccessKeyID != as {
				t.Errorf("%s is asked as %s\n%s, want\n%s", got.Target, got.As.Keys.AccessKeyID, got.Payload, want)
			}
		}
		w.becomes(1, "plain", succeeded, "")
		w.becomes(1, "full", succeeded, "")
		if w.advance(time.Hour); len(w.calls()) != 2 {
			t.Errorf("%d calls of two hooks", len(w.calls()))
		}
	})
}

func TestWhatTargetsAnswer(t *testing.T) {
	const unparsed = "ECS was unable to parse the response from " + target + " due to: "
	const null = unparsed + "HookStatus must not be null."
	for name, c := range map[string]struct {
		answer string
		status types.DeploymentLifecycleHookStatus
		reason string
	}{
		"success":           {`{"hookStatus": "SUCCEEDED", "callBackDelay": "x", "more": []}`, succeeded, ""},
		"failure":           {`{"hookStatus": "FAILED"}`, failed, "Lifecycle hook target " + target + " returned FAILED status."},
		"in progress":       {`{"hookStatus": "IN_PROGRESS", "callBackDelay": null, "hookDetails": null}`, inProgress, ""},
		"another status":    {`{"hookStatus": "TIMED_OUT"}`, failed, null},
		"small letters":     {`{"hookStatus": "succeeded"}`, failed, null},
		"another name":      {`{"HookStatus": "SUCCEEDED"}`, failed, null},
		"no text":           {`{"hookStatus": true}`, failed, null},
		"null":              {`null`, failed, null},
		"nothing":           {``, failed, null},
		"JSON in a string":  {`"{\"hookStatus\": \"SUCCEEDED\"}"`, failed, null},
		"an API's response": {`{"statusCode": 200, "body": "{\"hookStatus\": \"SUCCEEDED\"}"}`, failed, null},
		"no JSON":           {`<html>`, failed, null},
		"more than JSON":    {`{"hookStatus": "SUCCEEDED"}}`, failed, null},
		"an exception":      {`{"errorMessage": "boom", "errorType": "Exception"}`, failed, null},
		"a delay in words":  {`{"hookStatus": "IN_PROGRESS", "callBackDelay": "soon"}`, failed, unparsed + "CallBackDelay must be a number of seconds."},
		"a delay before":    {`{"hookStatus": "IN_PROGRESS", "callBackDelay": -1}`, failed, unparsed + "CallBackDelay must be a number of seconds."},
		"a delay for ever":  {`{"hookStatus": "IN_PROGRESS", "callBackDelay": 1e300}`, inProgress, ""},
		"long details": {`{"hookStatus": "IN_PROGRESS", "hookDetails": "` + strings.Repeat("x", 256<<10) + `"}`, failed,
			unparsed + "HookDetails must have at most 262144 bytes."},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, store.Options{}, func(w *world) {
				w.answers(c.answer)
				w.deploy(1, w.hook("a"))
				w.idle()
				w.becomes(1, "a", c.status, c.reason)
			})
		})
	}
}

func TestAFunctionThatFailsAndOneThatCannotBeCalled(t *testing.T) {
	inBubble(t, store.Options{}, func(w *world) {
		w.answer = func(context.Context, []byte) (apiclient.Returned, error) {
			return apiclient.Returned{Payload: []byte(`{"hookStatus":"SUCCEEDED"}`), FunctionError: "Unhandled"}, nil
		}
		w.deploy(1, w.hook("a"))
		w.idle()
		w.becomes(1, "a", failed, "ECS was unable to parse the response from "+target+" due to: HookStatus must not be null.")
		if log := w.log.String(); !strings.Contains(log, "error=Unhandled") || !strings.Contains(log, "target="+target) {
			t.Errorf("the log does not tell why: %s", log)
		}
		w.answer = func(context.Context, []byte) (apiclient.Returned, error) {
			return apiclient.Returned{}, errors.New("Post \"http://localhost\": connection refused")
		}
		w.deploy(2, w.hook("b"))
		w.idle()
		w.becomes(2, "b", failed, "ECS was unable to invoke hook target "+target+` due to Post "http://localhost": connection refused.`)
	})
}

func TestRolesThatECSCannotAssume(t *testing.T) {
	inBubble(t, store.Options{}, func(w *world) {
		w.controller.Assumes = func(deploymentARN, asked string) bool { return deploymentARN != deployment(1) || asked != role }
		w.deploy(1, w.hook("a"))
		w.deploy(2, w.hook("b"))
		w.idle()
		w.becomes(1, "a", failed, "ECS was unable to assume role "+role)
		w.becomes(2, "b", succeeded, "")
		if len(w.calls()) != 1 {
			t.Errorf("%d calls", len(w.calls()))
		}
	})
}

// A target that is not done is asked again after a delay of the emulator's clock, with what it has
// said last.
func TestATargetThatIsInProgress(t *testing.T) {
	inBubble(t, store.Options{}, func(w *world) {
		w.answers(`{"hookStatus": "IN_PROGRESS"}`, `{"hookStatus": "IN_PROGRESS", "callBackDelay": 90, "hookDetails": {"job": 7}}`,
			`{"hookStatus": "IN_PROGRESS", "callBackDelay": 0}`, `{"hookStatus": "SUCCEEDED", "hookDetails": 1}`)
		h := w.hook("a")
		h.Details = json.RawMessage(`"first"`)
		w.deploy(1, h)
		began := w.clock.Now()
		w.idle()
		w.becomes(1, "a", inProgress, "")
		w.advance(2*time.Minute - time.Nanosecond)
		if len(w.calls()) != 2 {
			t.Errorf("%d calls within two minutes", len(w.calls()))
		}
		w.advance(time.Hour)
		w.becomes(1, "a", succeeded, "")
		var got []string
		for _, call := range w.calls() {
			var payload struct {
				ExecutionID string          `json:"executionId"`
				HookDetails json.RawMessage `json:"hookDetails"`
			}
			w.must(json.Unmarshal([]byte(call.Payload), &payload))
			got = append(got, fmt.Sprintf("%v %s %s", call.At.Sub(began), payload.ExecutionID, payload.HookDetails))
		}
		want := []string{`0s execution-a "first"`, `30s execution-a "first"`, `2m0s execution-a {"job":7}`, `2m1s execution-a {"job":7}`}
		if strings.Join(got, "\n") != strings.Join(want, "\n") {
			t.Errorf("asked\n%s, want\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	})
}

func TestAsksOnlyWhatIsDue(t *testing.T) {
	inBubble(t, store.Options{}, func(w *world) {
		later, pause, over, ended := w.hook("later"), w.hook("pause"), w.hook("over"), w.hook("ended")
		later.CallAt = w.clock.Now().Add(time.Minute)
		pause.TargetType, pause.Status = types.DeploymentLifecycleHookTargetTypePause, types.DeploymentLifecycleHookStatusAwaitingAction
		over.Status = timedOut
		w.deploy(1, later, pause, over)
		w.deploy(2, w.hook("soon"))
		w.deploy(3, ended)
		w.change(2, func(d *state.ServiceDeployment) { d.Hooks[0].CallAt = later.CallAt })
		w.change(3, func(d *state.ServiceDeployment) { d.FinishedAt, d.Hooks[0].CallAt = w.clock.Now(), later.CallAt })
		before := len(w.calls())
		w.change(2, func(d *state.ServiceDeployment) { d.FinishedAt = w.clock.Now() })
		w.advance(59 * time.Second)
		if got := len(w.calls()); got != before {
			t.Errorf("%d calls before any is due", got-before)
		}
		w.advance(time.Second)
		if calls := w.calls(); len(calls) != before+1 || !strings.Contains(calls[before].Payload, "execution-later") {
			t.Errorf("asked %v, want later alone", calls[before:])
		}
		w.becomes(1, "pause", types.DeploymentLifecycleHookStatusAwaitingAction, "")
	})
}

// A call whose hook is over is cut off, and its answer is not that of the hook any more.
func TestHooksThatAreOverWhileTheirTargetIsAsked(t *testing.T) {
	for name, over := range map[string]func(d *state.ServiceDeployment){
		"timed out":        func(d *state.ServiceDeployment) { d.Hooks[0].Status = timedOut },
		"deployment ended": func(d *state.ServiceDeployment) { d.FinishedAt = d.CreatedAt.Add(time.Hour) },
		"hook is gone":     func(d *state.ServiceDeployment) { d.Hooks = nil },
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, store.Options{}, func(w *world) {
				var cut atomic.Bool
				w.answer = func(ctx context.Context, _ []byte) (apiclient.Returned, error) {
					<-ctx.Done()
					cut.Store(true)
					return apiclient.Returned{Payload: []byte(`{"hookStatus":"SUCCEEDED"}`)}, nil
				}
				w.deploy(1, w.hook("a"))
				if len(w.calls()) != 1 || cut.Load() {
					t.Fatal("the call is not under way")
				}
				w.change(1, over)
				w.idle()
				synctest.Wait()
				w.idle()
				if !cut.Load() || len(w.calls()) != 1 {
					t.Errorf("cut off: %v, %d calls", cut.Load(), len(w.calls()))
				}
				d := state.FindServiceDeployment(w.store.Read(), deployment(1))
				if h := d.Hook("ecs-lambda-a"); h != nil && h.Status == succeeded {
					t.Error("the late answer counts")
				}
			})
		})
	}
}

// The clock waits for an answer, however long it takes in real time within its patience.
func TestTheClockWaitsForACallUnderWay(t *testing.T) {
	inBubble(t, store.Options{}, func(w *world) {
		w.answer = func(context.Context, []byte) (apiclient.Returned, error) {
			time.Sleep(9 * time.Second) // of the bubble
			return apiclient.Returned{Payload: []byte(`{"hookStatus":"IN_PROGRESS","callBackDelay":60}`)}, nil
		}
		w.deploy(1, w.hook("a"))
		began, real := w.clock.Now(), time.Now()
		w.advance(3*time.Minute + time.Second)
		for i, call := range w.calls() {
			if at := call.At.Sub(began); at != time.Duration(i)*time.Minute {
				t.Errorf("call %d is at %v", i, at)
			}
		}
		if took := time.Since(real); len(w.calls()) != 4 || took != 36*time.Second {
			t.Errorf("%d calls in %v", len(w.calls()), took)
		}
	})
}

func TestTheClockDoesNotWaitForACallThatHangs(t *testing.T) {
	inBubble(t, store.Options{}, func(w *world) {
		w.hangs()
		for n := range 20 {
			w.deploy(n, w.hook("a"))
		}
		ticks := 0
		var tick func()
		tick = func() { ticks++; w.clock.AfterFunc(time.Minute, tick) }
		tick()
		w.calls()
		real := time.Now()
		w.advance(time.Hour)
		if took := time.Since(real); took != patience || ticks != 61 {
			t.Errorf("an hour of %d steps takes %v", ticks, took)
		}
		w.becomes(1, "a", inProgress, "")
		// It does not wait for them again, but for others.
		w.answers(`{"hookStatus":"SUCCEEDED"}`)
		w.deploy(100, w.hook("a"))
		real = time.Now()
		w.advance(time.Hour)
		w.becomes(100, "a", succeeded, "")
		if took := time.Since(real); took != 0 {
			t.Errorf("the next hour takes %v", took)
		}
	})
}

// A kill has a hook asked again if its answer is lost, with the same executionId; else not.
func TestAfterARestart(t *testing.T) {
	inBubble(t, store.Options{}, func(w *world) {
		w.answers(`{"hookStatus":"SUCCEEDED"}`)
		w.deploy(1, w.hook("answered"))
		w.idle()
		w.hangs()
		w.deploy(2, w.hook("lost"))
		w.calls()
		w.stop() // and does not wait for the answer
		w.becomes(2, "lost", inProgress, "")
		w.answers(`{"hookStatus":"SUCCEEDED"}`)
		w.start()
		w.idle()
		w.becomes(2, "lost", succeeded, "")
		calls := w.calls()
		if len(calls) != 3 || calls[1].Payload != calls[2].Payload || !strings.Contains(calls[1].Payload, "execution-lost") {
			t.Errorf("asked %v", calls)
		}
	})
}

// An answer that cannot be written is kept until it can: the target is not asked twice.
func TestAnswersWaitForTheDisk(t *testing.T) {
	var full atomic.Bool
	disk := store.Options{Path: filepath.Join(t.TempDir(), "state.db"), Fault: func() error {
		if full.Load() {
			return errors.New("disk full")
		}
		return nil
	}}
	inBubble(t, disk, func(w *world) {
		w.answer = func(context.Context, []byte) (apiclient.Returned, error) {
			full.Store(true)
			return apiclient.Returned{Payload: []byte(`{"hookStatus":"SUCCEEDED"}`)}, nil
		}
		w.deploy(1, w.hook("a"))
		w.idle()
		time.Sleep(time.Minute)
		w.becomes(1, "a", inProgress, "")
		full.Store(false)
		time.Sleep(time.Minute)
		w.idle()
		w.becomes(1, "a", succeeded, "")
		if len(w.calls()) != 1 || strings.Count(w.log.String(), "disk full") != 1 {
			t.Errorf("%d calls; the log: %s", len(w.calls()), w.log.String())
		}
	})
}

// An answer that comes while the emulator ends is written.
func TestAnswersThatComeAtTheEnd(t *testing.T) {
	inBubble(t, store.Options{}, func(w *world) {
		w.answer = func(ctx context.Context, _ []byte) (apiclient.Returned, error) {
			<-ctx.Done()
			return apiclient.Returned{Payload: []byte(`{"hookStatus":"SUCCEEDED"}`)}, nil
		}
		w.deploy(1, w.hook("a"))
		w.calls()
		w.stop()
		w.becomes(1, "a", succeeded, "")
		w.start()
		if w.idle(); len(w.calls()) != 1 {
			t.Errorf("%d calls", len(w.calls()))
		}
	})
}

// Neither deployments nor the hooks of one wait for each other.
func TestAHundredHooksAtOnce(t *testing.T) {
	inBubble(t, store.Options{}, func(w *world) {
		w.answer = func(context.Context, []byte) (apiclient.Returned, error) {
			time.Sleep(5 * time.Second) // of the bubble
			return apiclient.Returned{Payload: []byte(`{"hookStatus":"SUCCEEDED"}`)}, nil
		}
		for n := range 10 {
			var hooks []state.LifecycleHook
			for i := range 10 {
				hooks = append(hooks, w.hook(strconv.Itoa(i)))
			}
			w.deploy(n, hooks...)
		}
		real := time.Now()
		w.idle()
		if took := time.Since(real); took != 5*time.Second {
			t.Errorf("a hundred answers take %v", took)
		}
		for n := range 10 {
			for i := range 10 {
				w.becomes(n, strconv.Itoa(i), succeeded, "")
			}
		}
		if len(w.calls()) != 100 {
			t.Errorf("%d calls", len(w.calls()))
		}
	})
}

func TestTheEmulatorsOwnTroubleIsNotTheTargets(t *testing.T) {
	inBubble(t, store.Options{}, func(w *world) {
		var trouble atomic.Bool
		trouble.Store(true)
		w.controller.Role = func(string, string, string) (as apiclient.Principal, err error) {
			if trouble.Load() {
				err = errors.New("no keys")
			}
			return as, err
		}
		w.deploy(1, w.hook("a"))
		time.Sleep(time.Minute)
		w.becomes(1, "a", inProgress, "")
		trouble.Store(false)
		time.Sleep(time.Minute)
		w.becomes(1, "a", succeeded, "")
	})
}

func TestDetailsOutliveTheEmulator(t *testing.T) {
	const details = `{"a":[1e400,0.10,"<é>",null],"A":{}}`
	disk := store.Options{Path: filepath.Join(t.TempDir(), "state.db")}
	inBubble(t, disk, func(w *world) {
		w.answers(`{"hookStatus":"IN_PROGRESS","hookDetails":` + details + `}`)
		w.deploy(1, w.hook("a"))
		w.idle()
	})
	inBubble(t, disk, func(w *world) {
		if got := string(w.is(1, "a").Details); got != details {
			t.Errorf("after a restart details are %s, want %s", got, details)
		}
	})
}
