package elbv2

import (
	"errors"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/handler"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/input"
	"github.com/ecs-emulator/ecs-emulator/internal/base/apiclient"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/elasticloadbalancingv2"
)

func certificate(id string) types.Certificate { return types.Certificate{CertificateArn: &id} }

// listenerRule has no name: what a create has made is found again as the one of its priority that was not there before.
func listenerRule() *handler.Type {
	return &handler.Type{
		Name:     "AWS::ElasticLoadBalancingV2::ListenerRule",
		Identity: handler.ByTags,
		Find: func(t *handler.Turn) (list []handler.Found, err error) {
			rules, err := rulesOf(t)
			for _, r := range rules {
				if aws.ToString(r.Priority) == t.Text("Priority") {
					list = append(list, handler.Found{ID: aws.ToString(r.RuleArn)})
				}
			}
			return list, err
		},
		Create: func(t *handler.Turn) error {
			in := sdk.CreateRuleInput{}
			if err := t.Fill(&in); err != nil {
				return err
			}
			var out sdk.CreateRuleOutput
			if err := t.Call(operation("CreateRule"), &in, &out); err != nil {
				return err
			}
			made, err := handler.First(out.Rules)
			if err == nil {
				t.ID = aws.ToString(made.RuleArn)
			}
			return err
		},
		Read: func(t *handler.Turn) (bool, error) {
			t.Set("RuleArn", &t.ID)
			t.Set("IsDefault", aws.String("false"))
			return true, nil
		},
		Update: func(t *handler.Turn) error {
			if err := movePriority(t); err != nil {
				return err
			}
			in := sdk.ModifyRuleInput{RuleArn: &t.ID}
			if err := t.Fill(&in, input.Others()); err != nil {
				return err
			}
			if t.Properties.Get("Transforms") == nil {
				in.Transforms = nil
				if t.Previous.Get("Transforms") != nil {
					in.ResetTransforms = aws.Bool(true)
				}
			}
			return t.Call(operation("ModifyRule"), &in, nil)
		},
		Delete: func(t *handler.Turn) error {
			return t.Call(operation("DeleteRule"), &sdk.DeleteRuleInput{RuleArn: &t.ID}, nil)
		},
		Busy: func(t *handler.Turn, e *apiclient.Error) bool {
			return t.Action == handler.Update && e.Code == "PriorityInUse"
		},
	}
}

// rulesOf are all rules of a listener.
func rulesOf(t *handler.Turn) (rules []types.Rule, err error) {
	for in := (sdk.DescribeRulesInput{ListenerArn: aws.String(t.Text("ListenerArn"))}); ; {
		var out sdk.DescribeRulesOutput
		if err := t.Call(operation("DescribeRules"), &in, &out); err != nil {
			if handler.IsGone(err) {
				return nil, nil
			}
			return nil, err
		}
		rules = append(rules, out.Rules...)
		if in.Marker = out.NextMarker; in.Marker == nil {
			return rules, nil
		}
	}
}

// movePriority gives a rule another priority. If a rule has that, which may be about to move as well, this one goes behind all
// others, so that they can change places, and the refusal has it tried again.
func movePriority(t *handler.Turn) error {
	if !t.Changed("Priority") {
		return nil
	}
	wanted, err := strconv.Atoi(t.Text("Priority"))
	if err != nil {
		return handler.Failed(handler.InvalidRequest, "Priority %s is no number", t.Text("Priority"))
	}
	moved := setPriority(t, wanted)
	if refused, is := errors.AsType[*apiclient.Error](moved); !is || refused.Code != "PriorityInUse" || t.Memo == parked {
		return moved
	}
	rules, err := rulesOf(t)
	if err != nil {
		return err
	}
	taken := map[string]bool{}
	for _, r := range rules {
		taken[aws.ToString(r.Priority)] = true
	}
	last := lastPriority
	for taken[strconv.Itoa(last)] {
		last--
	}
	if err := setPriority(t, last); err != nil {
		return err
	}
	t.Memo = parked
	return moved
}

const (
	parked = "parked"
	// lastPriority is the highest one. Source: ELBv2 API reference, CreateRule.
	lastPriority = 50000
)

func setPriority(t *handler.Turn, priority int) error {
	in := sdk.SetRulePrioritiesInput{RulePriorities: []types.RulePriorityPair{{RuleArn: &t.ID, Priority: aws.Int32(int32(priority))}}}
	return t.Call(operation("SetRulePriorities"), &in, nil)
}
