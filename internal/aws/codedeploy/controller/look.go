package controller

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	elbtypes "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/codedeploy"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/codedeploy/run"
	elbv2 "github.com/ecs-emulator/ecs-emulator/internal/aws/elasticloadbalancingv2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/apiclient"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudwatch"
	cwtypes "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudwatch/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs"
	elb "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/elasticloadbalancingv2"
)

// sight is what is seen before a decision, and the actions of rules, which are written with other weights.
type sight struct {
	run.Seen
	actions map[string][]elbtypes.Action // by the ARN of the rule, or of the listener of a default one
}

// look asks what a decision needs. A refusal is a part of it; an error is that it is not known yet.
func (c *Controller) look(ctx context.Context, d *codedeploy.Deployment, r *codedeploy.Run) (*sight, error) {
	s := &sight{Seen: run.Seen{ID: codedeploy.NewDeploymentID(), Uncalled: c.uncalled(d.ID)}, actions: map[string][]elbtypes.Action{}}
	if c.Assumes != nil && !c.Assumes(d) {
		s.Refused = &run.Refusal{RoleMissing: true, Message: fmt.Sprintf("CodeDeploy cannot assume the role %s.", aws.ToString(d.Settings.ServiceRoleArn))}
		return s, nil
	}
	looks := []func(context.Context, *codedeploy.Deployment, *sight) error{c.lookAtService, c.lookAtListeners, c.lookAtAlarms}
	if r.Blue.ID == "" {
		looks = append(looks, c.lookAtGroups, c.lookAtRevision)
	}
	for _, look := range looks {
		err := look(ctx, d, s)
		if s.Refused, err = refusal(err); err != nil || s.Refused != nil {
			return s, err
		}
	}
	return s, nil
}

// uncalled is why functions of a deployment could not be called.
func (c *Controller) uncalled(id string) map[string]string {
	why := c.calls.Answers(id)
	for event, reason := range why {
		if reason == "" {
			delete(why, event)
		}
	}
	return why
}

// refusal is how a call was refused, for good. Other errors are left: the call is made again.
func refusal(err error) (*run.Refusal, error) {
	var refused *apiclient.Error
	if !errors.As(err, &refused) || refused.Status >= http.StatusInternalServerError || strings.Contains(refused.Code, "Throttl") {
		return nil, err
	}
	return &run.Refusal{Service: prefixes[refused.Service], Operation: refused.Operation, Code: refused.Code, Message: refused.Message}, nil
}

// prefixes are services as policies name them, by how the SDK does.
var prefixes = map[string]string{"ECS": "ecs", "Elastic Load Balancing v2": "elasticloadbalancing", "CloudWatch": "cloudwatch"}

func (c *Controller) lookAtService(ctx context.Context, d *codedeploy.Deployment, s *sight) error {
	in := ecs.DescribeServicesInput{Cluster: aws.String(arn.ClusterName(d.ServiceARN)), Services: []string{d.ServiceARN}}
	var out ecs.DescribeServicesOutput
	err := c.Call(ctx, d, apiclient.Of("ecs", "DescribeServices"), &in, &out)
	var refused *apiclient.Error
	if errors.As(err, &refused) && refused.Code == "ClusterNotFoundException" {
		return nil
	}
	if err == nil && len(out.Services) > 0 {
		s.Service = &out.Services[0]
	}
	return err
}

func (c *Controller) lookAtGroups(ctx context.Context, d *codedeploy.Deployment, s *sight) error {
	s.Groups = map[string]string{}
	for _, name := range run.GroupNames(d) {
		in := elb.DescribeTargetGroupsInput{Names: []string{name}}
		var out elb.DescribeTargetGroupsOutput
		err := c.Call(ctx, d, apiclient.Of("elasticloadbalancing", "DescribeTargetGroups"), &in, &out)
		var refused *apiclient.Error
		switch {
		case errors.As(err, &refused) && refused.Code == "TargetGroupNotFound": // the run says so
		case err != nil:
			return err
		case len(out.TargetGroups) > 0:
			s.Groups[name] = aws.ToString(out.TargetGroups[0].TargetGroupArn)
		}
	}
	return nil
}

// lookAtRevision asks whether the role may read the AppSpec file, if that is in S3.
func (c *Controller) lookAtRevision(ctx context.Context, d *codedeploy.Deployment, _ *sight) error {
	l := d.Location.S3Location
	if l == nil || c.MayRead == nil {
		return nil
	}
	object := "arn:" + d.Scope.Partition() + ":s3:::" + aws.ToString(l.Bucket) + "/" + aws.ToString(l.Key)
	if err := c.MayRead(ctx, d, object); err != nil {
		return &apiclient.Error{Service: "S3", Operation: "GetObject", Status: http.StatusForbidden, Code: "AccessDenied", Message: err.Error()}
	}
	return nil
}

func (c *Controller) lookAtListeners(ctx context.Context, d *codedeploy.Deployment, s *sight) error {
	arns := run.Listeners(d)
	if len(arns) == 0 {
		return nil
	}
	in := elb.DescribeListenersInput{ListenerArns: arns}
	var out elb.DescribeListenersOutput
	if err := c.Call(ctx, d, apiclient.Of("elasticloadbalancing", "DescribeListeners"), &in, &out); err != nil {
		return err
	}
	for _, l := range out.Listeners {
		listener := aws.ToString(l.ListenerArn)
		network := l.Protocol != elbtypes.ProtocolEnumHttp && l.Protocol != elbtypes.ProtocolEnumHttps
		c.seeRule(s, run.Rule{Listener: listener, Network: network}, l.DefaultActions)
		if network {
			continue
		}
		if err := c.lookAtRules(ctx, d, s, listener); err != nil {
			return err
		}
	}
	return nil
}

// lookAtRules looks at the rules of a listener but the default one.
func (c *Controller) lookAtRules(ctx context.Context, d *codedeploy.Deployment, s *sight, listener string) error {
	in := elb.DescribeRulesInput{ListenerArn: &listener}
	for {
		var out elb.DescribeRulesOutput
		if err := c.Call(ctx, d, apiclient.Of("elasticloadbalancing", "DescribeRules"), &in, &out); err != nil {
			return err
		}
		for _, r := range out.Rules {
			if !aws.ToBool(r.IsDefault) {
				c.seeRule(s, run.Rule{Listener: listener, Rule: aws.ToString(r.RuleArn)}, r.Actions)
			}
		}
		if in.Marker = out.NextMarker; aws.ToString(in.Marker) == "" {
			return nil
		}
	}
}

func (c *Controller) seeRule(s *sight, r run.Rule, actions []elbtypes.Action) {
	key := r.Key()
	r.Weights = elbv2.WeightsOf(actions)
	r.Applied = len(r.Weights) < 2 || elbv2.Applied(c.Store.Read(), key)
	s.Rules, s.actions[key] = append(s.Rules, r), actions
}

// lookAtAlarms asks which alarms are in the state ALARM. A deployment may go on though that cannot be told.
func (c *Controller) lookAtAlarms(ctx context.Context, d *codedeploy.Deployment, s *sight) error {
	names := alarms(d)
	if len(names) == 0 {
		return nil
	}
	in := cloudwatch.DescribeAlarmsInput{AlarmNames: names, AlarmTypes: []cwtypes.AlarmType{cwtypes.AlarmTypeMetricAlarm, cwtypes.AlarmTypeCompositeAlarm}}
	var out cloudwatch.DescribeAlarmsOutput
	if err := c.Call(ctx, d, apiclient.Of("monitoring", "DescribeAlarms"), &in, &out); err != nil {
		if refused, _ := refusal(err); refused != nil && d.Alarmed().IgnorePollAlarmFailure {
			return nil
		}
		return err
	}
	for _, a := range out.MetricAlarms {
		if a.StateValue == cwtypes.StateValueAlarm {
			s.Alarms = append(s.Alarms, aws.ToString(a.AlarmName))
		}
	}
	for _, a := range out.CompositeAlarms {
		if a.StateValue == cwtypes.StateValueAlarm {
			s.Alarms = append(s.Alarms, aws.ToString(a.AlarmName))
		}
	}
	slices.Sort(s.Alarms)
	return nil
}
