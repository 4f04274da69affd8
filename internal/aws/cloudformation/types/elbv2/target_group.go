package elbv2

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/handler"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/input"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template/document"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/elasticloadbalancingv2"
)

func targetGroup() *handler.Type {
	return &handler.Type{
		Name:   "AWS::ElasticLoadBalancingV2::TargetGroup",
		Naming: handler.Naming{Property: "Name", Most: 32},
		Find: func(t *handler.Turn) ([]handler.Found, error) {
			var out sdk.DescribeTargetGroupsOutput
			err := t.Call(operation("DescribeTargetGroups"), &sdk.DescribeTargetGroupsInput{Names: []string{t.Name}}, &out)
			if handler.IsGone(err) || err == nil && len(out.TargetGroups) == 0 {
				return nil, nil
			}
			if err != nil {
				return nil, err
			}
			return found(t, aws.ToString(out.TargetGroups[0].TargetGroupArn))
		},
		Create: func(t *handler.Turn) error {
			in := sdk.CreateTargetGroupInput{Name: &t.Name, Tags: tags(t.AllTags())}
			if err := t.Fill(&in, input.Skipped("TargetGroupAttributes"), input.Skipped("Targets"), input.Skipped("Tags")); err != nil {
				return err
			}
			var out sdk.CreateTargetGroupOutput
			if err := t.Call(operation("CreateTargetGroup"), &in, &out); err != nil {
				return err
			}
			made, err := handler.First(out.TargetGroups)
			if err == nil {
				t.ID = aws.ToString(made.TargetGroupArn)
			}
			return err
		},
		Configure: configureTargetGroup,
		Read: func(t *handler.Turn) (bool, error) {
			var out sdk.DescribeTargetGroupsOutput
			if err := t.Call(operation("DescribeTargetGroups"), &sdk.DescribeTargetGroupsInput{TargetGroupArns: []string{t.ID}}, &out); err != nil {
				return false, err
			}
			g, err := handler.First(out.TargetGroups)
			if err != nil {
				return false, err
			}
			t.Set("TargetGroupArn", g.TargetGroupArn)
			t.Set("TargetGroupName", g.TargetGroupName)
			t.Set("TargetGroupFullName", aws.String("targetgroup/"+*fullName(t.ID, "targetgroup/")))
			t.SetList("LoadBalancerArns", g.LoadBalancerArns)
			return true, nil
		},
		Update: func(t *handler.Turn) error {
			if t.Changed("TargetControlPort") {
				return handler.Failed(handler.NotUpdatable, "The target control port of target group %s cannot be changed", t.ID)
			}
			in := sdk.ModifyTargetGroupInput{TargetGroupArn: &t.ID}
			if err := t.Fill(&in, input.Others()); err != nil {
				return err
			}
			if err := t.Call(operation("ModifyTargetGroup"), &in, nil); err != nil {
				return err
			}
			return configureTargetGroup(t)
		},
		Delete: func(t *handler.Turn) error {
			return t.Call(operation("DeleteTargetGroup"), &sdk.DeleteTargetGroupInput{TargetGroupArn: &t.ID}, nil)
		},
		Tagging: tagging,
	}
}

// configureTargetGroup sets attributes and registers targets. Those that ECS registers are none of the template's.
func configureTargetGroup(t *handler.Turn) error {
	attributes := sdk.ModifyTargetGroupAttributesInput{TargetGroupArn: &t.ID}
	err := input.Fill(t.Properties, &attributes, input.Renamed("TargetGroupAttributes", "Attributes"), input.Others())
	if err != nil {
		return err
	}
	defaults := targetGroupDefaults(t.Text("Protocol"), t.Text("TargetType"))
	attributes.Attributes = append(attributes.Attributes, returning(t, "TargetGroupAttributes", defaults, func(key, value *string) types.TargetGroupAttribute {
		return types.TargetGroupAttribute{Key: key, Value: value}
	})...)
	if len(attributes.Attributes) > 0 && t.Changed("TargetGroupAttributes") {
		if err := t.Call(operation("ModifyTargetGroupAttributes"), &attributes, nil); err != nil {
			return err
		}
	}
	now, before := t.Items("Targets"), t.PreviousItems("Targets")
	added, err := targets(now, before)
	if err != nil {
		return err
	}
	if len(added) > 0 {
		if err := t.Call(operation("RegisterTargets"), &sdk.RegisterTargetsInput{TargetGroupArn: &t.ID, Targets: added}, nil); err != nil {
			return err
		}
	}
	gone, err := targets(before, now)
	if err != nil || len(gone) == 0 {
		return err
	}
	return t.Call(operation("DeregisterTargets"), &sdk.DeregisterTargetsInput{TargetGroupArn: &t.ID, Targets: gone}, nil)
}

// targets are what one list has and another one has not.
func targets(of, without []*document.Value) (list []types.TargetDescription, err error) {
	for _, v := range of {
		if slices.ContainsFunc(without, v.Equal) {
			continue
		}
		var d types.TargetDescription
		if err := input.Fill(v, &d); err != nil {
			return nil, err
		}
		list = append(list, d)
	}
	return list, nil
}
