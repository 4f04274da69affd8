package appspec

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template/document"
	ecstypes "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
)

// reader reads a file, and keeps the first thing that is wrong with it.
type reader struct{ err error }

func (r *reader) fail(format string, args ...any) {
	if r.err == nil {
		r.err = errorf(format, args...)
	}
}

// file reads a whole file.
func (r *reader) file(root *document.Value) *Spec {
	all := r.members(root, "the AppSpec file", "version", "Resources", "Hooks")
	if version := all["version"]; version == nil || !version.Scalar() || !isZero(version.Text) {
		r.fail("The version of the AppSpec file must be 0.0.")
	}
	spec := &Spec{}
	r.service(spec, r.target(all["Resources"]))
	r.hooks(spec, all["Hooks"])
	if r.err != nil {
		return nil
	}
	return spec
}

func isZero(text string) bool {
	version, err := strconv.ParseFloat(text, 64)
	return err == nil && version == 0
}

// target is the one target service of a file. It may have any name: documents of CodeDeploy call it TargetService, and `aws ecs deploy`
// after the service.
func (r *reader) target(resources *document.Value) *document.Value {
	if resources == nil || resources.Kind != document.List || len(resources.Items) == 0 {
		r.fail("The AppSpec file needs a list Resources with a TargetService.")
		return nil
	}
	if len(resources.Items) > 1 {
		r.fail("The AppSpec file has %d resources: a deployment to Amazon ECS has one TargetService.", len(resources.Items))
	}
	named := resources.Items[0]
	if named.Kind != document.Map || len(named.Members) != 1 {
		r.fail("The AppSpec file needs one TargetService in Resources.")
		return nil
	}
	return named.Members[0].Value
}

// service reads what the replacement task set is to be.
func (r *reader) service(spec *Spec, target *document.Value) {
	if target == nil {
		return
	}
	all := r.members(target, "TargetService", "Type", "Properties")
	if kind := r.text(all, "Type", true); kind != "AWS::ECS::Service" {
		r.fail("The Type of the TargetService must be AWS::ECS::Service.")
	}
	if all["Properties"] == nil {
		r.fail("The TargetService needs Properties.")
		return
	}
	all = r.members(all["Properties"], "Properties", "TaskDefinition", "LoadBalancerInfo", "PlatformVersion", "NetworkConfiguration", "CapacityProviderStrategy")
	spec.TaskDefinition, spec.PlatformVersion = r.text(all, "TaskDefinition", true), r.text(all, "PlatformVersion", false)
	if all["LoadBalancerInfo"] == nil {
		r.fail("The Properties of the TargetService need a LoadBalancerInfo.")
		return
	}
	balancer := r.members(all["LoadBalancerInfo"], "LoadBalancerInfo", "ContainerName", "ContainerPort")
	spec.Container, spec.Port = r.text(balancer, "ContainerName", true), r.number(balancer, "ContainerPort", 1, 65535)
	spec.Network = r.network(all["NetworkConfiguration"])
	spec.Strategy = r.strategy(all["CapacityProviderStrategy"])
}

func (r *reader) network(v *document.Value) *ecstypes.NetworkConfiguration {
	if v == nil {
		return nil
	}
	inner := r.members(v, "NetworkConfiguration", "AwsvpcConfiguration")["AwsvpcConfiguration"]
	if inner == nil {
		r.fail("The NetworkConfiguration needs an AwsvpcConfiguration.")
		return nil
	}
	all := r.members(inner, "AwsvpcConfiguration", "Subnets", "SecurityGroups", "AssignPublicIp")
	c := &ecstypes.AwsVpcConfiguration{
		Subnets: r.texts(all, "Subnets"), SecurityGroups: r.texts(all, "SecurityGroups"), AssignPublicIp: ecstypes.AssignPublicIp(r.text(all, "AssignPublicIp", false)),
	}
	switch {
	case len(c.Subnets) == 0:
		r.fail("The AwsvpcConfiguration needs Subnets.")
	case c.AssignPublicIp != "" && !slices.Contains(c.AssignPublicIp.Values(), c.AssignPublicIp):
		r.fail("AssignPublicIp must be ENABLED or DISABLED, and not %s.", c.AssignPublicIp)
	}
	return &ecstypes.NetworkConfiguration{AwsvpcConfiguration: c}
}

func (r *reader) strategy(v *document.Value) (items []ecstypes.CapacityProviderStrategyItem) {
	switch {
	case v == nil:
		return nil
	case v.Kind != document.List:
		r.fail("CapacityProviderStrategy must be a list.")
	}
	for _, each := range v.Items {
		all := r.members(each, "CapacityProviderStrategy", "CapacityProvider", "Base", "Weight")
		provider := r.text(all, "CapacityProvider", true)
		item := ecstypes.CapacityProviderStrategyItem{CapacityProvider: &provider}
		if all["Base"] != nil {
			item.Base = r.number(all, "Base", 0, 100_000)
		}
		if all["Weight"] != nil {
			item.Weight = r.number(all, "Weight", 0, 1000)
		}
		items = append(items, item)
	}
	return items
}

// hookable are the lifecycle events that functions can be called in. Source: CodeDeploy user guide, AppSpec hooks section for
// an Amazon ECS deployment.
var hookable = []string{"BeforeInstall", "AfterInstall", "AfterAllowTestTraffic", "BeforeAllowTraffic", "AfterAllowTraffic"}

func (r *reader) hooks(spec *Spec, v *document.Value) {
	switch {
	case v == nil:
		return
	case v.Kind != document.List:
		r.fail("Hooks must be a list.")
		return
	}
	spec.Hooks = map[string]string{}
	for _, each := range v.Items {
		all := r.members(each, "Hooks", hookable...)
		for _, event := range hookable {
			if all[event] == nil {
				continue
			}
			if spec.Hooks[event] != "" {
				r.fail("Hooks have %s twice.", event)
			}
			spec.Hooks[event] = r.text(all, event, true)
		}
	}
}

// members are what a structure has by the names that are known, in whichever case the file has them. One that is null is absent.
func (r *reader) members(v *document.Value, what string, known ...string) map[string]*document.Value {
	all := map[string]*document.Value{}
	if v.Kind != document.Map {
		r.fail("The members of %s are missing.", what)
		return all
	}
	for _, m := range v.Members {
		i := slices.IndexFunc(known, func(name string) bool { return strings.EqualFold(name, m.Name) })
		switch {
		case i < 0:
			r.fail("There is no member %.100q in %s: known are %s.", m.Name, what, strings.Join(known, ", "))
		case all[known[i]] != nil:
			r.fail("The member %s is twice in %s.", known[i], what)
		case m.Value.Kind != document.Null:
			all[known[i]] = m.Value
		}
	}
	return all
}

// text reads a member that is a text.
func (r *reader) text(all map[string]*document.Value, name string, required bool) string {
	v := all[name]
	switch {
	case v == nil && !required:
		return ""
	case v == nil || v.Scalar() && v.Text == "":
		r.fail("%s is missing.", name)
		return ""
	case !v.Scalar():
		r.fail("%s must be a text.", name)
		return ""
	}
	return v.Text
}

func (r *reader) texts(all map[string]*document.Value, name string) []string {
	if all[name] == nil {
		return nil
	}
	list, ok := all[name].Texts()
	if !ok {
		r.fail("%s must be a list of texts.", name)
	}
	return list
}

// number reads a member that is a whole number, which may stand in quotes.
func (r *reader) number(all map[string]*document.Value, name string, low, high int64) int32 {
	n, err := strconv.ParseInt(r.text(all, name, true), 10, 64)
	if err != nil || n < low || n > min(high, math.MaxInt32) {
		r.fail("%s must be a whole number from %d to %d.", name, low, high)
		return 0
	}
	return int32(n)
}
