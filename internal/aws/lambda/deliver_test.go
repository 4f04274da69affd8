package lambda

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/internal/base/apiclient"
)

const queue = "arn:aws:sqs:us-east-1:111122223333:jobs"

func TestDeliveriesToAnythingWithAnARN(t *testing.T) {
	status, got := http.StatusAccepted, ""
	f := functions(t, Options{URLs: map[string]string{queue: server(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		got = r.Method + " " + r.Header.Get("Content-Type") + " " + string(body)
		w.WriteHeader(status)
	})}})
	if err := f.Deliver(t.Context(), queue, []byte(`{"a":1}`)); err != nil || got != `POST application/json {"a":1}` {
		t.Errorf("got %s, %v", got, err)
	}
	status = http.StatusConflict
	var refused *StatusError
	if err := f.Deliver(t.Context(), queue, nil); !errors.As(err, &refused) || refused.Code != status || !strings.HasSuffix(err.Error(), " answers 409 Conflict") {
		t.Errorf("got %v", err)
	}
	f.On(queue, func(context.Context, []byte) ([]byte, error) { return nil, errors.New("boom") })
	var failed *FuncError
	if err := f.Deliver(t.Context(), queue, nil); !errors.As(err, &failed) || !strings.Contains(err.Error(), "boom") {
		t.Errorf("got %v", err)
	}
	f.On(queue, func(context.Context, []byte) ([]byte, error) { return nil, nil })
	if err := f.Deliver(t.Context(), queue, nil); err != nil {
		t.Error(err)
	}
	if other := queue + "-other"; !f.Has(queue) || f.Has(other) || f.Deliver(t.Context(), other, nil) == nil {
		t.Error("what nothing answers for is delivered")
	}
}

func TestAnARNWithAVersionHasTheAnswerOfTheOneWithout(t *testing.T) {
	const group = "arn:aws:logs:us-east-1:111122223333:log-group:/aws/events/x"
	f := functions(t, Options{URLs: map[string]string{group: server(t, func(http.ResponseWriter, *http.Request) {})}})
	if !f.Has(group + ":*") {
		t.Error("a log group has an answer only without its asterisk")
	}
}

func TestLambdaIsToldOfEvents(t *testing.T) {
	kind := ""
	upstream := apiclient.New(apiclient.Options{Host: "localhost", Endpoint: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		kind = r.Header.Get("X-Amz-Invocation-Type")
		w.WriteHeader(http.StatusAccepted)
	})})
	with, without := functions(t, Options{Upstream: upstream}), functions(t, Options{})
	if err := with.InvokeEvent(t.Context(), root, check, nil); err != nil || kind != "Event" || !with.HasLambda() {
		t.Errorf("a call of the type %q: %v", kind, err)
	}
	if err := without.InvokeEvent(t.Context(), root, check, nil); err == nil || without.HasLambda() {
		t.Error("there is a Lambda without one")
	}
}
