// Package expresstest has an account without an emulator, for tests of what Express gateway services and gateways make.
package expresstest

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	elbtypes "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"github.com/ecs-emulator/ecs-emulator/internal/base/apiclient"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/acm"
	acmtypes "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/acm/types"
	aas "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/applicationautoscaling"
	aastypes "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/applicationautoscaling/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudwatch"
	cwtypes "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudwatch/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudwatchlogs"
	logtypes "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudwatchlogs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	elb "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/elasticloadbalancingv2"
)

// thing is a resource of an account.
type thing struct {
	kind, id, name string
	// within is what it goes with, uses is what may not go before it.
	within string
	uses   []string
	// looks is how often it is looked at before it is ready, or gone.
	looks    int
	draining bool
	// protected says that its deletion is refused.
	protected bool
	tests     bool // a rule of a header
}

// World is an account: what the calls of steps act on, as far as they can fail or be left behind.
type World struct {
	// Calls are the names of all operations that were called.
	Calls []string

	things map[string]*thing
	made   int
}

func NewWorld() *World { return &World{things: map[string]*thing{}} }

// IDs are the resources of a kind.
func (w *World) IDs(kind string) []string { return w.ids(kind) }

// All are the IDs of all resources, sorted.
func (w *World) All() []string { return slices.Sorted(maps.Keys(w.things)) }

// Remove removes a resource as a user may, and what goes with it.
func (w *World) Remove(id string) { w.vanish(id) }

// Left are the resources that a deletion leaves and should not: log groups, clusters and task definitions stay.
func (w *World) Left() (list []string) {
	for _, id := range w.All() {
		if !slices.Contains([]string{"log group", "cluster", "task definition"}, w.things[id].kind) {
			list = append(list, id)
		}
	}
	return list
}

func refuse(code, message string) error {
	return &apiclient.Error{Status: http.StatusBadRequest, Code: code, Message: message}
}

func (w *World) ids(kind string) (list []string) {
	for _, id := range slices.Sorted(maps.Keys(w.things)) {
		if w.things[id].kind == kind {
			list = append(list, id)
		}
	}
	return list
}

func (w *World) named(kind, name string) *thing {
	for _, id := range w.ids(kind) {
		if w.things[id].name == name {
			return w.things[id]
		}
	}
	return nil
}

// add makes a thing of all that it uses, unless one of its name is there.
func (w *World) add(t thing, duplicate string) (string, error) {
	for _, used := range append(t.uses, t.within) {
		if used != "" && w.things[used] == nil {
			return "", refuse("ValidationError.NotThere", t.kind+" without "+used)
		}
	}
	if there := w.named(t.kind, t.name); there != nil {
		if duplicate == "" {
			return there.id, nil
		}
		return "", refuse(duplicate, t.name+" is there")
	}
	w.made++
	if t.id == "" {
		t.id = fmt.Sprintf("arn:aws:x:r:a:%s/%s/%d", t.kind, t.name, w.made)
	}
	w.things[t.id] = &t
	return t.id, nil
}

// remove removes a thing that none uses, and what goes with it.
func (w *World) remove(id, absent, used string) error {
	if w.things[id] == nil {
		return refuse(absent, id+" is not there")
	}
	for _, other := range w.things {
		if slices.Contains(other.uses, id) && used != "" {
			return refuse(used, id+" is used by "+other.id)
		}
	}
	w.vanish(id)
	return nil
}

func (w *World) vanish(id string) {
	delete(w.things, id)
	for _, other := range slices.Sorted(maps.Keys(w.things)) {
		if t := w.things[other]; t != nil && t.within == id {
			w.vanish(other)
		}
	}
}

// found is a thing by its ID or its name.
func (w *World) found(kind, id, name, absent string) (*thing, error) {
	if t := w.things[id]; t != nil {
		return t, nil
	}
	if t := w.named(kind, name); id == "" && t != nil {
		return t, nil
	}
	return nil, refuse(absent, fmt.Sprintf("%s %s%s is not there", kind, id, name))
}

func first(list []string) string {
	if len(list) == 0 {
		return ""
	}
	return list[0]
}

// Call has the effect of an operation.
func (w *World) Call(op apiclient.Operation, in, out any) error {
	w.Calls = append(w.Calls, op.Name)
	for _, service := range []func(in, out any) (bool, error){w.network, w.balancers, w.rules, w.tasks, w.scaling} {
		if known, err := service(in, out); known {
			return err
		}
	}
	panic("the world has no " + op.Name)
}

func (w *World) network(in, out any) (known bool, err error) {
	switch in := in.(type) {
	case *ec2.CreateSecurityGroupInput:
		id, err := w.add(thing{kind: "group", name: *in.GroupName}, "InvalidGroup.Duplicate")
		out.(*ec2.CreateSecurityGroupOutput).GroupId = &id
		return true, err
	case *ec2.AuthorizeSecurityGroupIngressInput:
		p := in.IpPermissions[0]
		t := thing{kind: "ingress", name: fmt.Sprint(*in.GroupId, *p.FromPort), within: *in.GroupId}
		for _, from := range p.UserIdGroupPairs {
			t.uses = append(t.uses, *from.GroupId)
		}
		_, err := w.add(t, "InvalidPermission.Duplicate")
		return true, err
	case *ec2.RevokeSecurityGroupIngressInput:
		t, err := w.found("ingress", "", fmt.Sprint(*in.GroupId, *in.IpPermissions[0].FromPort), "InvalidPermission.NotFound")
		if err == nil {
			w.vanish(t.id)
		}
		return true, err
	case *ec2.DescribeSecurityGroupsInput:
		if len(in.GroupIds) == 0 {
			if t := w.named("group", in.Filters[0].Values[0]); t != nil {
				out.(*ec2.DescribeSecurityGroupsOutput).SecurityGroups = []ec2types.SecurityGroup{{GroupId: &t.id}}
			}
			return true, nil
		}
		t, err := w.found("group", in.GroupIds[0], "", "InvalidGroup.NotFound")
		if err == nil {
			out.(*ec2.DescribeSecurityGroupsOutput).SecurityGroups = []ec2types.SecurityGroup{{GroupId: &t.id}}
		}
		return true, err
	case *ec2.DeleteSecurityGroupInput:
		return true, w.remove(*in.GroupId, "InvalidGroup.NotFound", "DependencyViolation")
	case *acm.RequestCertificateInput:
		id, err := w.add(thing{kind: "certificate", name: *in.IdempotencyToken, looks: 1}, "")
		out.(*acm.RequestCertificateOutput).CertificateArn = &id
		return true, err
	case *acm.DescribeCertificateInput:
		t, err := w.found("certificate", *in.CertificateArn, "", "ResourceNotFoundException")
		if err == nil {
			status := acmtypes.CertificateStatusPendingValidation
			if t.looks--; t.looks < 0 {
				status = acmtypes.CertificateStatusIssued
			}
			out.(*acm.DescribeCertificateOutput).Certificate = &acmtypes.CertificateDetail{CertificateArn: &t.id, Status: status}
		}
		return true, err
	case *acm.DeleteCertificateInput:
		return true, w.remove(*in.CertificateArn, "ResourceNotFoundException", "ResourceInUseException")
	}
	return false, nil
}

func balancerOf(t *thing) []elbtypes.LoadBalancer {
	code := elbtypes.LoadBalancerStateEnumProvisioning
	if t.looks--; t.looks < 0 {
		code = elbtypes.LoadBalancerStateEnumActive
	}
	return []elbtypes.LoadBalancer{{LoadBalancerArn: &t.id, State: &elbtypes.LoadBalancerState{Code: code}}}
}

func (w *World) balancers(in, out any) (known bool, err error) {
	switch in := in.(type) {
	case *elb.CreateLoadBalancerInput:
		id, err := w.add(thing{kind: "balancer", name: *in.Name, uses: in.SecurityGroups, looks: 2}, "DuplicateLoadBalancerName")
		if err == nil {
			out.(*elb.CreateLoadBalancerOutput).LoadBalancers = balancerOf(w.things[id])
		}
		return true, err
	case *elb.DescribeLoadBalancersInput:
		t, err := w.found("balancer", first(in.LoadBalancerArns), first(in.Names), "LoadBalancerNotFound")
		if err == nil {
			out.(*elb.DescribeLoadBalancersOutput).LoadBalancers = balancerOf(t)
		}
		return true, err
	case *elb.DeleteLoadBalancerInput:
		if t := w.things[*in.LoadBalancerArn]; t != nil && t.protected {
			return true, refuse("OperationNotPermitted", "the load balancer is protected")
		}
		w.vanish(*in.LoadBalancerArn) // which succeeds also without one
		return true, nil
	case *elb.ModifyLoadBalancerAttributesInput:
		t, err := w.found("balancer", *in.LoadBalancerArn, "", "LoadBalancerNotFound")
		if err == nil {
			t.protected = *in.Attributes[0].Value == "true"
		}
		return true, err
	case *elb.SetSecurityGroupsInput:
		t, err := w.found("balancer", *in.LoadBalancerArn, "", "LoadBalancerNotFound")
		if err == nil {
			t.uses = in.SecurityGroups
		}
		return true, err
	case *elb.CreateListenerInput:
		t := thing{kind: "listener", name: *in.LoadBalancerArn, within: *in.LoadBalancerArn, uses: []string{*in.Certificates[0].CertificateArn}}
		id, err := w.add(t, "DuplicateListener")
		out.(*elb.CreateListenerOutput).Listeners = []elbtypes.Listener{{ListenerArn: &id, Port: in.Port}}
		return true, err
	case *elb.DescribeListenersInput:
		t, err := w.found("listener", first(in.ListenerArns), aws.ToString(in.LoadBalancerArn), "ListenerNotFound")
		if err == nil {
			out.(*elb.DescribeListenersOutput).Listeners = []elbtypes.Listener{{ListenerArn: &t.id, Port: aws.Int32(443)}}
		}
		return true, err
	case *elb.DeleteListenerInput:
		return true, w.remove(*in.ListenerArn, "ListenerNotFound", "")
	case *elb.AddListenerCertificatesInput:
		certificate := *in.Certificates[0].CertificateArn
		_, err := w.add(thing{kind: "listener certificate", name: certificate, within: *in.ListenerArn, uses: []string{certificate}}, "")
		return true, err
	case *elb.RemoveListenerCertificatesInput:
		if w.things[*in.ListenerArn] == nil {
			return true, refuse("ListenerNotFound", *in.ListenerArn)
		}
		if t := w.named("listener certificate", *in.Certificates[0].CertificateArn); t != nil {
			w.vanish(t.id)
		}
		return true, nil
	}
	return false, nil
}

func (w *World) rules(in, out any) (known bool, err error) {
	switch in := in.(type) {
	case *elb.CreateTargetGroupInput:
		id, err := w.add(thing{kind: "target group", name: *in.Name}, "DuplicateTargetGroupName")
		out.(*elb.CreateTargetGroupOutput).TargetGroups = []elbtypes.TargetGroup{{TargetGroupArn: &id}}
		return true, err
	case *elb.ModifyTargetGroupInput:
		_, err := w.found("target group", *in.TargetGroupArn, "", "TargetGroupNotFound")
		return true, err
	case *elb.DescribeTargetGroupsInput:
		t, err := w.found("target group", first(in.TargetGroupArns), first(in.Names), "TargetGroupNotFound")
		if err == nil {
			out.(*elb.DescribeTargetGroupsOutput).TargetGroups = []elbtypes.TargetGroup{{TargetGroupArn: &t.id}}
		}
		return true, err
	case *elb.DeleteTargetGroupInput:
		return true, w.remove(*in.TargetGroupArn, "TargetGroupNotFound", "ResourceInUse")
	case *elb.CreateRuleInput:
		for _, id := range w.ids("rule") {
			if t := w.things[id]; t.within == *in.ListenerArn && t.looks == int(*in.Priority) {
				return true, refuse("PriorityInUse", "the priority is used")
			}
		}
		t := thing{kind: "rule", name: in.Conditions[0].HostHeaderConfig.Values[0], tests: len(in.Conditions) > 1, within: *in.ListenerArn, looks: int(*in.Priority)}
		for _, g := range in.Actions[0].ForwardConfig.TargetGroups {
			t.uses = append(t.uses, *g.TargetGroupArn)
		}
		if t.tests {
			t.name += " tests"
		}
		id, err := w.add(t, "DuplicateOfTest")
		if err == nil {
			out.(*elb.CreateRuleOutput).Rules = []elbtypes.Rule{ruleOf(w.things[id])}
		}
		return true, err
	case *elb.DescribeRulesInput:
		if in.ListenerArn != nil && w.things[*in.ListenerArn] == nil {
			return true, refuse("ListenerNotFound", *in.ListenerArn)
		}
		for _, id := range w.ids("rule") {
			if t := w.things[id]; id == first(in.RuleArns) || t.within == aws.ToString(in.ListenerArn) {
				out.(*elb.DescribeRulesOutput).Rules = append(out.(*elb.DescribeRulesOutput).Rules, ruleOf(t))
			}
		}
		if len(in.RuleArns) > 0 && len(out.(*elb.DescribeRulesOutput).Rules) == 0 {
			return true, refuse("RuleNotFound", in.RuleArns[0])
		}
		return true, nil
	case *elb.ModifyRuleInput:
		_, err := w.found("rule", *in.RuleArn, "", "RuleNotFound")
		return true, err
	case *elb.DeleteRuleInput:
		return true, w.remove(*in.RuleArn, "RuleNotFound", "")
	}
	return false, nil
}

func ruleOf(t *thing) elbtypes.Rule {
	r := elbtypes.Rule{RuleArn: &t.id, Conditions: []elbtypes.RuleCondition{{
		HostHeaderConfig: &elbtypes.HostHeaderConditionConfig{Values: []string{strings.TrimSuffix(t.name, " tests")}},
	}}}
	if t.tests {
		r.Conditions = append(r.Conditions, elbtypes.RuleCondition{HttpHeaderConfig: &elbtypes.HttpHeaderConditionConfig{HttpHeaderName: aws.String("x-test")}})
	}
	return r
}

func (w *World) tasks(in, out any) (known bool, err error) {
	switch in := in.(type) {
	case *cloudwatchlogs.CreateLogGroupInput:
		_, err := w.add(thing{kind: "log group", name: *in.LogGroupName}, "ResourceAlreadyExistsException")
		return true, err
	case *cloudwatchlogs.DescribeLogGroupsInput:
		if t := w.named("log group", *in.LogGroupNamePrefix); t != nil {
			out.(*cloudwatchlogs.DescribeLogGroupsOutput).LogGroups = []logtypes.LogGroup{{LogGroupName: &t.name}}
		}
		return true, nil
	case *ecs.CreateClusterInput:
		_, err := w.add(thing{kind: "cluster", name: *in.ClusterName}, "")
		return true, err
	case *ecs.RegisterTaskDefinitionInput:
		revision := 1
		for _, id := range w.ids("task definition") {
			if strings.HasPrefix(w.things[id].name, *in.Family+":") {
				revision++
			}
		}
		id, err := w.add(thing{kind: "task definition", name: fmt.Sprintf("%s:%d", *in.Family, revision)}, "DuplicateOfTest")
		out.(*ecs.RegisterTaskDefinitionOutput).TaskDefinition = &types.TaskDefinition{TaskDefinitionArn: &id}
		return true, err
	case *ecs.DescribeTaskDefinitionInput:
		for revision := 1; ; revision++ {
			t := w.named("task definition", fmt.Sprintf("%s:%d", *in.TaskDefinition, revision))
			if w.things[*in.TaskDefinition] != nil {
				out.(*ecs.DescribeTaskDefinitionOutput).TaskDefinition = &types.TaskDefinition{TaskDefinitionArn: in.TaskDefinition}
				return true, nil
			}
			if t == nil {
				if out.(*ecs.DescribeTaskDefinitionOutput).TaskDefinition == nil {
					return true, refuse("ClientException", "Unable to describe task definition.")
				}
				return true, nil
			}
			out.(*ecs.DescribeTaskDefinitionOutput).TaskDefinition = &types.TaskDefinition{TaskDefinitionArn: &t.id}
		}
	case *ecs.CreateServiceInput:
		l := in.LoadBalancers[0]
		t := thing{kind: "service", name: *in.ServiceName, looks: 2, uses: append([]string{
			*l.TargetGroupArn, *l.AdvancedConfiguration.AlternateTargetGroupArn, *in.TaskDefinition,
		}, in.NetworkConfiguration.AwsvpcConfiguration.SecurityGroups...)}
		id, err := w.add(t, "InvalidParameterException.AlreadyExist")
		out.(*ecs.CreateServiceOutput).Service = &types.Service{ServiceArn: &id}
		return true, err
	case *ecs.UpdateServiceInput:
		_, err := w.found("service", "", *in.Service, "ServiceNotFoundException")
		return true, err
	case *ecs.DescribeServicesInput:
		if t := w.named("service", in.Services[0]); t != nil {
			status := "ACTIVE"
			if t.draining {
				status = "DRAINING"
				if t.looks--; t.looks < 0 {
					w.vanish(t.id)
					status = "INACTIVE"
				}
			}
			out.(*ecs.DescribeServicesOutput).Services = []types.Service{{ServiceArn: &t.id, Status: &status, ResourceManagementType: types.ResourceManagementTypeEcs}}
		}
		return true, nil
	case *ecs.DeleteServiceInput:
		t, err := w.found("service", "", *in.Service, "ServiceNotFoundException")
		if err == nil {
			t.draining = true
		}
		return true, err
	}
	return false, nil
}

func (w *World) scaling(in, out any) (known bool, err error) {
	switch in := in.(type) {
	case *aas.RegisterScalableTargetInput:
		if w.named("scalable target", *in.ResourceId) != nil && len(in.Tags) > 0 {
			return true, refuse("ValidationException", "the scalable target is there, and has its tags")
		}
		id, err := w.add(thing{kind: "scalable target", name: *in.ResourceId}, "")
		out.(*aas.RegisterScalableTargetOutput).ScalableTargetARN = &id
		return true, err
	case *aas.DescribeScalableTargetsInput:
		if t := w.named("scalable target", in.ResourceIds[0]); t != nil {
			out.(*aas.DescribeScalableTargetsOutput).ScalableTargets = []aastypes.ScalableTarget{{ScalableTargetARN: &t.id}}
		}
		return true, nil
	case *aas.DeregisterScalableTargetInput:
		t, err := w.found("scalable target", "", *in.ResourceId, "ObjectNotFoundException")
		if err == nil {
			w.vanish(t.id)
		}
		return true, err
	case *aas.PutScalingPolicyInput:
		target, err := w.found("scalable target", "", *in.ResourceId, "ObjectNotFoundException")
		if err != nil {
			return true, err
		}
		id, err := w.add(thing{kind: "policy", name: *in.PolicyName, within: target.id}, "")
		out.(*aas.PutScalingPolicyOutput).PolicyARN = &id
		return true, err
	case *aas.DescribeScalingPoliciesInput:
		if t := w.named("policy", in.PolicyNames[0]); t != nil {
			out.(*aas.DescribeScalingPoliciesOutput).ScalingPolicies = []aastypes.ScalingPolicy{{PolicyARN: &t.id}}
		}
		return true, nil
	case *aas.DeleteScalingPolicyInput:
		t, err := w.found("policy", "", *in.PolicyName, "ObjectNotFoundException")
		if err == nil {
			w.vanish(t.id)
		}
		return true, err
	case *cloudwatch.PutMetricAlarmInput:
		_, err := w.add(thing{kind: "alarm", name: *in.AlarmName}, "")
		return true, err
	case *cloudwatch.DescribeAlarmsInput:
		if t := w.named("alarm", in.AlarmNames[0]); t != nil {
			out.(*cloudwatch.DescribeAlarmsOutput).MetricAlarms = []cwtypes.MetricAlarm{{AlarmName: &t.name}}
		}
		return true, nil
	case *cloudwatch.DeleteAlarmsInput:
		t, err := w.found("alarm", "", in.AlarmNames[0], "ResourceNotFound")
		if err == nil {
			w.vanish(t.id)
		}
		return true, err
	}
	return false, nil
}
