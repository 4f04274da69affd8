package emulator_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"

	"github.com/ecs-emulator/ecs-emulator/emulator"
)

func answerNothing(context.Context, []byte) ([]byte, error) { return nil, nil }

func takeNothing(context.Context, []byte) error { return nil }

func TestOneAnswerForAnARN(t *testing.T) {
	t.Parallel()
	one := map[string]string{hookTarget: "http://localhost:1"}
	for name, c := range map[string]struct {
		o    emulator.Options
		want string
	}{
		"both URLs":  {emulator.Options{Hooks: one, EventTargets: map[string]string{hookTarget: "http://localhost:2"}}, "give one of them"},
		"no ARN":     {emulator.Options{EventTargets: map[string]string{"jobs": "http://localhost"}}, `"jobs" is no ARN`},
		"no URL":     {emulator.Options{EventTargets: map[string]string{hookTarget: "localhost"}}, "is no URL such as"},
		"no Lambda":  {emulator.Options{Hooks: map[string]string{"arn:aws:sqs:us-east-1:000000000000:jobs": "http://localhost"}}, "is not the ARN of a Lambda function"},
		"both funcs": {emulator.Options{HookFuncs: map[string]emulator.HookFunc{hookTarget: answerNothing}, EventTargetFuncs: map[string]emulator.EventTargetFunc{hookTarget: takeNothing}}, "give one of them"},
	} {
		t.Run(name, func(t *testing.T) {
			srv, err := emulator.New(c.o)
			if err == nil {
				srv.Close()
			}
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v", err)
			}
		})
	}
}

// What answers for a function by --hook or --event-target, or stands there in Go, is a target of rules as well.
func TestTargetsFindWhatAnswersForAnARN(t *testing.T) {
	t.Parallel()
	got := make(chan string, 1)
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		got <- string(body)
	}))
	defer server.Close()
	take := func(_ context.Context, body []byte) error { got <- string(body); return nil }
	for name, o := range map[string]emulator.Options{
		"hook":         {Hooks: map[string]string{hookTarget: server.URL}},
		"event target": {EventTargets: map[string]string{hookTarget: server.URL}},
		"a function":   {EventTargetFuncs: map[string]emulator.EventTargetFunc{hookTarget: take}},
	} {
		t.Run(name, func(t *testing.T) {
			srv := emulator.Start(t, o)
			events := eventbridge.NewFromConfig(srv.Config())
			if _, err := events.PutRule(t.Context(), &eventbridge.PutRuleInput{Name: new("r"), EventPattern: new(`{"source":["shop"]}`)}); err != nil {
				t.Fatal(err)
			}
			to := []types.Target{{Id: new("1"), Arn: new(hookTarget + ":live"), InputPath: new("$.detail")}}
			if _, err := events.PutTargets(t.Context(), &eventbridge.PutTargetsInput{Rule: new("r"), Targets: to}); err != nil {
				t.Fatal(err)
			}
			entry := types.PutEventsRequestEntry{Source: new("shop"), DetailType: new("Order"), Detail: new(`{"n": 7}`)}
			if _, err := events.PutEvents(t.Context(), &eventbridge.PutEventsInput{Entries: []types.PutEventsRequestEntry{entry}}); err != nil {
				t.Fatal(err)
			}
			if err := srv.Clock().Advance(0); err != nil {
				t.Fatal(err)
			}
			select {
			case body := <-got:
				if body != `{"n":7}` {
					t.Errorf("the target gets %s", body)
				}
			default:
				t.Error("the target gets nothing, though the clock has waited for it")
			}
		})
	}
}

func TestTargetsWithoutAWayAreRefused(t *testing.T) {
	t.Parallel()
	events := eventbridge.NewFromConfig(emulator.Start(t).Config())
	if _, err := events.PutRule(t.Context(), &eventbridge.PutRuleInput{Name: new("r"), EventPattern: new(`{"source":["shop"]}`)}); err != nil {
		t.Fatal(err)
	}
	for target, want := range map[string]string{
		"arn:aws:sqs:us-east-1:000000000000:jobs": "--event-target arn:aws:sqs:us-east-1:000000000000:jobs=URL or --upstream",
		hookTarget: "--event-target " + hookTarget + "=URL, --lambda-endpoint or --upstream",
		"arn:aws:kinesis:us-east-1:000000000000:stream/s": "does not call targets of Kinesis",
	} {
		_, err := events.PutTargets(t.Context(), &eventbridge.PutTargetsInput{Rule: new("r"), Targets: []types.Target{{Id: new("1"), Arn: &target}}})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", target, err, want)
		}
	}
}
