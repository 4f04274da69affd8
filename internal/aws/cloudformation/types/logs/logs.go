// Package logs makes resources of CloudWatch Logs in stacks.
package logs

import (
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/handler"
	"github.com/ecs-emulator/ecs-emulator/internal/base/apiclient"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudwatchlogs"
)

// Types are what stacks can make of the service.
func Types() []*handler.Type {
	return []*handler.Type{logGroup(), logStream(), resourcePolicy(), metricFilter()}
}

func operation(name string) apiclient.Operation { return apiclient.Of("logs", name) }

func tags(list []handler.Tag) map[string]string {
	made := map[string]string{}
	for _, t := range list {
		made[t.Key] = t.Value
	}
	return made
}

// groupARN is the ARN of a log group that tag operations take, which has no `:*`.
func groupARN(t *handler.Turn) *string {
	return aws.String(strings.TrimSuffix(t.Attribute("Arn"), ":*"))
}

var tagging = &handler.Tagging{
	Tag: func(t *handler.Turn, list []handler.Tag) error {
		return t.Call(operation("TagResource"), &sdk.TagResourceInput{ResourceArn: groupARN(t), Tags: tags(list)}, nil)
	},
	Untag: func(t *handler.Turn, keys []string) error {
		return t.Call(operation("UntagResource"), &sdk.UntagResourceInput{ResourceArn: groupARN(t), TagKeys: keys}, nil)
	},
}
