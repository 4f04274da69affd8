package cloudformation_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/handler"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/signal"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template/document"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/types"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/waitcondition"
)

const stackID = "arn:aws:cloudformation:eu-west-1:123456789012:stack/shop/1"

var noon = time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC)

func request(t *testing.T, kind, logicalID, properties string) handler.Request {
	t.Helper()
	v, err := document.Read("P: " + properties)
	if err != nil {
		t.Fatal(err)
	}
	return handler.Request{
		Action: handler.Create, Type: kind, LogicalID: logicalID, StackName: "shop", StackID: stackID, Incarnation: "1", Began: noon, Now: noon,
		Endpoint: "http://127.0.0.1:4566", Properties: v.Get("P"),
	}
}

func run(r handler.Request) handler.Result {
	return types.Find(r.Type).Run(context.Background(), nil, r)
}

func handle(t *testing.T) handler.Result {
	return run(request(t, "AWS::CloudFormation::WaitConditionHandle", "Handle", "{}"))
}

func condition(t *testing.T, properties string) handler.Request {
	return request(t, "AWS::CloudFormation::WaitCondition", "Condition", strings.ReplaceAll(properties, "URL", "'"+handle(t).PhysicalID+"'"))
}

// TestHandle: its URL is the same if its create is asked for again.
func TestHandle(t *testing.T) {
	t.Parallel()
	made := handle(t)
	if made.Failure != nil || made.Again != 0 || made.PhysicalID != handle(t).PhysicalID {
		t.Errorf("%+v", made)
	}
	if id, is := waitcondition.HandleOf(made.PhysicalID, stackID); id != "Handle" || !is {
		t.Errorf("%s is of %q", made.PhysicalID, id)
	}
}

// TestWaitCondition: it waits for signals of its handle until its time is over, and has what they sent.
func TestWaitCondition(t *testing.T) {
	t.Parallel()
	r := condition(t, "{Handle: URL, Timeout: 600, Count: 2}")
	result := run(r)
	if result.Failure != nil || result.Again != 10*time.Minute || result.PhysicalID != stackID+"/Handle" || result.Configured {
		t.Fatalf("%+v", result)
	}
	r.PhysicalID, r.Progress = result.PhysicalID, result.Progress
	r.Now, r.Sent = noon.Add(time.Minute), []signal.Signal{{UniqueID: "a", Data: "x"}}
	if result = run(r); result.Again != 9*time.Minute || result.Attributes["Data"].Text != `{"a":"x"}` {
		t.Errorf("after one signal: %+v", result)
	}
	r.Sent = append(r.Sent, signal.Signal{UniqueID: "b", Data: "y"})
	if result = run(r); result.Again != 0 || result.Failure != nil || result.Attributes["Data"].Text != `{"a":"x","b":"y"}` {
		t.Errorf("after two: %+v", result)
	}
	r.Sent, r.Now = r.Sent[:1], noon.Add(10*time.Minute)
	if result = run(r); result.Failure == nil || result.Failure.Message != "WaitCondition timed out. Received 1 conditions when expecting 2" || result.Failure.Code != "" {
		t.Errorf("too late: %+v", result.Failure)
	}
	r.Action, r.Previous, r.Progress = handler.Update, condition(t, "{Handle: URL, Timeout: 60}").Properties, ""
	if result = run(r); result.Failure == nil || result.Failure.Message != "Update to resource type AWS::CloudFormation::WaitCondition is not supported." {
		t.Errorf("an update: %+v", result)
	}
	r.Restores = true
	if result = run(r); result.Failure != nil || result.Again != 0 {
		t.Errorf("its rollback: %+v", result)
	}
}

// TestWaitConditionWithAPolicy: it takes signals that are sent to itself.
func TestWaitConditionWithAPolicy(t *testing.T) {
	t.Parallel()
	policy, err := document.Read("P: {ResourceSignal: {Timeout: PT1H}}")
	if err != nil {
		t.Fatal(err)
	}
	r := condition(t, "{}")
	r.CreationPolicy = policy.Get("P")
	if result := run(r); result.Again != time.Hour || result.PhysicalID != stackID+"/Condition" {
		t.Errorf("%+v", result)
	}
	r.Signals = []signal.Signal{{UniqueID: "a"}}
	if result := run(r); result.Again != 0 || result.Failure != nil {
		t.Errorf("after a signal: %+v", result)
	}
	r.Signals[0].Failed = true
	if result := run(r); result.Failure == nil || result.Failure.Message != "Received FAILURE signal with UniqueId a" {
		t.Errorf("after a failure: %+v", result)
	}
}

func TestRefusedWaitConditions(t *testing.T) {
	t.Parallel()
	for properties, want := range map[string]string{
		"{}":                                  "Property Handle cannot be empty.",
		"{Handle: URL}":                       "Property Timeout cannot be empty.",
		"{Handle: URL, Timeout: 43201}":       "Timeout has to be a number of seconds, up to 43200",
		"{Handle: URL, Timeout: 18446744074}": "Timeout has to be a number of seconds, up to 43200",
		"{Handle: URL, Timeout: 1, Count: x}": "Count has to be a whole number",
		"{Handle: 'http://a/b', Timeout: 1}":  "handles of other stacks are not built",
	} {
		if got := run(condition(t, properties)); got.Failure == nil || !strings.Contains(got.Failure.Message, want) {
			t.Errorf("%s: %+v, want %s", properties, got.Failure, want)
		}
	}
	r := condition(t, "{Timeout: 1}")
	policy, _ := document.Read("P: {ResourceSignal: {}}")
	r.CreationPolicy = policy.Get("P")
	if got := run(r); got.Failure == nil || !strings.Contains(got.Failure.Message, "has no property Timeout") {
		t.Errorf("with a policy: %+v", got.Failure)
	}
}
