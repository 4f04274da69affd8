package check

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/lazyregexp"
)

// isPlan reports whether a file is what `terraform show -json` prints of a plan.
func isPlan(n *node) bool {
	return n.kind == object && n.member("format_version") != nil && (n.member("resource_changes") != nil || n.member("planned_values") != nil)
}

// made are the resources of Terraform that the provider makes with an operation of ECS.
var made = map[string]string{
	"aws_ecs_account_setting_default":    "PutAccountSettingDefault",
	"aws_ecs_capacity_provider":          "CreateCapacityProvider",
	"aws_ecs_cluster":                    "CreateCluster",
	"aws_ecs_cluster_capacity_providers": "PutClusterCapacityProviders",
	"aws_ecs_express_gateway_service":    "CreateExpressGatewayService",
	"aws_ecs_service":                    "CreateService",
	"aws_ecs_task_definition":            register,
	"aws_ecs_task_set":                   "CreateTaskSet",
}

// resource is one of a plan that is there once the plan is applied.
type resource struct {
	address, typ   string
	after, unknown *node
}

// plan is what Terraform plans, or has made.
type plan struct {
	file      string
	root      *node // the configuration of the root module, which a state does not have
	resources []resource
}

// plan makes requests of the resources of a plan.
func (c *checker) plan(file string, n *node) {
	changes := n.member("resource_changes")
	if changes == nil { // as of a plan that changes nothing
		return
	}
	var resources []resource
	for _, change := range changes.items {
		after := change.member("change").member("after")
		if change.string("mode") == "managed" && after != nil && after.kind == object {
			resources = append(resources, resource{change.string("address"), change.string("type"), after, change.member("change").member("after_unknown")})
		}
	}
	refers := references(n)
	told := map[string]bool{}
	for _, r := range resources {
		operation, found := made[r.typ]
		switch {
		case found:
			address, _ := instance(r.address)
			c.planned(file, operation, r, resources, refers[address])
		case strings.HasPrefix(r.typ, "aws_") && !told[r.typ] && !c.options.Upstream && !hasAPI(r.typ):
			told[r.typ] = true
			c.findings = append(c.findings, Finding{
				File: file, Resource: r.address, Effect: Refused,
				Message: fmt.Sprintf("ecs-emulator does not have the API of %s", r.typ),
				Hint:    "--upstream passes its requests on to another server",
			})
		}
	}
}

// planned makes the request of one resource. A task definition whose containers or size are unknown
// until the plan is applied is left out.
func (c *checker) planned(file, operation string, r resource, resources []resource, refers map[string]string) {
	input := &node{}
	if t := c.operations[operation].input; t != nil {
		input = r.input(t)
	}
	if operation == register {
		containers := r.after.member("container_definitions")
		if containers == nil || containers.kind != text || r.unknown.member("cpu") != nil || r.unknown.member("memory") != nil {
			return
		}
		list, again, err := readJSON([]byte(containers.text))
		if err != nil {
			c.findings = append(c.findings, Finding{File: file, Resource: r.address, Member: "container_definitions", Effect: Unreadable, Message: err.Error()})
			return
		}
		for _, d := range again {
			c.findings = append(c.findings, Finding{
				File: file, Resource: r.address, Member: d.name, Effect: NoEffect,
				Message: "the structure has this member once more; the last one counts",
			})
		}
		input.put("containerDefinitions", 0, list)
	}
	for member, attribute := range map[string]string{"taskDefinition": "task_definition", "cluster": "cluster"} {
		if name := r.referred(refers[attribute], resources); name != "" {
			input.put(member, 0, &node{kind: text, text: name})
		}
	}
	c.requests = append(c.requests, &request{file: file, resource: r.address, operation: operation, input: input})
}

// referred is the name of the resource to which another one refers, empty if a plan does not tell
// which of several it is.
func (r resource) referred(to string, resources []resource) (name string) {
	_, keys := instance(r.address)
	for _, other := range resources {
		address, otherKeys := instance(other.address)
		n := min(len(keys), len(otherKeys))
		if to == "" || address != to || !slices.Equal(keys[:n], otherKeys[:n]) {
			continue
		}
		if name != "" {
			return ""
		}
		name = other.after.string("family") + other.after.string("name")
	}
	return name
}

// instance is the address of a resource in the configuration, which has it once for all that count
// and for_each make, and the keys of this one and of the modules that it is in.
func instance(address string) (configured string, keys []string) {
	configured = key.ReplaceAllStringFunc(address, func(one string) string {
		keys = append(keys, one)
		return ""
	})
	return configured, keys
}

// references are the resources to which attributes of others refer, by address and attribute.
func references(plan *node) map[string]map[string]string {
	all := map[string]map[string]string{}
	var module func(n *node, prefix string)
	module = func(n *node, prefix string) {
		if n == nil {
			return
		}
		if resources := n.member("resources"); resources != nil {
			for _, r := range resources.items {
				refers := map[string]string{}
				for _, attribute := range []string{"task_definition", "cluster"} {
					if to := r.member("expressions").member(attribute).member("references"); to != nil && len(to.items) > 0 {
						address, _ := instance(to.items[0].text)
						parts := strings.Split(address, ".")
						refers[attribute] = prefix + strings.Join(parts[:min(2, len(parts))], ".")
					}
				}
				all[prefix+r.string("address")] = refers
			}
		}
		if calls := n.member("module_calls"); calls != nil {
			for _, m := range calls.members {
				module(m.value.member("module"), prefix+"module."+m.name+".")
			}
		}
	}
	module(plan.member("configuration").member("root_module"), "")
	return all
}

// named is the family of a task definition, or the name of another resource. One that is unknown
// differs from those of others.
func (r resource) named() string {
	for _, attribute := range []string{"family", "name"} {
		switch name := r.after.string(attribute); {
		case name != "":
			return name
		case isTrue(r.unknown.member(attribute)):
			return "unknown-" + strings.Trim(notOfNames.ReplaceAllStringFunc(r.address, func(string) string { return "-" }), "-")
		}
	}
	return ""
}

// notOfNames are characters that no family has, nor the name of a cluster.
var notOfNames = lazyregexp.New(`[^A-Za-z0-9_-]+`)

// ofAPIs are what the types of resources begin with for which the emulator has an API.
var ofAPIs = []string{
	"acm_", "alb", "appautoscaling_", "autoscaling_", "caller_identity", "cloudwatch_log_", "iam_", "launch_", "lb", "secretsmanager_", "ssm_",
	// EC2 has no prefix of its own.
	"customer_gateway", "default_", "ebs_", "ec2_", "egress_only_internet_gateway", "eip", "instance", "internet_gateway", "key_pair", "main_route_table_association",
	"nat_gateway", "network_acl", "network_interface", "route_table", "route", "security_group", "subnet", "volume_attachment", "vpc", "vpn_",
}

// notOfThem begin with one of these as well.
var notOfThem = []string{"route53", "default_tags", "vpclattice_", "ssm_contacts", "ssmcontacts", "ssmincidents", "ssmquicksetup"}

// hasAPI reports whether the emulator has the API with which a resource is made.
func hasAPI(typ string) bool {
	name := strings.TrimPrefix(typ, "aws_")
	for _, prefix := range notOfThem {
		if strings.HasPrefix(name, prefix) {
			return false
		}
	}
	for _, prefix := range ofAPIs {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return strings.HasPrefix(name, "ecs_")
}
