package applicationautoscaling

import (
	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/handler"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/input"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template/document"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/applicationautoscaling"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/applicationautoscaling/types"
)

func scalableTarget() *handler.Type {
	return &handler.Type{
		Name:     "AWS::ApplicationAutoScaling::ScalableTarget",
		Identity: handler.ByTags, // what is there before is not the stack's; the type has no tags
		Find: func(t *handler.Turn) ([]handler.Found, error) {
			of := scaledBy(t)
			in := sdk.DescribeScalableTargetsInput{ServiceNamespace: of.namespace, ScalableDimension: of.dimension, ResourceIds: []string{of.resource}}
			var out sdk.DescribeScalableTargetsOutput
			if err := t.Call(operation("DescribeScalableTargets"), &in, &out); err != nil || len(out.ScalableTargets) == 0 {
				return nil, err
			}
			return []handler.Found{{ID: of.id()}}, nil
		},
		Create: func(t *handler.Turn) error {
			if id := scaledBy(t).id(); len(t.Known) > 0 {
				return alreadyThere("AWS::ApplicationAutoScaling::ScalableTarget", id)
			}
			if err := registerTarget(t); err != nil {
				return err
			}
			t.ID = scaledBy(t).id()
			return nil
		},
		Configure: putScheduledActions,
		Read: func(t *handler.Turn) (bool, error) {
			t.Set("Id", &t.ID)
			return true, nil
		},
		Update: func(t *handler.Turn) error {
			if err := registerTarget(t); err != nil {
				return err
			}
			return putScheduledActions(t)
		},
		Delete: func(t *handler.Turn) error {
			of := scaledBy(t)
			in := sdk.DeregisterScalableTargetInput{ServiceNamespace: of.namespace, ScalableDimension: of.dimension, ResourceId: &of.resource}
			return t.Call(operation("DeregisterScalableTarget"), &in, nil)
		},
	}
}

func registerTarget(t *handler.Turn) error {
	var in sdk.RegisterScalableTargetInput
	if err := t.Fill(&in, input.Skipped("ScheduledActions")); err != nil {
		return err
	}
	if t.Action == handler.Update && t.Previous.Get("SuspendedState") != nil { // what a request does not name stays
		all := types.SuspendedState{
			DynamicScalingInSuspended: aws.Bool(false), DynamicScalingOutSuspended: aws.Bool(false), ScheduledScalingSuspended: aws.Bool(false),
		}
		if err := t.FillFrom("SuspendedState", &all); err != nil {
			return err
		}
		in.SuspendedState = &all
	}
	return t.Call(operation("RegisterScalableTarget"), &in, nil)
}

// putScheduledActions has the target have the actions of the property, and none that it had before. An action that has changed
// is made again: what a request leaves out would stay.
func putScheduledActions(t *handler.Turn) error {
	of, before, now := scaledBy(t), actions(t.Previous), actions(t.Properties)
	for _, name := range before.names {
		if after := now.byName[name]; after != nil && after.Equal(before.byName[name]) {
			continue
		}
		in := sdk.DeleteScheduledActionInput{
			ServiceNamespace: of.namespace, ScalableDimension: of.dimension, ResourceId: &of.resource, ScheduledActionName: &name,
		}
		if err := t.Call(operation("DeleteScheduledAction"), &in, nil); err != nil && !handler.IsGone(err) {
			return err
		}
	}
	for _, name := range now.names {
		if now.byName[name].Equal(before.byName[name]) {
			continue
		}
		in := sdk.PutScheduledActionInput{ServiceNamespace: of.namespace, ScalableDimension: of.dimension, ResourceId: &of.resource}
		if err := fillAction(now.byName[name], &in); err != nil {
			return err
		}
		if err := t.Call(operation("PutScheduledAction"), &in, nil); err != nil {
			return err
		}
	}
	return nil
}

// scheduled are the actions of a property.
type scheduled struct {
	names  []string
	byName map[string]*document.Value
}

func actions(properties *document.Value) scheduled {
	list := scheduled{byName: map[string]*document.Value{}}
	if v := properties.Get("ScheduledActions"); v != nil {
		for _, action := range v.Items {
			name := action.TextOf("ScheduledActionName")
			list.names = append(list.names, name)
			list.byName[name] = action
		}
	}
	return list
}

func fillAction(action *document.Value, in *sdk.PutScheduledActionInput) error {
	if err := input.Fill(action, in); err != nil {
		return handler.Failed(handler.InvalidRequest, "Model validation failed: ScheduledActions: %s", err)
	}
	return nil
}
