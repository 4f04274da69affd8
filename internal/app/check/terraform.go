package check

import (
	"fmt"
	"slices"
	"strings"

	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"github.com/ecs-emulator/ecs-emulator/internal/base/lazyregexp"
)

// ofTerraform reports whether a file is what `terraform show -json` prints of a plan or of a state.
func ofTerraform(n *node) bool {
	return n.kind == object && n.string("format_version") != ""
}

// terraform makes requests of the resources of a plan, or of those of a state.
func (c *checker) terraform(file string, n *node) {
	p := plan{file: file, root: n.member("configuration").member("root_module")}
	p.resources = changed(n.list("resource_changes"))
	if n.member("resource_changes") == nil { // a plan that changes nothing may have none
		p.resources = append(there(n.member("planned_values").member("root_module")), there(n.member("values").member("root_module"))...)
	}
	c.plan(p)
}

// changed are the resources that are there once the changes of a plan are made.
func changed(changes []*node) (resources []resource) {
	for _, change := range changes {
		after := change.member("change").member("after")
		if change.string("mode") == "managed" && after != nil && after.kind == object {
			resources = append(resources, resource{change.string("address"), change.string("type"), after, change.member("change").member("after_unknown")})
		}
	}
	return resources
}

// there are the resources that a module has, and the modules in it.
func there(module *node) (resources []resource) {
	for _, r := range module.list("resources") {
		if values := r.member("values"); r.string("mode") == "managed" && values != nil && values.kind == object {
			resources = append(resources, resource{r.string("address"), r.string("type"), values, nil})
		}
	}
	for _, child := range module.list("child_modules") {
		resources = append(resources, there(child)...)
	}
	return resources
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
func (c *checker) plan(p plan) {
	told := map[string]bool{}
	for _, r := range p.resources {
		operation, found := made[r.typ]
		switch {
		case found:
			c.planned(p, operation, r)
		case strings.HasPrefix(r.typ, "aws_") && !told[r.typ] && !c.options.Upstream && !hasAPI(r.typ):
			told[r.typ] = true
			c.findings = append(c.findings, Finding{
				File: p.file, Resource: r.address, Effect: Refused,
				Message: fmt.Sprintf("ecs-emulator does not have the API of %s", r.typ),
				Hint:    "--upstream passes its requests on to another server",
			})
		}
	}
}

// planned makes the request of one resource. A task definition whose size is unknown until the plan is
// applied is left out.
func (c *checker) planned(p plan, operation string, r resource) {
	s, configured := siteOf(p.root, r.address)
	expressions := configured.member("expressions")
	r.settle(s, expressions)
	input := &node{}
	if t := c.operations[operation].input; t != nil {
		input = r.input(t)
	}
	if operation == register && !c.containers(p, r, input) {
		return
	}
	for _, m := range []struct{ member, attribute, typ string }{
		{"taskDefinition", "task_definition", "aws_ecs_task_definition"}, {"cluster", "cluster", "aws_ecs_cluster"}, {"cluster", "cluster_name", "aws_ecs_cluster"},
	} {
		if !isTrue(r.unknown.member(m.attribute)) {
			continue
		}
		if other, found := referred(m.typ, s, expressions.member(m.attribute), p.resources); found {
			if name := other.named(); name != "" {
				input.put(m.member, 0, &node{kind: text, text: name})
			}
		}
	}
	made := &request{
		file: p.file, resource: r.address, operation: operation, input: input,
		targetTypes: p.targetTypes(s, expressions.list("load_balancer"), input.list("loadBalancers")),
	}
	p.refersToProviders(made, s, expressions)
	c.requests = append(c.requests, made)
}

// targetTypes are the types of the target groups to which load balancers of a service refer. Each gets
// an ARN, since a plan knows none.
func (p plan) targetTypes(s *site, expressions, balancers []*node) map[string]elb.TargetTypeEnum {
	all := map[string]elb.TargetTypeEnum{}
	for i, balancer := range balancers {
		group := balancer.member("targetGroupArn")
		if group == nil || !group.open || len(expressions) == 0 {
			continue
		}
		// A dynamic block has one expression for all that it makes.
		expression := expressions[min(i, len(expressions)-1)].member("target_group_arn")
		if other, found := referred("aws_lb_target_group", s, expression, p.resources); found && other.after.string("target_type") != "" {
			group.text, group.open = fmt.Sprintf("arn:aws:elasticloadbalancing:us-east-1:000000000000:targetgroup/%s/%d", other.named(), i), false
			all[group.text] = elb.TargetTypeEnum(other.after.string("target_type"))
		}
	}
	return all
}

// containers puts the containers of a task definition into its input, or what stands in for them. It
// returns false if the definition cannot be checked.
func (c *checker) containers(p plan, r resource, input *node) bool {
	if isTrue(r.unknown.member("cpu")) || isTrue(r.unknown.member("memory")) {
		return false
	}
	if isTrue(r.unknown.member("container_definitions")) {
		input.put("containerDefinitions", 0, &node{kind: list, open: true})
		return true
	}
	containers, again, err := readJSON([]byte(r.after.string("container_definitions")))
	if err != nil {
		c.findings = append(c.findings, Finding{File: p.file, Resource: r.address, Member: "container_definitions", Effect: Unreadable, Message: err.Error()})
		return false
	}
	for _, d := range again {
		c.twice(Finding{File: p.file, Resource: r.address, Member: d.name})
	}
	input.put("containerDefinitions", 0, containers)
	return true
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
	"acm_", "alb", "appautoscaling_", "autoscaling_", "caller_identity", "cloudwatch_composite_alarm", "cloudwatch_dashboard", "cloudwatch_event_", "cloudwatch_log_",
	"cloudwatch_metric_alarm", "ecr_account_setting", "ecr_lifecycle_policy", "ecr_repository", "ecs_", "iam_", "launch_", "lb", "scheduler_", "secretsmanager_",
	"service_discovery_", "ssm_",
	// EC2 has no prefix of its own.
	"customer_gateway", "default_", "ebs_", "ec2_", "egress_only_internet_gateway", "eip", "instance", "internet_gateway", "key_pair", "main_route_table_association",
	"nat_gateway", "network_acl", "network_interface", "route_table", "route", "security_group", "subnet", "volume_attachment", "vpc", "vpn_",
}

// notOfThem begin with one of these as well.
var notOfThem = []string{"route53", "default_tags", "ecr_repository_creation_template", "vpclattice_", "ssm_contacts", "ssmcontacts", "ssmincidents", "ssmquicksetup"}

// hasAPI reports whether the emulator has the API with which a resource is made.
func hasAPI(typ string) bool {
	begins := func(prefix string) bool { return strings.HasPrefix(strings.TrimPrefix(typ, "aws_"), prefix) }
	return !slices.ContainsFunc(notOfThem, begins) && slices.ContainsFunc(ofAPIs, begins)
}
