package target

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/delivery"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/lambda"
	"github.com/ecs-emulator/ecs-emulator/internal/base/apiclient"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/eventbridge/types"
)

const (
	id      = "0d0a608b-b6bd-422d-b39b-365f723ccf4b"
	cluster = "arn:aws:ecs:us-east-1:111122223333:cluster/default"
	queue   = "arn:aws:sqs:eu-west-1:111122223333:jobs"
	role    = "arn:aws:iam::111122223333:role/events"
)

// aws stands for the endpoint: it answers operations with a status and a body, and keeps what was sent.
type endpoint struct {
	mu      sync.Mutex
	answers map[string]string // by operation: "200 {}"
	got     []string          // "SendMessage us-east-1/sqs ASIA {…}"
}

func (e *endpoint) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	operation := r.Header.Get("X-Amz-Target")
	operation = operation[strings.LastIndexByte(operation, '.')+1:]
	if form, isQuery := strings.CutPrefix(string(body), "Action="); isQuery {
		operation, _, _ = strings.Cut(form, "&")
	} else if strings.HasPrefix(r.URL.Path, "/2015-03-31/functions/") {
		operation = "Invoke " + r.Header.Get("X-Amz-Invocation-Type")
	}
	_, signed, _ := strings.Cut(r.Header.Get("Authorization"), "Credential=")
	scope := strings.Split(signed, "/")
	e.mu.Lock()
	defer e.mu.Unlock()
	e.got = append(e.got, fmt.Sprintf("%s %s/%s %s %s", operation, scope[2], scope[3], scope[0], body))
	answer := e.answers[operation]
	if answer == "" {
		answer = "200 {}"
	}
	status, text, _ := strings.Cut(answer, " ")
	var code int
	fmt.Sscan(status, &code)
	w.WriteHeader(code)
	fmt.Fprint(w, text)
}

// sentTo are targets whose calls go to an endpoint.
func sentTo(t *testing.T, answers map[string]string) (*Targets, *endpoint) {
	t.Helper()
	e := &endpoint{answers: answers}
	client := apiclient.New(apiclient.Options{Endpoint: e, Host: "localhost"})
	functions, err := lambda.New(lambda.Options{Upstream: client})
	if err != nil {
		t.Fatal(err)
	}
	return &Targets{
		Client: client, Functions: functions,
		Role: func(scope arn.Scope, role, session string) (apiclient.Principal, error) {
			return apiclient.Principal{Scope: scope, Keys: aws.Credentials{AccessKeyID: "ASIA-" + session, SecretAccessKey: "secret"}}, nil
		},
		Route: func(arn.Scope, string, string, delivery.Passed) error { return nil },
		Now:   func() time.Time { return time.Date(2031, 5, 1, 12, 0, 0, 0, time.UTC) },
	}, e
}

// of is a delivery of a rule.
func of(target, body string) *delivery.Delivery {
	return &delivery.Delivery{
		ID: id, Scope: arn.Scope{Account: "111122223333", Region: "us-east-1"}, Name: "nightly",
		Source: "arn:aws:events:us-east-1:111122223333:rule/nightly", TargetARN: target, Body: body,
	}
}

// ofSchedule is a delivery of a schedule.
func ofSchedule(target, body string) *delivery.Delivery {
	d := of(target, body)
	d.FromSchedule, d.Source = true, "arn:aws:scheduler:us-east-1:111122223333:schedule/default/nightly"
	return d
}

func ofTask(body string) *delivery.Delivery {
	d := of(cluster, body)
	d.RoleARN = role
	d.ECS = &types.EcsParameters{TaskDefinitionArn: new("arn:aws:ecs:us-east-1:111122223333:task-definition/job:3")}
	return d
}

// becomes wants an outcome of an attempt.
func becomes(t *testing.T, targets *Targets, d *delivery.Delivery, want delivery.Result, code, message string) {
	t.Helper()
	got := targets.Send(t.Context(), d)
	if got.Result != want || got.Code != code || !strings.Contains(got.Message, message) {
		t.Errorf("the outcome is %+v, want %s %s %s", got, want, code, message)
	}
}

// gets wants the endpoint to have got calls that begin with texts.
func (e *endpoint) gets(t *testing.T, want ...string) {
	t.Helper()
	e.mu.Lock()
	defer e.mu.Unlock()
	if len(e.got) != len(want) {
		t.Fatalf("the calls are %q, want %q", e.got, want)
	}
	for i := range want {
		if e.got[i] != want[i] {
			t.Errorf("call %d is\n%s, want\n%s", i, e.got[i], want[i])
		}
	}
}
