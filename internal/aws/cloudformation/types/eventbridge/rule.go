package eventbridge

import (
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/handler"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/input"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/eventbridge"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/eventbridge/types"
)

// rule has its name for an id, on a bus of its own BUS|NAME. Source: user guide, AWS::Events::Rule, Ref.
func rule() *handler.Type {
	return &handler.Type{
		Name:   "AWS::Events::Rule",
		Naming: handler.Naming{Property: "Name", Most: 64},
		Puts:   true,
		Find: func(t *handler.Turn) ([]handler.Found, error) {
			var out sdk.DescribeRuleOutput
			err := t.Call(operation("DescribeRule"), &sdk.DescribeRuleInput{Name: &t.Name, EventBusName: wish(busName(t))}, &out)
			if handler.IsGone(err) {
				return nil, nil
			} else if err != nil {
				return nil, err
			}
			return found(t, ruleID(t, t.Name), out.Arn)
		},
		Create: func(t *handler.Turn) error {
			if err := putRule(t, t.Name); err != nil {
				return err
			}
			t.ID = ruleID(t, t.Name)
			return nil
		},
		Configure: putTargets,
		Read: func(t *handler.Turn) (bool, error) {
			var out sdk.DescribeRuleOutput
			if err := t.Call(operation("DescribeRule"), &sdk.DescribeRuleInput{Name: ruleName(t), EventBusName: wish(busName(t))}, &out); err != nil {
				return false, err
			}
			t.Set("Arn", out.Arn)
			return true, nil
		},
		Update: func(t *handler.Turn) error {
			if err := putRule(t, *ruleName(t)); err != nil {
				return err
			}
			return putTargets(t)
		},
		Delete: func(t *handler.Turn) error {
			all, err := targets(t)
			if err == nil {
				err = removeTargets(t, all)
			}
			if err != nil {
				return err
			}
			return t.Call(operation("DeleteRule"), &sdk.DeleteRuleInput{Name: ruleName(t), EventBusName: wish(busName(t))}, nil)
		},
		Tagging: tagging(),
	}
}

func ruleID(t *handler.Turn, name string) string {
	if on := busName(t); on != "" {
		return on + "|" + name
	}
	return name
}

// ruleName is the name in an id.
func ruleName(t *handler.Turn) *string {
	name := t.ID[strings.LastIndex(t.ID, "|")+1:]
	return &name
}

// putRule makes or replaces a rule: what a request leaves out goes. Tags count for a new one alone.
func putRule(t *handler.Turn, name string) error {
	in := sdk.PutRuleInput{}
	if err := t.Fill(&in, input.Skipped("Targets"), input.Skipped("Tags")); err != nil {
		return err
	}
	in.Name, in.EventBusName = &name, wish(busName(t))
	if t.Action == handler.Create {
		in.Tags = handler.Tags(t.AllTags(), tag)
	} else {
		in.Tags = nil
	}
	return t.Call(operation("PutRule"), &in, nil)
}

// putTargets has the rule have the targets of the property, and none that it had before.
func putTargets(t *handler.Turn) error {
	in := sdk.PutTargetsInput{}
	err := t.Fill(&in, input.Others(), input.Skipped("EventBusName"),
		input.Renamed("Targets.EcsParameters.PlacementStrategies", "PlacementStrategy"), input.Renamed("Targets.EcsParameters.TagList", "Tags"))
	if err != nil {
		return err
	}
	if previous := t.Previous.Get("Targets"); previous != nil {
		var gone []string
		for _, target := range previous.Items {
			id := target.TextOf("Id")
			if !slices.ContainsFunc(in.Targets, func(now types.Target) bool { return aws.ToString(now.Id) == id }) {
				gone = append(gone, id)
			}
		}
		if err := removeTargets(t, gone); err != nil {
			return err
		}
	}
	if len(in.Targets) == 0 {
		return nil
	}
	in.Rule, in.EventBusName = ruleName(t), wish(busName(t))
	var out sdk.PutTargetsOutput
	if err := t.Call(operation("PutTargets"), &in, &out); err != nil {
		return err
	}
	if len(out.FailedEntries) > 0 {
		return failed(out.FailedEntries[0].TargetId, out.FailedEntries[0].ErrorMessage)
	}
	return nil
}

// failed is of a target that a call has not put or removed. The text is a guess.
func failed(id, message *string) error {
	return handler.Failed(handler.GeneralServiceException, "Target %s: %s", aws.ToString(id), aws.ToString(message))
}

// targets are the ids of all targets of a rule.
func targets(t *handler.Turn) (ids []string, err error) {
	in := sdk.ListTargetsByRuleInput{Rule: ruleName(t), EventBusName: wish(busName(t))}
	for {
		var out sdk.ListTargetsByRuleOutput
		if err := t.Call(operation("ListTargetsByRule"), &in, &out); err != nil {
			return nil, err
		}
		for _, target := range out.Targets {
			ids = append(ids, aws.ToString(target.Id))
		}
		if in.NextToken = out.NextToken; in.NextToken == nil {
			return ids, nil
		}
	}
}

func removeTargets(t *handler.Turn, ids []string) error {
	if len(ids) == 0 {
		return nil
	}
	var out sdk.RemoveTargetsOutput
	in := sdk.RemoveTargetsInput{Rule: ruleName(t), EventBusName: wish(busName(t)), Ids: ids}
	if err := t.Call(operation("RemoveTargets"), &in, &out); err != nil {
		return err
	}
	if len(out.FailedEntries) > 0 {
		return failed(out.FailedEntries[0].TargetId, out.FailedEntries[0].ErrorMessage)
	}
	return nil
}
