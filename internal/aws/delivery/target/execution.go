package target

import (
	"context"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/delivery"
	"github.com/ecs-emulator/ecs-emulator/internal/base/apiclient"
	"github.com/ecs-emulator/ecs-emulator/internal/base/wire"
)

var startExecution = apiclient.Operation{
	Service: "SFN", Signed: "states", Target: "AWSStepFunctions", JSON10: true, Name: "StartExecution", Codec: wire.LowerCamel,
}

// startExecution starts an execution of a state machine. Its name is the delivery's id, so that a repeated call
// starts no second one. Source: Step Functions API reference, StartExecution.
func (t *Targets) startExecution(ctx context.Context, as apiclient.Principal, d *delivery.Delivery, body string) delivery.Outcome {
	in := struct{ StateMachineArn, Input, Name *string }{&d.TargetARN, &body, &d.ID}
	return failed(t.Client.Do(ctx, as, startExecution, &in, nil), "AWSStepFunctions")
}

// invoke has Lambda call a function some time.
func (t *Targets) invoke(ctx context.Context, as apiclient.Principal, d *delivery.Delivery, body string) delivery.Outcome {
	return failed(t.Functions.InvokeEvent(ctx, as, d.TargetARN, []byte(body)), "AWSLambda")
}

// lastPart of an ARN, after its last colon.
func lastPart(arn string) string { return arn[strings.LastIndexByte(arn, ':')+1:] }
