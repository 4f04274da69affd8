package registry_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ecr"
)

// What goes wrong with calls of ECR's actions goes wrong with requests for them, before a policy is asked.
func TestFaultsOfRequests(t *testing.T) {
	w := start(t, 0, "web")
	w.push("web", "v1", "config")
	const role = "arn:aws:iam::123456789012:role/ci"
	w.password = w.login(ecr.Login{
		Account: account, Region: "eu-west-1", RoleARN: role, ARN: "arn:aws:sts::123456789012:assumed-role/ci/s", Issued: w.now.UnixMilli(),
	})
	w.set(func() {
		w.allow = func(context.Context, awsapi.Call, awsapi.Access) error { return errors.New("it is too early to ask") }
	})
	for _, c := range []struct {
		method, path, action string
		err                  error
		status               int
		body                 string
	}{
		{http.MethodGet, "/v2/web/manifests/v1", "BatchGetImage", awsapi.ErrThrottled, 429, `"code":"TOOMANYREQUESTS","message":"Rate exceeded"`},
		{http.MethodPost, "/v2/web/blobs/uploads/", "InitiateLayerUpload", awsapi.ErrFailed, 500, `"code":"UNKNOWN","message":"Service Unavailable.`},
		{http.MethodHead, "/v2/web/blobs/" + digestOf("config"), "BatchCheckLayerAvailability", awsapi.ErrThrottled, 429, ""},
		{http.MethodGet, "/v2/_catalog", "DescribeRepositories", awsapi.ErrThrottled, 429, "TOOMANYREQUESTS"},
	} {
		w.faults.Ask(func(_ context.Context, call awsapi.Call) error {
			if call.Service != "ecr" || call.Operation != c.action || call.Account != account || call.Caller.RoleARN != role {
				t.Errorf("%s %s is the call %+v", c.method, c.path, call)
			}
			return c.err
		})
		w.ask(c.method, c.path, "").is(c.status, c.body)
	}
	w.faults.Ask(func(context.Context, awsapi.Call) error { return nil })
	w.set(func() { w.allow = nil })
	w.ask(http.MethodGet, "/v2/web/manifests/v1", "").is(http.StatusOK)
}

// Requests are observed as calls of ECR's actions. Those before a login, and the one by which clients log in, ask for none.
func TestRequestsAreObserved(t *testing.T) {
	w := start(t, 0, "web")
	w.push("web", "v1", "config")
	w.ask(http.MethodGet, "/v2/", "").is(http.StatusOK)
	w.ask(http.MethodGet, "/v2/web/manifests/v2", "").is(http.StatusNotFound)
	w.password = ""
	w.ask(http.MethodGet, "/v2/web/manifests/v1", "").is(http.StatusUnauthorized)
	w.set(func() {
		if want := []string{"ecr InitiateLayerUpload 201", "ecr PutImage 201", "ecr BatchGetImage 404"}; !slices.Equal(w.seen, want) {
			t.Errorf("observed are %q, want %q", w.seen, want)
		}
	})
}

// A request is one call, also where it mounts, or tries to. What AWS has no operation for is none.
func TestARequestIsOneCall(t *testing.T) {
	w := start(t, 0, "web", "source")
	w.push("source", "v1", "config", "layer")
	mount := "/v2/web/blobs/uploads/?from=source&mount="
	for _, c := range []struct {
		method, path string
		mount        bool
		status       int
		calls        []string
	}{
		{http.MethodPost, mount + digestOf("missing"), true, 202, []string{"InitiateLayerUpload"}},
		{http.MethodPost, mount + digestOf("layer"), false, 202, []string{"InitiateLayerUpload"}},
		{http.MethodPost, mount + digestOf("layer"), true, 201, []string{"InitiateLayerUpload"}},
		{http.MethodGet, w.begin("web"), false, 204, nil},
		{http.MethodDelete, w.begin("web"), false, 204, nil},
		{http.MethodPatch, w.begin("web"), false, 202, []string{"UploadLayerPart"}},
	} {
		var asked []string
		w.faults.Ask(func(_ context.Context, call awsapi.Call) error {
			w.set(func() { asked = append(asked, call.Operation) })
			return nil
		})
		w.set(func() { w.mount, w.seen = c.mount, nil })
		w.ask(c.method, c.path, "").is(c.status)
		w.set(func() {
			var seen []string
			for _, call := range c.calls {
				seen = append(seen, fmt.Sprint("ecr ", call, " ", c.status))
			}
			if !slices.Equal(asked, c.calls) || !slices.Equal(w.seen, seen) {
				t.Errorf("%s %s asks for faults of %q and is observed as %q, want %q", c.method, c.path, asked, w.seen, c.calls)
			}
		})
	}
}
