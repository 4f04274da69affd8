package target

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/delivery"
	"github.com/ecs-emulator/ecs-emulator/internal/base/apiclient"
	"github.com/ecs-emulator/ecs-emulator/internal/base/wire"
)

// universalPrefix begins what follows the service in the ARN of a universal target of EventBridge Scheduler:
// arn:aws:scheduler:::aws-sdk:ecs:updateService.
const universalPrefix = "aws-sdk:"

// api is a service that universal targets may call, by its name in their ARNs.
type api struct {
	apiclient.Operation        // without its name
	title               string // in errors
	// lower says that names of members begin with small letters; in inputs of schedules all begin with capitals.
	// Source: EventBridge Scheduler user guide, universal targets.
	lower bool
}

// apis are those whose inputs are sent as they are, in JSON or AWS Query.
var apis = map[string]api{
	"applicationautoscaling": {apiclient.Operation{Service: "Application Auto Scaling", Signed: "application-autoscaling", Target: "AnyScaleFrontendService"}, "AWSApplicationAutoScaling", false},
	"autoscaling":            {apiclient.Operation{Service: "Auto Scaling", Signed: "autoscaling", Version: "2011-01-01"}, "AmazonAutoScaling", false},
	"cloudwatchlogs":         {logsOperation(""), "AWSLogs", true},
	"ecs":                    {apiclient.ECS(""), ecsTitle, true},
	"eventbridge":            {putEvents, "AmazonEventBridge", false},
	"secretsmanager":         {apiclient.Operation{Service: "Secrets Manager", Signed: "secretsmanager", Target: "secretsmanager"}, "AWSSecretsManager", false},
	"sfn":                    {startExecution, "AWSStepFunctions", true},
	"sns":                    {publish, "AmazonSNS", false},
	"sqs":                    {sqsOperation(""), sqsTitle, false},
	"ssm":                    {apiclient.Operation{Service: "SSM", Signed: "ssm", Target: "AmazonSSM"}, "AWSSimpleSystemsManagement", false},
}

// reads begin the names of operations that schedules do not call.
// Source: EventBridge Scheduler user guide, universal targets.
var reads = []string{"get", "describe", "list"}

// universalKind is how an operation such as ecs:updateService is called.
func universalKind(operation string) (kind, error) {
	service, name, _ := strings.Cut(operation, ":")
	for _, prefix := range reads {
		if strings.HasPrefix(name, prefix) {
			return kind{}, fmt.Errorf("%s only reads, and schedules do not call what reads", operation)
		}
	}
	if operation == "lambda:invoke" {
		return kind{"lambda", "Lambda", (*Targets).invokeUniversal}, nil
	}
	if service == "events" { // as some write it
		service = "eventbridge"
	}
	a, known := apis[service]
	if !known || name == "" {
		return kind{}, fmt.Errorf("ecs-emulator does not call aws-sdk:%s for schedules", operation)
	}
	a.Name, a.Codec = strings.ToUpper(name[:1])+name[1:], wire.AsIs
	send := func(t *Targets, ctx context.Context, as apiclient.Principal, d *delivery.Delivery, body string) delivery.Outcome {
		return t.call(ctx, as, a, d, body)
	}
	return kind{a.Signed, a.title, send}, nil
}

// call calls an operation with the input of a schedule.
func (t *Targets) call(ctx context.Context, as apiclient.Principal, a api, d *delivery.Delivery, body string) delivery.Outcome {
	input, err := request(body, a.lower)
	if err != nil {
		return final(codeInvalid, err.Error())
	}
	if a.Signed == "ecs" && a.Name == "RunTask" {
		if input["clientToken"] == nil {
			input["clientToken"] = d.ID
		}
		return t.startTasks(ctx, as, wire.Raw(wire.MustText(input)))
	}
	return failed(t.Client.Do(ctx, as, a.Operation, wire.Raw(wire.MustText(input)), nil), a.title)
}

// invokeUniversal calls a function that the input names.
func (t *Targets) invokeUniversal(ctx context.Context, as apiclient.Principal, _ *delivery.Delivery, body string) delivery.Outcome {
	var in struct {
		FunctionName string
		Payload      json.RawMessage // text, or JSON as it is
	}
	if err := json.Unmarshal([]byte(body), &in); err != nil || in.FunctionName == "" {
		return final(codeInvalid, "the input names no function")
	}
	function, payload := in.FunctionName, string(in.Payload)
	if !strings.HasPrefix(function, "arn:") {
		function = "arn:" + as.Partition() + ":lambda:" + as.Region + ":" + as.Account + ":function:" + function
	}
	if json.Unmarshal(in.Payload, &payload) != nil {
		payload = string(in.Payload)
	}
	if t.Functions.Has(function) {
		return t.post(ctx, function, payload)
	}
	return failed(t.Functions.InvokeEvent(ctx, as, function, []byte(payload)), "AWSLambda")
}

// request reads an input, and writes the names of its members as the API has them.
func request(body string, lower bool) (map[string]any, error) {
	decoder := json.NewDecoder(strings.NewReader(body))
	decoder.UseNumber()
	var input map[string]any
	if err := decoder.Decode(&input); err != nil || input == nil {
		return nil, fmt.Errorf("the input is no request: %q", body)
	}
	if lower {
		input = lowered(input).(map[string]any)
	}
	return input, nil
}

// mapMembers are those whose keys are no names of members.
var mapMembers = map[string]bool{"options": true, "dockerLabels": true, "labels": true, "driverOpts": true, "tags": true}

// lowered has the names of members begin with small letters.
func lowered(value any) any {
	switch v := value.(type) {
	case map[string]any:
		members := make(map[string]any, len(v))
		for name, member := range v {
			if name != "" {
				name = strings.ToLower(name[:1]) + name[1:]
			}
			if _, isMap := member.(map[string]any); !isMap || !mapMembers[name] {
				member = lowered(member)
			}
			members[name] = member
		}
		return members
	case []any:
		for i := range v {
			v[i] = lowered(v[i])
		}
	}
	return value
}
