package target

import (
	"context"
	"fmt"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/delivery"
	"github.com/ecs-emulator/ecs-emulator/internal/base/apiclient"
)

// kind of a target: which service it is of, and how it is called.
type kind struct {
	service string // by its name in signatures
	title   string
	send    func(t *Targets, ctx context.Context, as apiclient.Principal, d *delivery.Delivery, body string) delivery.Outcome
}

// kinds are the targets that are called, by what their ARNs have for service and beginning of the resource.
var kinds = []struct {
	arn, resource string
	kind
}{
	{"ecs", "cluster/", kind{"ecs", "Amazon ECS", (*Targets).runTask}},
	{"logs", "log-group:", kind{"logs", "Amazon CloudWatch Logs", (*Targets).log}},
	{"events", "event-bus/", kind{"events", "Amazon EventBridge", (*Targets).bus}},
	{"lambda", "function:", kind{"lambda", "Lambda", (*Targets).invoke}},
	{"sqs", "", kind{"sqs", "Amazon SQS", (*Targets).sendMessage}},
	{"sns", "", kind{"sns", "Amazon SNS", (*Targets).publish}},
	{"states", "stateMachine:", kind{"states", "Step Functions", (*Targets).startExecution}},
}

// notBuilt are the targets that AWS has as well, in words for a refusal.
// Source: EventBridge user guide, targets; EventBridge Scheduler user guide, templated targets.
var notBuilt = map[string]string{
	"apigateway": "API Gateway", "appsync": "AWS AppSync", "batch": "AWS Batch", "codebuild": "CodeBuild",
	"codepipeline": "CodePipeline", "ec2": "Amazon EC2", "execute-api": "API Gateway", "firehose": "Amazon Data Firehose",
	"inspector": "Amazon Inspector", "kinesis": "Kinesis", "redshift": "Amazon Redshift", "redshift-serverless": "Amazon Redshift",
	"sagemaker": "SageMaker", "ssm": "Systems Manager", "ssm-incidents": "Incident Manager", "glue": "AWS Glue",
}

// kindOf finds how a target is called. The error says that it is not.
func kindOf(target string) (kind, error) {
	parts := strings.SplitN(target, ":", 6)
	if len(parts) < 6 || parts[0] != "arn" || parts[5] == "" {
		return kind{}, fmt.Errorf("%q is no ARN of a target", target)
	}
	service, resource := parts[2], parts[5]
	if service == "scheduler" && strings.HasPrefix(resource, universalPrefix) {
		return universalKind(strings.TrimPrefix(resource, universalPrefix))
	}
	for _, k := range kinds {
		if k.arn == service && strings.HasPrefix(resource, k.resource) {
			return k.kind, nil
		}
	}
	switch {
	case service == "events" && strings.HasPrefix(resource, "api-destination/"):
		return kind{}, fmt.Errorf("ecs-emulator has no API destinations, such as %s", target)
	case notBuilt[service] != "":
		return kind{}, fmt.Errorf("ecs-emulator does not call targets of %s, such as %s", notBuilt[service], target)
	}
	return kind{}, fmt.Errorf("ecs-emulator does not call targets such as %s", target)
}
