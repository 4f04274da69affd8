package applicationautoscaling

import (
	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/tagging"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/applicationautoscaling"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/policy"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/applicationautoscaling"
)

// access is what the operations ask. Source: Service Authorization Reference, AWS Application Auto Scaling. A scalable target
// that a request does not name by its ARN is not looked up: all are asked for, a choice (AC33).
func access() awsapi.Rows {
	target := awsapi.On("scalable-target/*").Key("application-autoscaling:service-namespace", "{ServiceNamespace}").
		Key("application-autoscaling:scalable-dimension", "{ScalableDimension}")
	rows := awsapi.Rows{
		"RegisterScalableTarget": awsapi.With(target.Tags("Tags").Also("application-autoscaling:TagResource").May("iam:PassedToService").
			Shows("iam:PassRole on the role", "iam:CreateServiceLinkedRole on the role that is linked to Application Auto Scaling, if it is not there"),
			registerAccess),
		"DeregisterScalableTarget": target,
		"DeleteScalingPolicy":      target,
		"DeleteScheduledAction":    target,
		"PutScalingPolicy":         target,
		"PutScheduledAction":       target,

		"ListTagsForResource": awsapi.On("{ResourceARN}"),
		"TagResource":         awsapi.On("{ResourceARN}").Tags("Tags"),
		"UntagResource":       awsapi.On("{ResourceARN}").Tags("TagKeys"),
	}
	for _, name := range []string{"DescribeScalableTargets", "DescribeScalingActivities", "DescribeScalingPolicies", "DescribeScheduledActions"} {
		rows[name] = awsapi.On("*")
	}
	return rows
}

// registerAccess asks whether the caller may hand over a role that it names (AC73).
func registerAccess(_ awsapi.Call, in *sdk.RegisterScalableTargetInput, wants []awsapi.Access) []awsapi.Access {
	if aws.ToString(in.RoleARN) == "" {
		return wants
	}
	keys := awsapi.Keys{"iam:passedtoservice": policy.Is("application-autoscaling.amazonaws.com")}
	return append(wants, awsapi.Access{Action: "iam:PassRole", Resource: *in.RoleARN, Keys: keys})
}

// tagsByARN are the tags of a scalable target.
func (a *API) tagsByARN(resourceARN string) []tagging.Tag {
	t := applicationautoscaling.TargetByARN(a.store.Read(), arn.ScopeOf(resourceARN), resourceARN)
	if t == nil {
		return nil
	}
	return tagging.Map(t.Tags)
}
