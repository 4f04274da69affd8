package apitest

import (
	"cmp"
	"context"
	"log/slog"
	"maps"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
)

// Asked is what calls of a service have asked for, each of which is refused for it: nothing that they would do happens.
type Asked struct {
	scene   *Scene
	service awsapi.Service

	mu    sync.Mutex
	wants []awsapi.Access
	of    awsapi.Call
}

// Refuse serves a service of which each call is refused for what it asks, and returns what the SDK makes its client of. The
// calls are a caller's; the zero Caller is the root of the account.
func (s *Scene) Refuse(service awsapi.Service, caller awsapi.Caller) (aws.Config, *Asked) {
	a := &Asked{scene: s, service: service}
	server := httptest.NewServer(service.Handler(awsapi.Options{
		Logger: slog.New(slog.DiscardHandler), Authorize: a.refuse,
		Caller: func(awsapi.Scope, string) (awsapi.Caller, bool, error) { return caller, caller.ARN != "", nil },
	}))
	s.T.Cleanup(server.Close)
	return aws.Config{
		HTTPClient: HTTPClient(), BaseEndpoint: &server.URL, Region: s.Scope.Region, Retryer: Retryer,
		Credentials: credentials.NewStaticCredentialsProvider(s.Scope.Account, "secret", ""),
	}, a
}

func (a *Asked) refuse(_ context.Context, call *awsapi.Call, wants []awsapi.Access) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.wants, a.of = append(a.wants, wants...), *call
	return &awsapi.Denied{Principal: call.Principal(), Action: wants[0].Action, Resource: cmp.Or(wants[0].Named, wants[0].Resource)}
}

// For returns what a call has asked for, a line each, and fails if it has done anything else:
//
//	iam:AttachRolePolicy arn:aws:iam::123456789012:role/ci as role ci, iam:policyarn=arn:aws:iam::aws:policy/ReadOnlyAccess
func For[In, Out, O any](a *Asked, call Operation[In, Out, O], in *In) string {
	t := a.scene.T
	t.Helper()
	a.mu.Lock()
	a.wants = nil
	a.mu.Unlock()
	_, err := call(t.Context(), in)
	a.mu.Lock()
	defer a.mu.Unlock()
	if err == nil || len(a.wants) == 0 || !strings.Contains(err.Error(), "is not authorized to perform: "+a.wants[0].Action+" on resource: ") {
		t.Errorf("%T has asked for %v, and answers %v", in, a.wants, err)
	}
	if i := slices.IndexFunc(a.service.Operations, func(o awsapi.Operation) bool { return o.Name == a.of.Operation }); i >= 0 {
		if shape := a.service.AccessShape(a.service.Operations[i]); shape.Row {
			AccessKeys(t, shape, a.wants)
		}
	}
	lines := make([]string, len(a.wants))
	for i, w := range a.wants {
		lines[i] = line(w)
	}
	return strings.Join(lines, "\n")
}

func line(w awsapi.Access) string {
	var text strings.Builder
	text.WriteString(w.Action + " " + w.Resource)
	if w.Named != "" {
		text.WriteString(" as " + w.Named)
	}
	for _, name := range slices.Sorted(maps.Keys(w.Keys)) {
		text.WriteString(", " + name + "=" + strings.Join(w.Keys[name].Texts, "+"))
	}
	return text.String()
}
