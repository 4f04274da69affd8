package emulator_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/ecs-emulator/ecs-emulator/emulator"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

const (
	hookTarget     = "arn:aws:lambda:eu-west-1:000000000000:function:check"
	hookDeployment = "arn:aws:ecs:us-east-1:000000000000:service-deployment/default/web/1"
	hookRole       = "arn:aws:iam::000000000000:role/hooks"
)

// hooked starts an emulator with a service deployment that waits for a lifecycle hook, and advances the clock
// by nothing: until the hook is answered.
func hooked(t *testing.T, o emulator.Options) (srv *emulator.Server, answer func() string) {
	t.Helper()
	srv = emulator.Start(t, o)
	putHook(t, srv)
	return srv, func() string {
		t.Helper()
		if err := srv.Clock().Advance(0); err != nil {
			t.Fatal(err)
		}
		h := state.FindServiceDeployment(srv.Rows().Read(), hookDeployment).Hook("ecs-lambda-1")
		return strings.TrimSpace(string(h.Status) + " " + h.StatusReason)
	}
}

func putHook(t *testing.T, srv *emulator.Server) {
	t.Helper()
	err := srv.Rows().Update(func(tx *store.Tx) error {
		state.PutServiceDeployment(tx, &state.ServiceDeployment{
			ARN: hookDeployment, ServiceARN: "arn:aws:ecs:us-east-1:000000000000:service/default/web",
			Hooks: []state.LifecycleHook{{
				ID: "ecs-lambda-1", TargetType: types.DeploymentLifecycleHookTargetTypeAwsLambda, TargetARN: hookTarget, RoleARN: hookRole,
				Stage: types.DeploymentLifecycleHookStagePreScaleUp, Status: types.DeploymentLifecycleHookStatusInProgress,
				ExecutionID: "b9b5f6d6-1c62-4a55-a2f3-1a1ec1ac5f4a", CallAt: srv.Clock().Now(),
			}},
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// hookServer answers calls of hooks over HTTP.
func hookServer(t *testing.T, look func(r *http.Request, body string)) (url string) {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/" { // the upstream is asked for its account
			http.NotFound(w, r)
			return
		}
		body, err := io.ReadAll(r.Body)
		if err != nil || !strings.Contains(string(body), `"executionId":"b9b5f6d6-1c62-4a55-a2f3-1a1ec1ac5f4a"`) {
			t.Errorf("got %s, %v", body, err)
		}
		look(r, string(body))
		fmt.Fprint(w, `{"hookStatus": "SUCCEEDED"}`)
	}))
	t.Cleanup(server.Close)
	return server.URL
}

func TestWhatAnswersALifecycleHook(t *testing.T) {
	url := hookServer(t, func(r *http.Request, _ string) {
		if r.Method != http.MethodPost || r.URL.Path != "/check" || r.Header.Get("Authorization") != "" {
			t.Errorf("%s %s, %v", r.Method, r.URL, r.Header)
		}
	})
	lambda := hookServer(t, func(r *http.Request, _ string) {
		if r.Method != http.MethodPost || r.URL.Path != "/2015-03-31/functions/"+hookTarget+"/invocations" {
			t.Errorf("%s %s", r.Method, r.URL)
		}
		if signed := r.Header.Get("Authorization"); !strings.Contains(signed, "/eu-west-1/lambda/aws4_request") {
			t.Errorf("signed as %s", signed)
		}
	})
	function := func(context.Context, []byte) ([]byte, error) { return []byte(`{"hookStatus": "FAILED"}`), nil }
	for name, c := range map[string]struct {
		options emulator.Options
		want    string
	}{
		"a URL":            {emulator.Options{Hooks: map[string]string{hookTarget: url + "/check"}, LambdaEndpoint: "http://127.0.0.1:1"}, "SUCCEEDED"},
		"a target's URL":   {emulator.Options{EventTargets: map[string]string{hookTarget: url + "/check"}}, "SUCCEEDED"},
		"a Lambda":         {emulator.Options{LambdaEndpoint: lambda, Upstream: "http://127.0.0.1:1"}, "SUCCEEDED"},
		"the upstream":     {emulator.Options{Upstream: lambda}, "SUCCEEDED"},
		"no upstream":      {emulator.Options{Upstream: "http://127.0.0.1:1"}, "FAILED ECS was unable to invoke hook target " + hookTarget + " due to UpstreamUnavailableException: "},
		"nothing":          {emulator.Options{}, "FAILED ECS was unable to invoke hook target " + hookTarget + " due to ecs-emulator has no Lambda and no other answer for it: start it with --hook " + hookTarget + "=URL, --lambda-endpoint or --upstream."},
		"a function of Go": {emulator.Options{HookFuncs: map[string]emulator.HookFunc{hookTarget: function}}, "FAILED Lifecycle hook target " + hookTarget + " returned FAILED status."},
		"an unknown role":  {emulator.Options{StrictRoles: true}, "FAILED ECS was unable to assume role " + hookRole},
	} {
		t.Run(name, func(t *testing.T) {
			if _, answer := hooked(t, c.options); !strings.HasPrefix(answer(), c.want) {
				t.Errorf("the hook is %s, want %s", answer(), c.want)
			}
		})
	}
}

func TestOnHookComesFirstAndMayComeAtAnyTime(t *testing.T) {
	t.Parallel()
	srv := emulator.Start(t, emulator.Options{Hooks: map[string]string{hookTarget: "http://127.0.0.1:1"}})
	srv.OnHook(hookTarget, func(context.Context, []byte) ([]byte, error) { return []byte(`{"hookStatus": "SUCCEEDED"}`), nil })
	for _, want := range []types.DeploymentLifecycleHookStatus{"SUCCEEDED", "FAILED"} {
		putHook(t, srv)
		if err := srv.Clock().Advance(0); err != nil {
			t.Fatal(err)
		}
		if got := state.FindServiceDeployment(srv.Rows().Read(), hookDeployment).Hooks[0].Status; got != want {
			t.Errorf("the hook is %s, want %s", got, want)
		}
		srv.OnHook(hookTarget, nil)
	}
}

func TestStrictRolesMayAnswerForHooks(t *testing.T) {
	t.Parallel()
	srv := emulator.Start(t, emulator.Options{StrictRoles: true})
	const trust = `{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "ecs.amazonaws.com"}, "Action": "sts:AssumeRole",
		"Condition": {"ArnLike": {"aws:SourceArn": "arn:aws:ecs:us-east-1:000000000000:*"}}}]}`
	if _, err := iam.NewFromConfig(srv.Config()).CreateRole(t.Context(), &iam.CreateRoleInput{RoleName: aws.String("hooks"), AssumeRolePolicyDocument: aws.String(trust)}); err != nil {
		t.Fatal(err)
	}
	srv.OnHook(hookTarget, func(context.Context, []byte) ([]byte, error) { return []byte(`{"hookStatus": "SUCCEEDED"}`), nil })
	putHook(t, srv)
	if err := srv.Clock().Advance(0); err != nil {
		t.Fatal(err)
	}
	if got := state.FindServiceDeployment(srv.Rows().Read(), hookDeployment).Hooks[0]; got.Status != "SUCCEEDED" {
		t.Errorf("the hook is %s %s", got.Status, got.StatusReason)
	}
}

// The end of the emulator cuts off calls, and the next one asks again.
func TestTheEndOfTheEmulatorEndsCallsOfHooks(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(*emulator.Server){
		"close": func(srv *emulator.Server) { _ = srv.Close() },
		"crash": (*emulator.Server).Die,
	} {
		t.Run(name, func(t *testing.T) {
			o := emulator.Options{DataDir: t.TempDir()}
			srv, err := emulator.New(o)
			if err != nil {
				t.Fatal(err)
			}
			asked := make(chan string)
			srv.OnHook(hookTarget, func(_ context.Context, payload []byte) ([]byte, error) {
				asked <- string(payload)
				select {} // and does not look at its context
			})
			putHook(t, srv)
			first := <-asked
			end(srv)
			second := make(chan string, 1)
			o.HookFuncs = map[string]emulator.HookFunc{hookTarget: func(_ context.Context, payload []byte) ([]byte, error) {
				second <- string(payload)
				return []byte(`{"hookStatus": "SUCCEEDED"}`), nil
			}}
			emulator.Start(t, o)
			if again := <-second; again != first {
				t.Errorf("asked %s, then %s", first, again)
			}
		})
	}
}
