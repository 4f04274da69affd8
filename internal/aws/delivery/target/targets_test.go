package target

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/delivery"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/lambda"
)

func TestWays(t *testing.T) {
	targets, _ := sentTo(t, nil)
	targets.Has = func(service string) bool { return service == "ecs" || service == "logs" || service == "events" }
	for arn, want := range map[string]string{
		cluster: "",
		"arn:aws:logs:us-east-1:111122223333:log-group:/aws/events/x": "",
		"arn:aws:events:us-east-1:111122223333:event-bus/other":       "",
		"arn:aws:lambda:us-east-1:111122223333:function:check":        "",
		"arn:aws:scheduler:::aws-sdk:ecs:updateService":               "",
		"arn:aws:scheduler:::aws-sdk:cloudwatchlogs:createLogGroup":   "",
		"arn:aws:scheduler:::aws-sdk:lambda:invoke":                   "",
		queue: "ecs-emulator has no Amazon SQS: start it with --event-target " + queue + "=URL or --upstream",
		"arn:aws:sns:us-east-1:111122223333:topic":                  "has no Amazon SNS: start it with",
		"arn:aws:states:us-east-1:111122223333:stateMachine:x":      "has no Step Functions: start it with",
		"arn:aws:scheduler:::aws-sdk:sqs:sendMessage":               "has no AmazonSQS: start it with",
		"arn:aws:kinesis:us-east-1:111122223333:stream/x":           "does not call targets of Kinesis",
		"arn:aws:firehose:us-east-1:111122223333:deliverystream/x":  "does not call targets of Amazon Data Firehose",
		"arn:aws:batch:us-east-1:111122223333:job-queue/x":          "does not call targets of AWS Batch",
		"arn:aws:redshift:us-east-1:111122223333:cluster:x":         "does not call targets of Amazon Redshift",
		"arn:aws:ssm:us-east-1::document/x":                         "does not call targets of Systems Manager",
		"arn:aws:sagemaker:us-east-1:111122223333:pipeline/x":       "does not call targets of SageMaker",
		"arn:aws:events:us-east-1:111122223333:api-destination/x/1": "has no API destinations",
		"arn:aws:s3:::bucket":                                       "does not call targets such as arn:aws:s3:::bucket; have a URL stand for it with --event-target arn:aws:s3:::bucket=URL",
		"arn:aws:ecs:us-east-1:111122223333:service/x":              "does not call targets such as",
		"arn:aws:scheduler:::aws-sdk:ecs:describeTasks":             "only reads",
		"arn:aws:scheduler:::aws-sdk:glue:startJobRun":              "does not call aws-sdk:glue:startJobRun",
		"queue": "is no ARN",
	} {
		if err := targets.Way(arn); (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", arn, err, want)
		}
	}
	without, err := lambda.New(lambda.Options{})
	if err != nil {
		t.Fatal(err)
	}
	targets.Functions = without
	if err := targets.Way("arn:aws:lambda:us-east-1:111122223333:function:check"); err == nil || !strings.Contains(err.Error(), "--lambda-endpoint or --upstream") {
		t.Errorf("got %v", err)
	}
	for _, any := range []string{queue, "arn:aws:kinesis:us-east-1:111122223333:stream/x", "arn:aws:lambda:us-east-1:111122223333:function:check"} {
		without.On(any, func(context.Context, []byte) ([]byte, error) { return nil, nil })
		if err := targets.Way(any); err != nil {
			t.Errorf("%s: %v", any, err)
		}
	}
}

func TestWhatStandsForATarget(t *testing.T) {
	targets, aws := sentTo(t, nil)
	status := http.StatusOK
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) }))
	defer server.Close()
	var err error
	if targets.Functions, err = lambda.New(lambda.Options{URLs: map[string]string{queue: server.URL}}); err != nil {
		t.Fatal(err)
	}
	for code, want := range map[int]delivery.Result{
		200: delivery.Sent, 204: delivery.Sent, 409: delivery.Retry, 429: delivery.Retry, 500: delivery.Retry, 503: delivery.Retry,
		400: delivery.Final, 404: delivery.Final, 301: delivery.Final,
	} {
		status = code
		if got := targets.Send(t.Context(), of(queue, "{}")); got.Result != want {
			t.Errorf("%d: %+v", code, got)
		}
	}
	targets.Functions.On(queue, func(context.Context, []byte) ([]byte, error) { return nil, errors.New("boom") })
	becomes(t, targets, of(queue, "{}"), delivery.Retry, "SDK_CLIENT_ERROR", "boom")
	got := ""
	targets.Functions.On(queue, func(_ context.Context, body []byte) ([]byte, error) { got = string(body); return nil, nil })
	d := ofSchedule(queue, `{"attempt":"<aws.scheduler.attempt-number>"}`)
	d.Attempts = 2
	if becomes(t, targets, d, delivery.Sent, "", ""); got != `{"attempt":"3"}` {
		t.Errorf("it got %s", got)
	}
	aws.gets(t)
	server.Close()
	targets.Functions.On(queue, nil)
	becomes(t, targets, of(queue, "{}"), delivery.Retry, "SDK_CLIENT_ERROR", "connection refused")
}

func TestAnInvalidInputIsNotSent(t *testing.T) {
	targets, aws := sentTo(t, nil)
	d := of(queue, "[1,,2]")
	d.Invalid = true
	becomes(t, targets, d, delivery.Final, "INVALID_JSON", "Invalid input for target.")
	aws.gets(t)
}

func TestATargetWhoseWayIsGoneIsTriedAgain(t *testing.T) {
	targets, aws := sentTo(t, nil)
	targets.Has = func(string) bool { return false }
	becomes(t, targets, of(queue, "{}"), delivery.Retry, "CONNECTION_FAILURE", "--event-target")
	aws.gets(t)
}
