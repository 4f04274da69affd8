package applicationautoscaling

import (
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/handler"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/input"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/applicationautoscaling"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/applicationautoscaling/types"
)

func scalingPolicy() *handler.Type {
	return &handler.Type{
		Name:     "AWS::ApplicationAutoScaling::ScalingPolicy",
		Refused:  []string{"PredictiveScalingPolicyConfiguration"},
		Identity: handler.ByTags, // what is there before is not the stack's; the type has no tags
		Find: func(t *handler.Turn) (list []handler.Found, err error) {
			of, err := policyOf(t)
			if err != nil {
				return nil, err
			}
			in := sdk.DescribeScalingPoliciesInput{
				ServiceNamespace: of.namespace, ScalableDimension: of.dimension, ResourceId: &of.resource, PolicyNames: []string{t.Text("PolicyName")},
			}
			var out sdk.DescribeScalingPoliciesOutput
			if err := t.Call(operation("DescribeScalingPolicies"), &in, &out); err != nil {
				return nil, err
			}
			for _, p := range out.ScalingPolicies {
				list = append(list, handler.Found{ID: aws.ToString(p.PolicyARN)})
			}
			return list, nil
		},
		Create: func(t *handler.Turn) (err error) {
			if len(t.Known) > 0 {
				return alreadyThere("AWS::ApplicationAutoScaling::ScalingPolicy", t.Known[0])
			}
			t.ID, err = putPolicy(t)
			return err
		},
		Read: func(t *handler.Turn) (bool, error) {
			t.Set("Arn", &t.ID)
			return true, nil
		},
		Update: func(t *handler.Turn) error {
			_, err := putPolicy(t)
			return err
		},
		Delete: func(t *handler.Turn) error {
			of, err := policyOf(t)
			if err != nil {
				return err
			}
			in := sdk.DeleteScalingPolicyInput{
				ServiceNamespace: of.namespace, ScalableDimension: of.dimension, ResourceId: &of.resource, PolicyName: aws.String(t.Text("PolicyName")),
			}
			return t.Call(operation("DeleteScalingPolicy"), &in, nil)
		},
	}
}

func putPolicy(t *handler.Turn) (id string, err error) {
	of, err := policyOf(t)
	if err != nil {
		return "", err
	}
	var in sdk.PutScalingPolicyInput
	if err := t.Fill(&in, input.Skipped("ScalingTargetId")); err != nil {
		return "", err
	}
	in.ResourceId, in.ScalableDimension, in.ServiceNamespace = &of.resource, of.dimension, of.namespace
	var out sdk.PutScalingPolicyOutput
	err = t.Call(operation("PutScalingPolicy"), &in, &out)
	return aws.ToString(out.PolicyARN), err
}

// policyOf is what a policy scales: what ScalingTargetId names, which is Ref of a target, or what the other three properties do.
func policyOf(t *handler.Turn) (scaled, error) {
	target := t.Text("ScalingTargetId")
	if target == "" {
		return scaledBy(t), nil
	}
	parts := strings.Split(target, "|")
	if len(parts) != 3 {
		return scaled{}, handler.Failed(handler.InvalidRequest, "ScalingTargetId %s is not the id of a scalable target", target) // a guess
	}
	return scaled{parts[0], types.ScalableDimension(parts[1]), types.ServiceNamespace(parts[2])}, nil
}
