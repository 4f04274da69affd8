package awslogs

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/smithy-go"
	"github.com/ecs-emulator/ecs-emulator/internal/base/apiclient"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
)

// On Fargate streams are made before anything is pulled, and without one the task fails
// (ECS0210). On a container instance the engine's driver makes the stream when it starts the
// container, which fails.

// FargateFailure is the reason of a task on Fargate.
func FargateFailure(err error) string {
	var refusal smithy.APIError
	var absent noAnswer
	if errors.As(err, &absent) {
		return "ResourceInitializationError: failed to validate logger args: " + absent.fargate
	}
	if !errors.As(err, &refusal) { // no source for the words
		return "ResourceInitializationError: failed to validate logger args: " + err.Error() + " : exit status 1"
	}
	what, operation := refusedStep(err)
	code := "api error " + refusal.ErrorCode()
	if modelled[refusal.ErrorCode()] {
		code = refusal.ErrorCode()
	}
	return fmt.Sprintf("ResourceInitializationError: failed to validate logger args: create stream has been retried 1 times: "+
		"failed to create Cloudwatch log %s: operation error CloudWatch Logs: %s, https response error StatusCode: 400, RequestID: %s, %s: %s : exit status 1",
		what, operation, arn.NewUUID(), code, refusal.ErrorMessage())
}

// noAnswer is that no answer of CloudWatch Logs has come, as Fargate and as the engine's driver say it.
type noAnswer struct {
	fargate, engine string
	cause           error
}

func (n noAnswer) Error() string { return n.engine }

func (n noAnswer) Unwrap() error { return n.cause }

const (
	retriedStream = "create stream has been retried 1 times: failed to create Cloudwatch log stream: "
	notSent       = "RequestError: send request failed\ncaused by: "
)

// noHost is the error for a region that does not exist. Source: the SDKs of Go in which Fargate and the
// driver are written; no task has been seen.
func noHost(region string) error {
	why := fmt.Sprintf("Post \"https://logs.%[1]s.amazonaws.com/\": dial tcp: lookup logs.%[1]s.amazonaws.com: no such host", region)
	return noAnswer{
		fargate: retriedStream + "operation error CloudWatch Logs: CreateLogStream, https response error StatusCode: 0, RequestID: , request send failed, " + why + " : exit status 1",
		engine:  notSent + why,
	}
}

// Silent is the refusal of CloudWatch Logs that gives no answer for too long. Source: field reports, for an upstream
// on Fargate; what the emulator's own store says of its disk is told as it is.
func Silent(err error) Refusal {
	var call *apiclient.Error
	if errors.As(err, &call) || errors.Is(err, context.DeadlineExceeded) {
		return Refusal{noAnswer{
			fargate: "The task cannot find the Amazon CloudWatch log group defined in the task definition. There is a connection issue between the task and Amazon CloudWatch. Check your network configuration. : signal: killed",
			engine:  notSent + err.Error(), cause: err,
		}}
	}
	return Refusal{noAnswer{fargate: retriedStream + err.Error() + " : exit status 1", engine: err.Error(), cause: err}}
}

// modelled are errors that the SDK has types for, which say their names without "api error".
var modelled = map[string]bool{
	"ResourceNotFoundException": true, "InvalidParameterException": true, "LimitExceededException": true,
	"OperationAbortedException": true, "ServiceUnavailableException": true,
}

// refusedStep is what could not be made, and the operation.
func refusedStep(err error) (what, operation string) {
	var failed *smithy.OperationError
	if errors.As(err, &failed) && failed.OperationName == "CreateLogGroup" {
		return "group", failed.OperationName
	}
	return "stream", "CreateLogStream"
}

// EngineFailure is what an engine on a container instance says, whose driver is older.
// Source: field reports of tasks on EC2.
func EngineFailure(err error) error {
	var refusal smithy.APIError
	var absent noAnswer
	if errors.As(err, &absent) {
		return fmt.Errorf("Error response from daemon: failed to initialize logging driver: failed to create Cloudwatch log stream: %w", absent) //nolint:staticcheck // the engine's own words
	}
	if !errors.As(err, &refusal) {
		return fmt.Errorf("Error response from daemon: failed to initialize logging driver: %w", err) //nolint:staticcheck // the engine's own words
	}
	what, _ := refusedStep(err)
	return fmt.Errorf("Error response from daemon: failed to initialize logging driver: failed to create Cloudwatch log %s: %s: %s", //nolint:staticcheck // the engine's own words
		what, refusal.ErrorCode(), refusal.ErrorMessage())
}
