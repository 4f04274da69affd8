package scheduler

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/constraint"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/eventbridge/targetinput"
	eventbridgescheduler "github.com/ecs-emulator/ecs-emulator/internal/aws/scheduler"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/lazyregexp"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/scheduler/types"
)

// kind is what there is to know of the targets of a service. Source: EventBridge Scheduler user guide, templated targets.
type kind struct {
	resource   string // what resources of targets begin with; empty: anything
	parameters string // the member that targets have, and no others
	required   bool   // they must have it
	json       bool   // their input has to be JSON
	check      func(*types.Target) error
}

// kinds are by the service in ARNs. Which of them the emulator calls itself says Options.Way.
var kinds = map[string]kind{
	"ecs":    {resource: "cluster/", parameters: "EcsParameters", required: true, json: true, check: checkECS},
	"events": {resource: "event-bus/", parameters: "EventBridgeParameters", required: true, json: true, check: checkEventBus},
	"sqs":    {parameters: "SqsParameters", check: checkQueue},
	"sns":    {},
	"lambda": {resource: "function:", json: true},
	"states": {resource: "stateMachine:", json: true},

	"codebuild":    {},
	"codepipeline": {},
	"firehose":     {},
	"inspector":    {},
	"kinesis":      {parameters: "KinesisParameters"},
	"sagemaker":    {parameters: "SageMakerPipelineParameters"},
}

// checkTarget refuses a target that a schedule cannot have. Source: EVS0006, and field reports for most texts: what AWS was
// seen to answer to CreateSchedule.
func checkTarget(s *eventbridgescheduler.Schedule) error {
	t := &s.Target
	parts := strings.SplitN(*t.Arn, ":", 6)
	if len(parts) < 6 || parts[0] != "arn" || parts[5] == "" { // as EventBridge has it for rules
		return invalid("Parameter %s is not valid. Reason: Provided Arn is not in correct format.", *t.Arn)
	}
	if call, universal := strings.CutPrefix(parts[5], "aws-sdk:"); universal && parts[2] == "scheduler" && parts[3] == "" && parts[4] == "" {
		return checkUniversal(t, call)
	}
	k, known := kinds[parts[2]]
	switch {
	case !known:
		return invalid("%s is not a supported service for a target.", parts[2])
	case parts[3] != s.Scope.Region:
		return invalid("The target ARN provided does not match the current region %s.", s.Scope.Region)
	case !strings.HasPrefix(parts[5], k.resource):
		return invalid("Parameter %s is not valid. Reason: Provided Arn is not in correct format.", *t.Arn)
	}
	if err := checkParameters(t, k); err != nil {
		return err
	}
	if k.json && t.Input != nil && !json.Valid([]byte(*t.Input)) {
		return invalid("JSON syntax error in input for the target.")
	}
	if k.check != nil {
		return k.check(t)
	}
	return nil
}

// checkParameters refuses parameters of the targets of another service, and a target without its own.
func checkParameters(t *types.Target, k kind) error {
	given := map[string]bool{
		"EcsParameters": t.EcsParameters != nil, "EventBridgeParameters": t.EventBridgeParameters != nil, "KinesisParameters": t.KinesisParameters != nil,
		"SageMakerPipelineParameters": t.SageMakerPipelineParameters != nil, "SqsParameters": t.SqsParameters != nil,
	}
	for _, name := range []string{"EcsParameters", "EventBridgeParameters", "KinesisParameters", "SageMakerPipelineParameters", "SqsParameters"} {
		if given[name] && name != k.parameters {
			return invalid("Parameters %s not supported for the target.", name)
		}
	}
	if k.required && !given[k.parameters] {
		return invalid("Parameters %s must be specified.", k.parameters)
	}
	return nil
}

// checkECS checks what the service model does not say. The text about a task definition comes from EventBridge's rules, but
// for the name of the target.
func checkECS(t *types.Target) error {
	e := t.EcsParameters
	if definition, ok := arn.Parse(*e.TaskDefinitionArn); !ok || definition.Service != "ecs" || definition.Type != "task-definition" {
		return invalid("Parameters TaskDefinitionArn not valid for the target.")
	}
	if e.LaunchType == types.LaunchTypeFargate && (e.NetworkConfiguration == nil || e.NetworkConfiguration.AwsvpcConfiguration == nil) {
		return invalid("Parameter NetworkConfiguration must be specified for the target when launch type is FARGATE.")
	}
	if t.Input == nil {
		return nil
	}
	if _, err := targetinput.Override(*t.Input); err != nil {
		return invalid("%s", err)
	}
	return nil
}

// eventSource is the form of sources in the service model.
const eventSource = `^(?=[/\.\-_A-Za-z0-9]+)((?!aws\.).*)|(\$(\.[\w_-]+(\[(\d+|\*)\])*)*)$`

var (
	anySource  = lazyregexp.New(`^[/.\-_A-Za-z0-9]`)
	pathSource = lazyregexp.New(`^\$(\.[\w-]+(\[(\d+|\*)\])*)*$`)
)

// checkEventBus refuses events that claim to be AWS's.
func checkEventBus(t *types.Target) error {
	source := *t.EventBridgeParameters.Source
	if anySource.MatchString(source) && !strings.HasPrefix(source, "aws.") || pathSource.MatchString(source) {
		return nil
	}
	var v constraint.Violations
	v.Add("'"+source+"'", "target.eventBridgeParameters.source", "satisfy regular expression pattern: "+eventSource)
	return v.Refusal("ValidationException")
}

// checkQueue demands a message group for FIFO queues, and none for others.
func checkQueue(t *types.Target) error {
	switch fifo := strings.HasSuffix(*t.Arn, ".fifo"); {
	case fifo && (t.SqsParameters == nil || t.SqsParameters.MessageGroupId == nil):
		return invalid("Parameters SqsParameters must be specified.")
	case !fifo && t.SqsParameters != nil && t.SqsParameters.MessageGroupId != nil:
		return invalid("Parameters MessageGroupId not valid for the target.")
	}
	return nil
}

// needs are the members that the input of a universal target must have, of the calls that are most used. What others lack
// the call itself refuses when the schedule is due.
var needs = map[string][]string{
	"ecs:runTask":           {"TaskDefinition"},
	"ecs:stopTask":          {"Task"},
	"ecs:updateService":     {"Service"},
	"eventbridge:putEvents": {"Entries"},
	"lambda:invoke":         {"FunctionName"},
	"sfn:startExecution":    {"StateMachineArn"},
	"sqs:sendMessage":       {"MessageBody", "QueueUrl"},
}

// checkUniversal refuses calls that read, and inputs that are no request: their members begin with capitals, also where
// the API's do not. Whether there is a way for a call says Options.Way.
func checkUniversal(t *types.Target, call string) error {
	serviceName, api, found := strings.Cut(call, ":")
	if !found || serviceName == "" || api == "" || strings.Contains(api, ":") {
		return invalid("Parameter %s is not valid. Reason: Provided Arn is not in correct format.", *t.Arn)
	}
	if slices.ContainsFunc([]string{"get", "describe", "list"}, func(reads string) bool { return strings.HasPrefix(api, reads) }) {
		return invalid("%s API is not supported.", api)
	}
	if err := checkParameters(t, kind{}); err != nil {
		return err
	}
	if t.Input == nil {
		return invalid("You must provide an input to set this target for your schedule.")
	}
	var request map[string]json.RawMessage
	if json.Unmarshal([]byte(*t.Input), &request) != nil || request == nil { // what AWS says then has not been seen
		return invalid("Invalid RequestJson provided. Reason Request payload is not a JSON object.")
	}
	missing := slices.DeleteFunc(slices.Clone(needs[call]), func(member string) bool { return request[member] != nil })
	if len(missing) > 0 {
		return invalid("Invalid RequestJson provided. Reason Request payload is missing the following field(s): %s.", strings.Join(missing, ", "))
	}
	return nil
}
