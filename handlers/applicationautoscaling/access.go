package applicationautoscaling

import (
	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/tagging"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/applicationautoscaling"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/policy"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/applicationautoscaling"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/applicationautoscaling/types"
)

// access is what the operations ask. Source: Service Authorization Reference, AWS Application Auto Scaling. A scalable target
// that is there is asked for by its stored ARN, so that policies may name it exactly (AC33); for one that is not, all are: a choice.
func (a *API) access() awsapi.Rows {
	target := awsapi.On("scalable-target/*").Key("application-autoscaling:service-namespace", "{ServiceNamespace}").
		Key("application-autoscaling:scalable-dimension", "{ScalableDimension}")
	register := target.Tags("Tags").Also("application-autoscaling:TagResource").May("iam:PassedToService").
		Shows("iam:PassRole on the role", "iam:CreateServiceLinkedRole on the role that is linked to Application Auto Scaling, if it is not there")
	rows := awsapi.Rows{
		"RegisterScalableTarget": awsapi.With(onTarget(a, register, func(in *sdk.RegisterScalableTargetInput) applicationautoscaling.Resource {
			return resourceOf(in.ServiceNamespace, in.ResourceId, in.ScalableDimension)
		}), registerAccess),
		"DeregisterScalableTarget": onTarget(a, target, func(in *sdk.DeregisterScalableTargetInput) applicationautoscaling.Resource {
			return resourceOf(in.ServiceNamespace, in.ResourceId, in.ScalableDimension)
		}),
		"DeleteScalingPolicy": onTarget(a, target, func(in *sdk.DeleteScalingPolicyInput) applicationautoscaling.Resource {
			return resourceOf(in.ServiceNamespace, in.ResourceId, in.ScalableDimension)
		}),
		"DeleteScheduledAction": onTarget(a, target, func(in *sdk.DeleteScheduledActionInput) applicationautoscaling.Resource {
			return resourceOf(in.ServiceNamespace, in.ResourceId, in.ScalableDimension)
		}),
		"PutScalingPolicy": onTarget(a, target, func(in *sdk.PutScalingPolicyInput) applicationautoscaling.Resource {
			return resourceOf(in.ServiceNamespace, in.ResourceId, in.ScalableDimension)
		}),
		"PutScheduledAction": onTarget(a, target, func(in *sdk.PutScheduledActionInput) applicationautoscaling.Resource {
			return resourceOf(in.ServiceNamespace, in.ResourceId, in.ScalableDimension)
		}),

		"ListTagsForResource": awsapi.On("{ResourceARN}"),
		"TagResource":         awsapi.On("{ResourceARN}").Tags("Tags"),
		"UntagResource":       awsapi.On("{ResourceARN}").Tags("TagKeys"),
	}
	for _, name := range []string{"DescribeScalableTargets", "DescribeScalingActivities", "DescribeScalingPolicies", "DescribeScheduledActions"} {
		rows[name] = awsapi.On("*")
	}
	return rows
}

// onTarget puts in the ARN of the scalable target that a request is about.
func onTarget[In any](a *API, r awsapi.Row, of func(in In) applicationautoscaling.Resource) awsapi.Row {
	return awsapi.With(r, func(call awsapi.Call, in In, wants []awsapi.Access) []awsapi.Access {
		resource := of(in)
		resource.Scope = call.Scope()
		if t := applicationautoscaling.FindTarget(a.store.Read(), resource); t != nil {
			for i := range wants {
				wants[i].Resource = t.ARN()
			}
		}
		return wants
	})
}

func resourceOf(namespace types.ServiceNamespace, id *string, dimension types.ScalableDimension) applicationautoscaling.Resource {
	return applicationautoscaling.Resource{Namespace: namespace, Resource: aws.ToString(id), Dimension: dimension}
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
